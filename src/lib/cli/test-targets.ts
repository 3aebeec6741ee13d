import type { SignIn } from '../conformance/index.ts';
import { UserError } from '../errors.ts';
import type { Target } from '../targets/target.ts';
import { chosenServers } from './services.ts';
import { ownSignIn } from './test-sign-in.ts';
import { createToken } from './tokens.ts';

export interface TestTarget {
  /** Absent for a URL from outside the project. */
  service?: string;
  url: string;
  token?: string;
  signIn?: SignIn;
  /** Tokens of the same project that the target must refuse. */
  foreign?: { otherAudience?: string; expired?: string };
}

const isUrl = (argument: string): boolean => /^https?:\/\//i.test(argument);

const TOKEN_SECONDS = 3600;

/**
 * What `test` is about: URLs as they are, and services of the running project with tokens of its own making.
 * @param named URLs and service names; every enabled service when empty
 * @param open the project's target; asked for only when a service is meant
 * @param given for the targets that have none of their own
 * @throws UserError NOT_RUNNING, UNKNOWN_SERVICE, SERVICE_NOT_ENABLED, INVALID_VALUE
 */
export async function testTargets(
  named: readonly string[],
  open: () => Target,
  given: Pick<TestTarget, 'token' | 'signIn'>,
): Promise<TestTarget[]> {
  const urls = named.filter(isUrl).map((url) => ({ url: validUrl(url), ...given }));
  const names = named.filter((argument) => !isUrl(argument));
  if (named.length > 0 && names.length === 0) return urls;
  const target = open();
  const { services, signIn } = await target.status();
  const chosen = await chosenServers(target, names);
  const enabled = services
    .filter(({ state }) => state !== 'disabled' && state !== 'stopped')
    .map(({ name }) => name);
  const own = chosen.map(async ({ name, url }) => {
    const other = enabled.find((one) => one !== name);
    const [token, expired, otherAudience] = await Promise.all([
      tokenFor(target, name, TOKEN_SECONDS),
      tokenFor(target, name, 1),
      other === undefined ? undefined : tokenFor(target, other, TOKEN_SECONDS),
    ]);
    return {
      service: name,
      url,
      token,
      foreign: { expired, ...(otherAudience === undefined ? {} : { otherAudience }) },
      ...(signIn === null ? {} : { signIn: ownSignIn(signIn.code) }),
      ...given,
    };
  });
  return [...(await Promise.all(own)), ...urls];
}

async function tokenFor(target: Target, service: string, ttl: number): Promise<string> {
  const { created } = await createToken(target.admin, { services: [service], ttl, scopes: [] });
  return created.token;
}

function validUrl(text: string): string {
  if (URL.canParse(text)) return new URL(text).href;
  throw new UserError('INVALID_VALUE', `'${text}' is no URL.`, {
    nextSteps: ['Give the URL of the MCP endpoint, such as https://example.com/mcp.'],
  });
}
