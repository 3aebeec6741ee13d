import { parentPort } from 'node:worker_threads';
import type { Job, JobResult } from './content/converter.ts';
import { convertPage } from './content/page.ts';

/** The thread that parses pages: what a hostile page costs, it costs here. */
parentPort?.on('message', ({ html, url }: Job) => {
  let result: JobResult;
  try {
    result = { ok: true, page: convertPage(html, url) };
  } catch {
    result = { ok: false };
  }
  parentPort?.postMessage(result);
});
