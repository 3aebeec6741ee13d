import { expect } from 'chai';
import { createConverter, type Converter } from '../../src/content/converter.ts';

/** A worker that does what its job says. */
const program = (body: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', (job) => { ${body} });`,
    )}`,
  );
const ANSWER = `parentPort.postMessage({ ok: true, page: { title: job.url, markdown: JSON.stringify(process.env) } });`;
const calm = new AbortController().signal;

describe('the converter of pages', () => {
  let converter: Converter;
  afterEach(() => converter.close());

  const attempt = (html: string, signal = calm): Promise<string> =>
    converter.convert({ html, url: 'u' }, signal).then(
      (page) => page.markdown,
      (error: unknown) => (error as Error).message,
    );

  it('works in a thread without the environment of the process', async () => {
    converter = createConverter(program(ANSWER));
    expect(await attempt('x')).to.equal('{}');
  });

  it('ends work that takes too long, and goes on with the next', async () => {
    converter = createConverter(program(`if (job.html === 'loop') for (;;); ${ANSWER}`), 2000);
    expect(await attempt('loop')).to.include('takes too long');
    expect(await attempt('fine')).to.equal('{}');
  });

  it('ends work that needs too much memory, and goes on with the next', async () => {
    const eat = `if (job.html === 'eat') { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); } ${ANSWER}`;
    converter = createConverter(program(eat), 10_000);
    expect(await attempt('eat')).to.include('too much memory');
    expect(await attempt('fine')).to.equal('{}');
  });

  it('says that a page cannot be converted', async () => {
    converter = createConverter(program(`parentPort.postMessage({ ok: false });`));
    expect(await attempt('x')).to.include('Ask again with raw: true');
  });

  it('gives up when nobody waits any more', async () => {
    converter = createConverter(program(`for (;;);`));
    const gone = new AbortController();
    const pending = attempt('loop', gone.signal);
    setTimeout(() => gone.abort(new Error('gone')), 50);
    expect(await pending).to.equal('gone');
  });

  it('lets no more wait than it can bear', async () => {
    converter = createConverter(program(ANSWER));
    const answers = await Promise.all(Array.from({ length: 30 }, () => attempt('x')));
    expect(answers.filter((it) => it === '{}').length).to.equal(16);
    expect(answers.filter((it) => it.includes('Too many pages')).length).to.equal(14);
  });
});
