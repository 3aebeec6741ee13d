import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { opened, startFetch, startWeb, type TestFetch, type TestWeb } from '../support/web.ts';

const FOLDER = path.join(import.meta.dirname, '../fixtures/pages');
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.html'))
  .map((name) => name.slice(0, -'.html'.length));

describe('a page as Markdown', () => {
  let web: TestWeb;
  let fetching: TestFetch;

  before(async () => {
    web = await startWeb((request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(readFileSync(path.join(FOLDER, `${path.basename(request.url ?? '')}.html`)));
    });
    fetching = await startFetch(opened(web));
  });
  after(async () => {
    await fetching.close();
    await web.close();
  });

  it('has 30 specimens', () => expect(names).to.have.length(30));

  for (const name of names) {
    it(`comes out as expected: ${name}`, async () => {
      const { content } = await fetching.client.call('fetch', {
        url: `http://web.test:${web.port}/pages/${name}`,
      });
      const expected = readFileSync(path.join(FOLDER, `${name}.md`), 'utf8');
      expect(`${content[0]?.text?.replaceAll(`web.test:${web.port}`, 'web.test') ?? ''}\n`).to.equal(
        expected,
      );
    });
  }
});
