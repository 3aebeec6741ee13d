import type { StartMessage } from '@mcpgw/kit/contract';
import { dirname, resolve } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { toStartFailure } from './failure.ts';
import { startGateway, type Gateway } from './gateway.ts';

/** Every end is over after this, whatever hangs. Milliseconds. */
const DEADLINE_MS = 4500;
/** One Ctrl-C can arrive twice, from the terminal and from the `up` that owns the gateway. Milliseconds. */
const SAME_PRESS_MS = 500;
/** A peer that is gone; the connection it belonged to has ended and nothing else is touched. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);

function end(code: number): never {
  // eslint-disable-next-line no-restricted-syntax -- the entry point ends the process
  process.exit(code);
}

/** Tells the `up` that waits for it; a person who started the gateway by hand reads a failure on stderr. */
function tell(message: StartMessage): Promise<void> {
  const { promise, resolve: told } = Promise.withResolvers<undefined>();
  if (process.send) process.send(message, () => told(undefined));
  else {
    if (message.type === 'failed') process.stderr.write(`${message.code}: ${message.message}\n`);
    told(undefined);
  }
  return promise;
}

async function main(): Promise<void> {
  const flags = process.argv.slice(2);
  const foreground = flags.includes('--foreground');
  const [file, ...rest] = flags.filter((flag) => flag !== '--foreground');
  if (file === undefined || rest.length > 0) {
    process.stderr.write('Usage: gateway.mjs <path of gateway.json> [--foreground]\n');
    end(2);
  }
  process.umask(0o077);

  let gateway: Gateway | undefined;
  let stoppingSince: number | undefined;
  const stop = (code = 0): void => {
    if (stoppingSince !== undefined) return;
    stoppingSince = performance.now();
    setTimeout(() => end(1), DEADLINE_MS).unref();
    // While it is still starting, the start goes to its end first: what it has made then has an owner.
    void starting
      .then(() => gateway?.close())
      .then(
        () => end(code),
        () => end(1),
      );
  };
  const onSignal = (): void => {
    if (stoppingSince === undefined) stop();
    else if (performance.now() - stoppingSince > SAME_PRESS_MS) end(1);
  };

  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('SIGHUP', foreground ? onSignal : () => undefined);
  if (foreground) process.once('disconnect', () => stop());
  const report = (error: unknown, what: string): void => {
    if (gateway) gateway.log.error({ err: error }, what);
    else process.stderr.write(`${what}: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  };
  process.on('unhandledRejection', (reason) => report(reason, 'unhandled rejection'));
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    report(error, 'uncaught exception');
    if (!GONE.has(error.code ?? '')) stop(70);
  });

  const start = async (): Promise<void> => {
    try {
      gateway = await startGateway({
        file: resolve(file),
        version: manifest.version,
        onShutdown: () => stop(),
      });
      await tell({ type: 'listening', pid: process.pid, url: gateway.url });
      if (!foreground && process.connected) process.disconnect();
    } catch (error) {
      const { code, message } = toStartFailure(error, dirname(resolve(file)));
      await tell({ type: 'failed', code, message });
      end(1);
    }
  };
  const starting = start();
  // The owner may be gone before anybody listened.
  if (foreground && process.send && !process.connected) stop();
  await starting;
}

await main();
