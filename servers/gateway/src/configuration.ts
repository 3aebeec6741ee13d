import type { Log } from '@mcpgw/kit';
import { gatewayFileSchema, routeTableSchema, type GatewayFile, type RouteTable } from '@mcpgw/kit/contract';
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StartFailure } from './failure.ts';

/** How often the files are looked at where the system tells of no change. Milliseconds. */
const LOOK_MS = 2000;
/** Two files are replaced one after the other; they are read when both are there. Milliseconds. */
const SETTLE_MS = 50;

export interface Configuration {
  readonly gateway: GatewayFile;
  readonly routes: RouteTable;
  /** The text of both files, by which a change is told. */
  readonly source: string;
}

/**
 * Reads `gateway.json` and the `routes.json` beside it.
 * @param file path of `gateway.json`
 * @throws StartFailure INVALID_CONFIG naming file, key and what is wrong
 */
export const readConfiguration = (file: string): Configuration => parseFiles(file, readFiles(file));

export interface FollowOptions {
  file: string;
  /** What is in force. */
  current: Configuration;
  /** Takes a new one over; what it throws is reported, and the last good one stays in force. */
  take: (configuration: Configuration) => void;
  log: Log;
}

export interface Follower {
  /** Why the files as they are now are not in force. */
  readonly error: string | undefined;
  close(): void;
}

/** Follows the two files: told by the system, and by a look every two seconds. A bad file leaves the last good one in force. */
export function followConfiguration({ file, current, take, log }: FollowOptions): Follower {
  let error: string | undefined;
  let seen = current.source;
  let settling: NodeJS.Timeout | undefined;

  const look = (): void => {
    const files = readFiles(file);
    const source = sourceOf(files);
    if (source === seen) return;
    seen = source;
    try {
      const next = parseFiles(file, files);
      assertSameProcess(current, next);
      take(next);
      error = undefined;
      log.info('took over the new configuration');
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
      log.error({ error }, 'the configuration is bad; the last good one stays in force');
    }
  };
  const settle = (): void => {
    clearTimeout(settling);
    settling = setTimeout(look, SETTLE_MS);
  };

  const unwatched = (cause: unknown): void => {
    log.warn({ err: cause }, 'the folder of the configuration cannot be watched; it is looked at every 2 s');
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(file), settle).on('error', unwatched);
  } catch (cause) {
    unwatched(cause);
  }
  const timer = setInterval(look, LOOK_MS);
  // What changed while the gateway was starting.
  settle();
  return {
    get error() {
      return error;
    },
    close() {
      watcher?.close();
      clearInterval(timer);
      clearTimeout(settling);
    },
  };
}

/** What stands in each of the two files, or why it cannot be read. */
interface Files {
  gateway: string | Error;
  routes: string | Error;
}

const routesFile = (file: string): string => join(dirname(file), 'routes.json');

const readFiles = (file: string): Files => ({ gateway: read(file), routes: read(routesFile(file)) });

function read(path: string): string | Error {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return error as Error;
  }
}

const sourceOf = ({ gateway, routes }: Files): string => `${String(gateway)}\n${String(routes)}`;

const parseFiles = (file: string, files: Files): Configuration => ({
  gateway: parse(file, files.gateway, gatewayFileSchema),
  routes: parse(routesFile(file), files.routes, routeTableSchema),
  source: sourceOf(files),
});

function parse<Schema extends z.ZodType>(
  file: string,
  text: string | Error,
  schema: Schema,
): z.infer<Schema> {
  let value: unknown;
  try {
    if (text instanceof Error) throw text;
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartFailure(
      'INVALID_CONFIG',
      `${file} cannot be read: ${reason}. \`mcpgw up\` writes it anew.`,
      { cause },
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new StartFailure(
    'INVALID_CONFIG',
    `${file} is not valid. \`mcpgw up --force\` writes it anew.\n${z.prettifyError(result.error)}`,
  );
}

/** What is bound to the process cannot change under it. */
function assertSameProcess(current: Configuration, next: Configuration): void {
  const changed = [
    ['port', current.gateway.port, next.gateway.port],
    ['stateDir', current.gateway.stateDir, next.gateway.stateDir],
    ['issuer', current.routes.issuer, next.routes.issuer],
  ].find(([, before, after]) => before !== after);
  if (!changed) return;
  const [key, before, after] = changed;
  throw new StartFailure(
    'INVALID_CONFIG',
    `${key} changed from ${before} to ${after}. Run \`mcpgw down\` and \`mcpgw up\` for it to take effect.`,
  );
}
