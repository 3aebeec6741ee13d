import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { z } from 'zod';
import { defineTool, type Tool } from '../mcp/index.ts';
import type { EchoContext } from './context.ts';
import { READ_ONLY } from './echo.ts';
import { shownText } from './redact.ts';

const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  next: z.string().optional(),
});
type Check = z.infer<typeof checkSchema>;

/** From here on a figure is a fault. */
const MAX_LAG_MS = 100;
const MAX_HEAP_SHARE = 0.9;
const KEYS_DEADLINE_MS = 2000;
const LAG_SAMPLE_MS = 10;

export const healthProbeTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'healthProbe',
    title: 'Health probe',
    description:
      "Checks what this server depends on: its route, the issuer's keys, the event loop, memory. DEGRADED says which of them is at fault and what to do.",
    input: z.strictObject({}),
    output: z.object({
      status: z.enum(['HEALTHY', 'DEGRADED']),
      server: z.string(),
      version: z.string(),
      uptimeSeconds: z.int(),
      checks: z.array(checkSchema),
    }),
    annotations: { ...READ_ONLY, idempotentHint: false },
    run: async () => {
      const checks = [checkRoute(context), await checkKeys(context), await checkLag(), checkMemory()];
      const data = {
        status: checks.every((check) => check.ok) ? ('HEALTHY' as const) : ('DEGRADED' as const),
        server: context.name,
        version: context.version,
        uptimeSeconds: Math.round((Date.now() - context.startedAt.getTime()) / 1000),
        checks,
      };
      const text = [
        `${data.status}: ${data.server} ${data.version}, up for ${data.uptimeSeconds} s`,
        ...checks.map(
          ({ name, ok, detail, next }) =>
            `${ok ? 'ok ' : 'BAD'} ${name}: ${detail}${next ? `\n    → ${next}` : ''}`,
        ),
      ].join('\n');
      return { text, data };
    },
  });

function checkRoute({ route, name }: EchoContext): Check {
  const current = route();
  return current
    ? { name: 'route', ok: true, detail: `Public at ${current.url}.` }
    : {
        name: 'route',
        ok: false,
        detail: 'It has no route: nobody can reach it from outside.',
        next: `Run mcpgw service enable ${name}.`,
      };
}

async function checkKeys({ jwks, issuer }: EchoContext): Promise<Check> {
  const started = performance.now();
  const stop = new AbortController();
  try {
    const late = delay(KEYS_DEADLINE_MS, undefined, { signal: stop.signal }).then(() => {
      throw new Error(`no answer within ${KEYS_DEADLINE_MS} ms`);
    });
    late.catch(() => undefined);
    const { keys } = await Promise.race([jwks(), late]);
    const detail = `${keys.length} of ${issuer}, read in ${Math.round(performance.now() - started)} ms.`;
    if (keys.length > 0) return { name: 'keys', ok: true, detail };
    return {
      name: 'keys',
      ok: false,
      detail: `${issuer} has no keys.`,
      next: 'Look at the log of the authorization server.',
    };
  } catch (error) {
    const reason = error instanceof Error ? shownText(error.message) : 'unknown';
    const next = 'Check that the authorization server runs, and that this server may read its keys.';
    return { name: 'keys', ok: false, detail: `The keys of ${issuer} cannot be read: ${reason}.`, next };
  } finally {
    stop.abort();
  }
}

/** How late a timer comes: long work somewhere in the process holds all requests up. */
async function checkLag(): Promise<Check> {
  const started = performance.now();
  await delay(LAG_SAMPLE_MS);
  const lag = Math.max(0, Math.round(performance.now() - started - LAG_SAMPLE_MS));
  const ok = lag <= MAX_LAG_MS;
  return {
    name: 'event loop',
    ok,
    detail: `${lag} ms late.`,
    ...(!ok && { next: 'The process is overloaded: look for what runs beside it on this machine.' }),
  };
}

function checkMemory(): Check {
  const { rss, heapUsed } = process.memoryUsage();
  const share = heapUsed / getHeapStatistics().heap_size_limit;
  const ok = share < MAX_HEAP_SHARE;
  return {
    name: 'memory',
    ok,
    detail: `${megabytes(rss)} MB resident, heap ${Math.round(share * 100)} % of its limit.`,
    ...(!ok && { next: 'Restart the server, and give it more memory if it comes back to this.' }),
  };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_048_576);
