import type { TargetStatus } from '../targets/target.ts';
import { selfCommand } from './self.ts';

/** Answers at once, without a session and without a child. */
const FAVOURITE = 'echo-stateless';

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'echo', arguments: { message: 'hello' } },
};
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'curl', version: '1' } },
};

/**
 * One line to copy: a curl that calls a ready service with a token made on the spot.
 * @returns undefined when no service is ready
 */
export function tryLine({ services }: TargetStatus, root: string): string | undefined {
  const ready = services.filter(({ state }) => state === 'ready');
  const service = ready.find(({ name }) => name === FAVOURITE) ?? ready[0];
  if (service === undefined) return undefined;
  const token = selfCommand(`token create --service ${service.name}`, root);
  return [
    `curl -sS ${service.url}`,
    `-H "Authorization: Bearer $(${token})"`,
    `-H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream'`,
    `-d '${JSON.stringify(service.name === FAVOURITE ? CALL : INITIALIZE)}'`,
  ].join(' ');
}
