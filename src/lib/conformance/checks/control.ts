import { isResponse, resultOf } from '../mcp/message.ts';
import { describe } from '../mcp/reply.ts';
import type { Link } from '../mcp/types.ts';
import { Untestable } from '../run-check.ts';

/**
 * The control of every check that expects a refusal: the target serves this revision when nothing is wrong.
 * Without it a server that refuses or drops everything would pass.
 * @throws Untestable when it does not
 */
export function served(link: Link): Promise<Link> {
  return link.once('served', async () => {
    if (link.modern) {
      const reply = await discover(link);
      if (!resultOf(reply.response))
        throw new Untestable(`server/discover was answered with ${describe(reply)}`);
    } else {
      const session = await link.session();
      if (session.version !== link.revision) {
        throw new Untestable(`the server answered initialize for ${link.revision} with ${session.version}`);
      }
      const reply = await session.request('ping');
      if (!reply.response || !isResponse(reply.response)) {
        throw new Untestable(`a ping in a new session was answered with ${describe(reply)}`);
      }
    }
    return link;
  });
}

/** The answer to `server/discover`, asked once (2026-07-28). */
export const discover = (link: Link) => link.once('discover', () => link.request('server/discover'));

/**
 * What is wrong with the target after it was mistreated; undefined when it still answers.
 * @param where in the session that is open, or as a client that comes new
 */
export async function damage(link: Link, where: 'here' | 'anew' = 'here'): Promise<string | undefined> {
  try {
    const session = link.modern
      ? {}
      : { session: await (where === 'here' ? link.session() : link.newSession()) };
    const reply = await link.request(harmless(link), undefined, session);
    return reply.response ? undefined : `afterwards the server answered with ${describe(reply)}`;
  } catch (error) {
    return `afterwards the server no longer answered: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A request that every server answers and that does nothing. */
export const harmless = (link: Pick<Link, 'modern'>): string => (link.modern ? 'server/discover' : 'ping');
