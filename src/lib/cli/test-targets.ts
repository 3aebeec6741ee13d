import { UserError } from '../errors.ts';
import type { Target } from '../targets/target.ts';
import { chosenServers } from './services.ts';
import { createToken } from './tokens.ts';

export interface TestTarget {
  /** Absent for a URL from outside the project. */
  service?: string;
  url: string;
  token?: string;
}

const isUrl = (argument: string): boolean => /^https?:\/\//i.test(argument);

const TOKEN_SECONDS = 3600;

/**
 * What `test` is about: URLs as they are, and services of the running project with a token of its own making.
 * @param named URLs and service names; every enabled service when empty
 * @param open the project's target; asked for only when a service is meant
 * @param token for the targets that have none of their own
 * @throws UserError NOT_RUNNING, UNKNOWN_SERVICE, SERVICE_NOT_ENABLED, INVALID_VALUE
 */
export async function testTargets(
  named: readonly string[],
  open: () => Target,
  token: string | undefined,
): Promise<TestTarget[]> {
  const given = token === undefined ? {} : { token };
  const urls = named.filter(isUrl).map((url) => ({ url: validUrl(url), ...given }));
  const names = named.filter((argument) => !isUrl(argument));
  if (named.length > 0 && names.length === 0) return urls;
  const target = open();
  const servers = await chosenServers(target, names);
  const own = await Promise.all(
    servers.map(async ({ name, url }) => {
      if (token !== undefined) return { service: name, url, token };
      const wish = { services: [name], ttl: TOKEN_SECONDS, scopes: [] };
      const { created } = await createToken(target.admin, wish);
      return { service: name, url, token: created.token };
    }),
  );
  return [...own, ...urls];
}

function validUrl(text: string): string {
  if (URL.canParse(text)) return new URL(text).href;
  throw new UserError('INVALID_VALUE', `'${text}' is no URL.`, {
    nextSteps: ['Give the URL of the MCP endpoint, such as https://example.com/mcp.'],
  });
}
