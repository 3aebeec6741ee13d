/** One client of the soak: opens sessions and does at random what clients do, until somebody kills it. */
import { ModernClient } from '../test/helpers/modern-client.ts';
import { RawSession } from '../test/helpers/client.ts';

const [url = '', principal = ''] = process.argv.slice(2);
const pick = (below: number): number => Math.floor(Math.random() * below);
const headers = { 'x-user-id': principal };
const modern = new ModernClient(() => url, principal);

const legacyActions: ((session: RawSession) => Promise<unknown>)[] = [
  (session) => session.text('echo', { text: 'x'.repeat(pick(100_000)) }),
  (session) => session.call('progress', { steps: pick(10), ms: 5 }, { meta: { progressToken: 1 } }),
  (session) => Promise.all([1, 1, 2].map((id) => session.call('slow', { ms: pick(200), text: 'x' }, { id }))),
  (session) => session.call('big', { bytes: pick(2_000_000) }),
  (session) => session.call('garbage'),
  (session) => session.call('stderr_flood', { lines: 200 }),
  (session) =>
    session.post(
      { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'never' } },
      AbortSignal.timeout(100),
    ),
  (session) => session.listen({}, AbortSignal.timeout(300)),
  (session) => (pick(10) === 0 ? session.call('crash') : session.call('log', { count: 20 })),
];
const modernActions: (() => Promise<unknown>)[] = [
  () => modern.text('echo', { text: 'y' }),
  () => modern.call('progress', { steps: 3 }, { meta: { progressToken: 'p' } }),
  () => modern.call('sample', { prompt: 'nobody answers' }, { capabilities: { sampling: {} } }),
  () => modern.call('never', {}, { signal: AbortSignal.timeout(100) }),
  () =>
    modern.request(
      'subscriptions/listen',
      { notifications: { toolsListChanged: true } },
      { signal: AbortSignal.timeout(200) },
    ),
];

async function run(): Promise<never> {
  for (;;) {
    const session = await RawSession.open(url, { headers });
    for (let i = 0; i < 10; i++) {
      const action = legacyActions[pick(legacyActions.length)];
      await action?.(session).catch(() => undefined);
      await modernActions[pick(modernActions.length * 4)]?.().catch(() => undefined);
    }
    if (pick(2) === 0) await session.end();
  }
}

for (;;) await run().catch(() => new Promise((resolve) => setTimeout(resolve, 200)));
