import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NativeOptions, ServiceModule } from '../../src/index.ts';
import { host, nativeOptions } from './native.ts';

interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

const SUITE = path.join(
  import.meta.dirname,
  '../../../../node_modules/@modelcontextprotocol/conformance/dist/index.js',
);

/** Scenarios that ask nothing of a server beyond the protocol. */
const FIXTURE_FREE = {
  '2025-11-25': [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'tools-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
  ],
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
    'caching',
    'http-header-validation',
    'sep-2164-resource-not-found',
    'input-required-result-unsupported-methods',
  ],
};

/** A check of a fixture tool, or of prompts and resources, which these servers neither have nor announce. */
const NOT_APPLICABLE =
  /^Not testable: server does not list the diagnostic tool|^(?:prompts|resources|resources\/templates)\/list returned JSON-RPC error -32601/;

/** Runs the official suite against a module, in both revisions. */
export function describeConformance(create: (options: NativeOptions) => ServiceModule): void {
  for (const revision of ['2025-11-25', '2026-07-28'] as const) {
    it(`passes the fixture-free scenarios of the official suite, ${revision}`, async function () {
      this.timeout(60_000);
      const results = await run(create, revision);
      const failures = FIXTURE_FREE[revision].flatMap((scenario) => {
        const checks = results.get(scenario);
        expect(checks, `${scenario} did not run`).not.to.equal(undefined);
        return checks!
          .filter((it) => it.status === 'FAILURE' && !NOT_APPLICABLE.test(it.errorMessage ?? ''))
          .map((it) => `${scenario}: ${it.id}: ${it.errorMessage ?? ''}`);
      });
      expect(failures).to.deep.equal([]);
    });
  }
}

async function run(
  create: (options: NativeOptions) => ServiceModule,
  revision: string,
): Promise<Map<string, Check[]>> {
  const out = mkdtempSync(path.join(tmpdir(), 'mcpgw-conformance-'));
  // The suite tries foreign Host and Origin headers: the server stands alone, and checks them itself.
  const hosted = await host((origin) => create(nativeOptions({ origins: [origin] })));
  try {
    const args = [SUITE, 'server', '--url', hosted.url.href, '--requirements', revision, '-o', out];
    const child = spawn(process.execPath, args, { stdio: 'ignore', timeout: 50_000 });
    await once(child, 'close');
    return readResults(out);
  } finally {
    await hosted.close();
    rmSync(out, { recursive: true });
  }
}

/** Each scenario leaves `server-<scenario>-<time>/checks.json`. */
const readResults = (out: string): Map<string, Check[]> =>
  new Map(
    readdirSync(out).map((folder) => [
      folder.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, ''),
      JSON.parse(readFileSync(path.join(out, folder, 'checks.json'), 'utf8')) as Check[],
    ]),
  );
