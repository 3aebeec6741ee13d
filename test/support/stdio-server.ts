import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { GatewayFile, ProxyRun } from '../../servers/kit/src/contract/index.ts';
import { renderLocal } from '../../src/lib/render/local.ts';
import type { Preparation } from './prepare.ts';

/** How the gateway would run one service of a preparation. */
export function rendered({ project, prepared }: Preparation, service: string): ProxyRun {
  const [gateway] = renderLocal(project, [...prepared.keys()], prepared);
  const file = JSON.parse(gateway?.text ?? '') as GatewayFile;
  const disposition = file.services.find(({ name }) => name === service)?.disposition;
  if (disposition?.state !== 'selected' || disposition.run.kind !== 'proxy')
    throw new Error(`${service} does not run`);
  return disposition.run;
}

/** The tools that a stdio server lists, started exactly as rendered. */
export async function listTools(run: ProxyRun): Promise<string[]> {
  const userDir = `${run.userDirs}/user`;
  mkdirSync(userDir, { recursive: true });
  const fill = (text: string): string => text.replaceAll('{userDir}', userDir);
  const child = spawn(run.command, run.args.map(fill), {
    cwd: run.cwd,
    env: Object.fromEntries(Object.entries(run.env).map(([key, value]) => [key, fill(value)])),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  try {
    send({
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'test', version: '1' },
      },
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line) as { id?: number; result?: { tools?: { name: string }[] } };
      if (message.id === 1) {
        send({ method: 'notifications/initialized' });
        send({ id: 2, method: 'tools/list' });
      }
      if (message.id === 2) return message.result?.tools?.map(({ name }) => name) ?? [];
    }
    throw new Error(`${run.command} ended without an answer`);
  } finally {
    child.kill('SIGKILL');
  }
}
