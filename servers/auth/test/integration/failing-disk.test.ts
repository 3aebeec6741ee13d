import { expect } from 'chai';
import { Browser } from '../support/browser.ts';
import { register, REDIRECT_URI, TestClient } from '../support/client.ts';
import { sqliteFaults, whileWritesFail } from '../support/failing-disk.ts';
import { SIGN_IN_CODE, startGateway, type TestGateway } from '../support/gateway.ts';

describe('When nothing can be written', () => {
  const { full, readOnly } = sqliteFaults();
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.close());

  for (const [fault, code, words, step] of [
    [full, 'DISK_FULL', /disk is full/, /Free some space/],
    [readOnly, 'READ_ONLY', /read-only/, /writable/],
  ] as const) {
    it(`the admin API says ${code} and what to do`, async () => {
      for (const [method, path, body] of [
        ['POST', '/tokens', { services: ['echo'], ttl: 60 }],
        ['PUT', '/sign-in-code', { code: 'ANOTHER-CODE' }],
      ] as const) {
        const response = await whileWritesFail(fault, () => gateway.admin(method, path, body));
        expect(response.status).to.equal(500);
        const { error } = (await response.json()) as { error: Record<string, string> };
        expect(error['code']).to.equal(code);
        expect(error['message']).to.match(words);
        expect(error['nextStep']).to.match(step);
      }
    });
  }

  it('clients are told to come again, and can when there is space', async () => {
    const metadata = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };
    const refused = await whileWritesFail(full, () => register(gateway, metadata));
    expect(refused.status).to.equal(503);
    expect(refused.headers.get('retry-after')).to.equal('30');
    expect(refused.body).to.include({ error: 'temporarily_unavailable' });
    expect(refused.body['error_description']).to.match(/disk is full/);
    expect(refused.body['trace_id']).to.match(/^[0-9a-f]{32}$/);

    const app = await TestClient.register(gateway);
    const { refresh } = await app.tokens();
    const slowed = await whileWritesFail(full, () => app.refresh(refresh));
    expect([slowed.status, slowed.body['error']]).to.deep.equal([503, 'temporarily_unavailable']);
    expect((await app.refresh(refresh)).status).to.equal(200);
  });

  it('people get a page that says so', async () => {
    const app = await TestClient.register(gateway);
    const browser = new Browser();
    const { url } = await browser.visit(app.authorizationUrl());
    const answer = await whileWritesFail(full, () => browser.submit(url, '/sign-in', { code: SIGN_IN_CODE }));
    expect(answer.status).to.equal(503);
    expect(answer.headers.get('retry-after')).to.equal('30');
    expect(await answer.text()).to.include('cannot keep its data');
  });
});
