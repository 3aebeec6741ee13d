import { expect } from 'chai';
import { Browser } from '../support/browser.ts';
import { TestClient } from '../support/client.ts';
import { SIGN_IN_CODE, startGateway } from '../support/gateway.ts';

describe('Who guesses the sign-in code', () => {
  it('is slowed, told for how long, and written down; the right code works after the wait', async () => {
    const clock = { now: Date.now() };
    const slow = await startGateway({ now: () => clock.now });
    try {
      const app = await TestClient.register(slow);
      const browser = new Browser();
      const { url } = await browser.visit(app.authorizationUrl());
      const statuses: number[] = [];
      let wait = 0;
      for (let i = 0; i < 12; i += 1) {
        const answer = await browser.submit(url, '/sign-in', { code: `WRONG-${i}` });
        statuses.push(answer.status);
        wait = Number(answer.headers.get('retry-after'));
        expect(await answer.text()).to.match(answer.status === 429 ? /Wait \d+ s/ : /not right/);
      }
      expect(statuses.slice(0, 4)).to.deep.equal([403, 403, 403, 403]);
      expect(new Set(statuses.slice(4))).to.deep.equal(new Set([429]));
      expect((await browser.submit(url, '/sign-in', { code: SIGN_IN_CODE })).status).to.equal(429);
      clock.now += wait * 1000;
      expect((await browser.submit(url, '/sign-in', { code: SIGN_IN_CODE })).status).to.equal(303);
      const logged = slow.lines.filter(({ event }) => /^sign-in\.(refused|slowed)$/.test(String(event)));
      expect(logged).to.have.length(13);
      expect(new Set(logged.map(({ level }) => level))).to.deep.equal(new Set([40]));
      expect(JSON.stringify(slow.lines)).not.to.include('WRONG-');
    } finally {
      await slow.close();
    }
  });

  it('does not, who has the right code in ten windows at the same moment', async () => {
    const gateway = await startGateway();
    try {
      const app = await TestClient.register(gateway);
      const windows = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const browser = new Browser();
          const { url } = await browser.visit(app.authorizationUrl());
          return () => browser.submit(url, '/sign-in', { code: SIGN_IN_CODE });
        }),
      );
      const answers = await Promise.all(windows.map((submit) => submit()));
      expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(10).fill(303));
    } finally {
      await gateway.close();
    }
  });

  it('gets nowhere before the code is set, and the owner is told what to do', async () => {
    const closed = await startGateway({ closed: true });
    try {
      const app = await TestClient.register(closed);
      const browser = new Browser();
      const page = await browser.visit(app.authorizationUrl());
      expect(page.status).to.equal(503);
      expect(page.text).to.include('no sign-in code').and.not.to.include('<input');
      for (const code of ['', 'undefined', SIGN_IN_CODE]) {
        expect((await browser.submit(page.url, '/sign-in', { code })).status).to.equal(503);
      }
    } finally {
      await closed.close();
    }
  });
});
