import type { Log } from '@mcpgw/kit';
import { answerAlone, Connection, type ConnectionOwner } from './connection.ts';
import { handshake, neutralInitialize, readFacts, Unavailable, type ServerFacts } from './handshake.ts';
import type { Launcher } from './launcher.ts';

/** Nobody stands behind a probe. */
const NOBODY: ConnectionOwner = {
  onRequest: (request, connection) => answerAlone(connection, request),
  onNotification: () => undefined,
  onClosed: () => undefined,
};

/**
 * Finds out whether the service works: starts a child, initialises it, and ends it again. Its memory is worth more
 * than its warmth, and initialised for nobody it could serve no client.
 * @param version of this software, told to the child as its client's
 * @throws {Unavailable} with the child's last stderr lines
 */
export function probe(launcher: Launcher, version: string, log: Log): Promise<ServerFacts> {
  const { startMs, requestMs } = launcher.run.limits;
  return launcher.startProbe(async (child) => {
    try {
      const connection = new Connection(child, NOBODY, requestMs, log);
      return readFacts(await handshake(connection, neutralInitialize(version), startMs));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      throw new Unavailable(error.message, error.retryAfterMs, child.stderr.lines());
    } finally {
      launcher.retireProbe(child);
    }
  });
}
