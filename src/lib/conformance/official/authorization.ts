import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientMetadata } from '../../oauth/client.ts';
import type { AuthContext } from '../checks/auth/types.ts';
import type { CheckResult, Revision } from '../types.ts';
import { runOfficial } from './process.ts';
import { foldScenario, readResults } from './results.ts';
import { brokenOff } from './suite.ts';

/**
 * Runs the authorization-server scenarios of the official suite: a client is registered for it, and the sign-in page
 * that it prints is visited.
 */
export async function runOfficialAuthorization(
  context: AuthContext,
  revision: Revision,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const { visit } = context.options;
  if (!visit) return [];
  const port = await freePort();
  const { metadata } = await context.server();
  const { resource } = await context.discovered();
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  const client = await context.registerClient(clientMetadata([redirectUri], 'mcpgw-conformance-official'));
  const folder = mkdtempSync(join(tmpdir(), 'mcpgw-conformance-'));
  const issuer = String(metadata['issuer']);
  const args = [
    'authorization',
    '--url',
    issuer,
    '--client-id',
    client.clientId,
    '--resource',
    resource,
    '-p',
    String(port),
    '-o',
    folder,
  ];
  try {
    let visited = false;
    const { code, output } = await runOfficial(args, {
      timeoutMs,
      signal,
      onLine(line) {
        const url = /https?:\/\/\S+code_challenge=\S+/.exec(line)?.[0];
        if (url === undefined || visited || new URL(url).origin !== new URL(issuer).origin) return;
        visited = true;
        // What goes wrong at the page, the suite reports as a callback that did not come.
        visit(url).catch(() => undefined);
      },
    });
    const scenarios = readResults(folder, 'authorization-server');
    if (scenarios.size === 0) return [brokenOff(revision, code, output)];
    return [...scenarios].flatMap(([scenario, checks]) => foldScenario(scenario, checks, revision, {}));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
