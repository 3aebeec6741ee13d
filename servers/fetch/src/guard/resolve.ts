import { Resolver, lookup } from 'node:dns/promises';

/** Of one question to one server, and how often it is put. */
const QUERY = { timeout: 2000, tries: 2 };

/**
 * All addresses of a name, IPv4 first.
 * A name of the public internet is asked of DNS itself: the system's resolver works in the few threads in which this process
 * also signs and reads files, and a slow name server would hold them. What an operator has opted in may stand in
 * /etc/hosts, and is asked of the system.
 */
export async function resolve(hostname: string, internal: boolean): Promise<readonly string[]> {
  if (internal) return (await lookup(hostname, { all: true })).map(({ address }) => address);
  const resolver = new Resolver(QUERY);
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
