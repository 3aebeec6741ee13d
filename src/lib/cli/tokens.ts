import type { CreatedToken, TokenInfo } from '../../../servers/kit/src/contract/admin.ts';
import type { AdminClient } from '../admin/client.ts';
import { UserError } from '../errors.ts';
import { printable } from '../text/printable.ts';
import { table } from '../text/table.ts';
import { requireEnabled } from './services.ts';

const USER = /^[A-Za-z0-9._@-]{1,64}$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/;
const MAX_TOKEN_LENGTH = 16_384;

export interface TokenWish {
  /** All enabled services when empty. */
  services: string[];
  user?: string | undefined;
  ttl: number;
  scopes: string[];
}

/**
 * Makes a token of a running project.
 * @returns the token, and the services it is for
 * @throws UserError NOT_RUNNING, UNKNOWN_SERVICE, SERVICE_NOT_ENABLED, INVALID_VALUE, REFUSED
 */
export async function createToken(
  admin: AdminClient,
  { services: named, user, ttl, scopes }: TokenWish,
): Promise<{ created: CreatedToken; services: string[] }> {
  requireForm(
    '--user',
    user === undefined ? [] : [user],
    USER,
    'letters, digits, `.`, `_`, `@` and `-`, 64 at most',
  );
  requireForm('--scope', scopes, SCOPE, 'words such as `mcp` or `echo-stateless:read`');
  const known = (await admin.status()).services;
  requireEnabled(known, named);
  const enabled = known.filter(({ state }) => state !== 'disabled' && state !== 'stopped');
  const services = named.length > 0 ? named : enabled.map(({ name }) => name);
  const created = await admin.createToken({
    services,
    ttl,
    ...(user !== undefined && { user }),
    ...(scopes.length > 0 && { scopes }),
  });
  return { created, services };
}

/**
 * A token or its id as given; `-` reads it from standard input, which keeps it out of the process list and the history.
 * @param read standard input
 */
export async function tokenReference(
  argument: string,
  read: AsyncIterable<Buffer | string>,
): Promise<string> {
  if (argument !== '-') return argument;
  let text = '';
  for await (const chunk of read) {
    text += chunk.toString();
    if (text.length > MAX_TOKEN_LENGTH) break;
  }
  const reference = text.trim();
  if (reference !== '' && reference.length <= MAX_TOKEN_LENGTH) return reference;
  throw new UserError('INVALID_VALUE', 'There is no token on standard input.', {
    nextSteps: ['Give a token or its id, or pipe one: `echo "$TOKEN" | mcpgw token inspect -`.'],
  });
}

/** A token for people. */
export function tokenText(token: TokenInfo): string {
  return table([
    ['id', token.id],
    ['state', token.state],
    ['principal', printable(token.principal)],
    ['client', printable(token.clientId)],
    ['audience', token.audience.join(' ')],
    ['scope', token.scope],
    ['issued', token.issuedAt],
    ['expires', token.expiresAt],
  ]);
}

/** Tokens for people, a line each. */
export function tokensText(tokens: readonly TokenInfo[]): string {
  if (tokens.length === 0) return 'There are no tokens.';
  return table([
    ['ID', 'STATE', 'PRINCIPAL', 'CLIENT', 'EXPIRES', 'AUDIENCE'],
    ...tokens.map(({ id, state, principal, clientId, expiresAt, audience }) => [
      id,
      state,
      printable(principal),
      printable(clientId),
      expiresAt,
      audience.join(' '),
    ]),
  ]);
}

function requireForm(flag: string, values: readonly string[], form: RegExp, allowed: string): void {
  const bad = values.find((value) => !form.test(value));
  if (bad === undefined) return;
  throw new UserError('INVALID_VALUE', `'${bad}' is no value of ${flag}.`, {
    place: { file: flag },
    nextSteps: [`Allowed are ${allowed}.`],
  });
}
