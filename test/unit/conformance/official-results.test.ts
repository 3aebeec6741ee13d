import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { foldScenario, notScored, readResults } from '../../../src/lib/conformance/official/results.ts';
import { tempDir } from '../../support/temp-dir.ts';

const check = (
  id: string,
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO',
  errorMessage?: string,
) => ({
  id,
  status,
  description: `About ${id}`,
  ...(errorMessage === undefined ? {} : { errorMessage }),
});

describe('the results of the official suite', () => {
  it('are read from the folder of each scenario', () => {
    const { path: folder, remove } = tempDir();
    const scenario = path.join(folder, 'server-tools-call-image-2026-11-24T23-12-39-718Z');
    mkdirSync(scenario);
    writeFileSync(path.join(scenario, 'checks.json'), JSON.stringify([check('a', 'SUCCESS')]));
    mkdirSync(path.join(folder, 'something-else'));
    const found = [...readResults(folder, 'server')];
    remove();
    expect(found).to.deep.equal([['tools-call-image', [check('a', 'SUCCESS')]]]);
  });

  it('are a failure where a scenario was begun and not ended', () => {
    const { path: folder, remove } = tempDir();
    mkdirSync(path.join(folder, 'server-ping-2026-11-24T23-12-39-718Z'));
    const found = readResults(folder, 'server').get('ping');
    remove();
    expect(found?.[0]).to.include({ id: 'ping', status: 'FAILURE' });
  });

  it('become one result for each check id, the worst of them', () => {
    const folded = foldScenario(
      'ping',
      [check('a', 'SUCCESS'), check('a', 'FAILURE', 'no'), check('b', 'SUCCESS'), check('c', 'INFO')],
      '2025-11-25',
      {},
    );
    expect(folded.map(({ id, status, evidence }) => [id, status, evidence])).to.deep.equal([
      ['official.ping.a', 'fail', 'no'],
      ['official.ping.b', 'pass', 'About b'],
    ]);
  });

  it('warn where the suite warns, and where a scenario is not scored', () => {
    const statuses = (unscored?: string) =>
      foldScenario('x', [check('a', 'FAILURE'), check('b', 'WARNING'), check('c', 'SKIPPED')], '2026-07-28', {
        unscored,
      }).map(({ status, level }) => [status, level]);
    expect(statuses()).to.deep.equal([
      ['fail', 'MUST'],
      ['warn', 'SHOULD'],
      ['skip', 'MUST'],
    ]);
    expect(statuses('pending').map(([status]) => status)).to.deep.equal(['warn', 'warn', 'skip']);
  });

  it('do not count where they need what only the fixture of the suite has', () => {
    const [folded] = foldScenario('tools-call-image', [check('a', 'FAILURE')], '2025-11-25', {
      missing: () => 'test_image_content',
    });
    expect(folded?.status).to.equal('skip');
    expect(folded?.evidence).to.contain('test_image_content');
  });

  it('know which scenarios a revision does not score', () => {
    expect(notScored('2025-11-25').get('server-sse-polling')).to.equal('pending');
  });
});
