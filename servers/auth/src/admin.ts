import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, traceId, type Log } from '@mcpgw/kit';
import {
  signInCodeSchema,
  tokenReferenceSchema,
  tokenRequestSchema,
  type AdminError,
  type CreatedToken,
  type TokenInfo,
  type TokenRequest,
} from '@mcpgw/kit/contract';
import type Provider from 'oidc-provider';
import { z } from 'zod';
import { LOCAL_OWNER } from './accounts.ts';
import { issueOwnerToken } from './issued-tokens.ts';
import { DEFAULT_SCOPE, type Resources } from './resources.ts';
import type { SignInCode } from './sign-in/code.ts';
import { storageFault } from './storage-fault.ts';
import type { Store } from './store/store.ts';
import { claimsOf, findToken, tokenInfo, type TokenReader } from './tokens.ts';

const BODY_LIMIT = 64 * 1024;
const BODY_TIMEOUT_MS = 10_000;
/** Tokens that a list holds at most. */
const LIST_LIMIT = 1000;

export interface AdminOptions {
  store: Store;
  signInCode: SignInCode;
  resources: Resources;
  readToken: TokenReader;
  provider: () => Promise<Provider>;
  now: () => number;
  log: Log;
}

/** A refusal in the form of the admin API. */
class Refusal extends Error {
  readonly status: number;
  readonly body: AdminError;

  constructor(status: number, code: string, message: string, nextStep?: string) {
    super(message);
    this.status = status;
    this.body = { error: { code, message, ...(nextStep !== undefined && { nextStep }) } };
  }
}

type Operation = (body: unknown) => Promise<{ status: number; body?: unknown }>;

/** The part of the admin API that belongs to the authorization server. Whoever reaches the socket is the owner. */
export function createAdmin(
  options: AdminOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { log } = options;
  const operations = createOperations(options);
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (!operations.has(path)) return false;
    const operation = operations.get(path)?.get(request.method ?? '');
    const answer = async (): Promise<void> => {
      try {
        if (operation === undefined) {
          throw new Refusal(405, 'INVALID_VALUE', `${request.method ?? ''} is not possible on ${path}.`);
        }
        const { status, body } = await operation(await readJson(request));
        if (body === undefined) response.writeHead(status).end();
        else sendJson(response, status, body);
      } catch (error) {
        refuse(request, response, error, log);
      }
    };
    void answer();
    return true;
  };
}

function createOperations(options: AdminOptions): Map<string, Map<string, Operation>> {
  const { store, signInCode, readToken, now, log } = options;

  const find = async (body: unknown): Promise<TokenInfo> => {
    const { token } = parse(tokenReferenceSchema, body);
    const info = await findToken(token, { store, read: readToken, now });
    if (info !== undefined) return info;
    throw new Refusal(
      404,
      'TOKEN_NOT_FOUND',
      'This is no access token of this gateway, nor the id of one that is still kept.',
      'List the tokens in force with `mcpgw token list`.',
    );
  };

  return new Map([
    [
      '/sign-in-code',
      new Map<string, Operation>([
        [
          'PUT',
          async (body) => {
            const { code } = parse(signInCodeSchema, body);
            if (!(await signInCode.set(code))) {
              throw new Refusal(400, 'INVALID_VALUE', 'A sign-in code needs at least six letters or digits.');
            }
            log.info({ event: 'sign-in.opened' }, 'the sign-in code was set');
            return { status: 204 };
          },
        ],
      ]),
    ],
    [
      '/tokens',
      new Map<string, Operation>([
        [
          'GET',
          async () => {
            const records = await store.listTokens(LIST_LIMIT);
            const tokens = records.map((it) => tokenInfo(claimsOf(it.jti, it), 'active'));
            return { status: 200, body: { tokens } };
          },
        ],
        [
          'POST',
          async (body) => ({
            status: 201,
            body: await createToken(parseTokenRequest(body), options),
          }),
        ],
      ]),
    ],
    [
      '/tokens/inspect',
      new Map<string, Operation>([['POST', async (body) => ({ status: 200, body: await find(body) })]]),
    ],
    [
      '/tokens/revoke',
      new Map<string, Operation>([
        [
          'POST',
          async (body) => {
            const info = await find(body);
            if (info.state !== 'active') return { status: 200, body: info };
            await store.remove('AccessToken', info.id);
            return { status: 200, body: { ...info, state: 'revoked' } };
          },
        ],
      ]),
    ],
  ]);
}

async function createToken(request: TokenRequest, options: AdminOptions): Promise<CreatedToken> {
  const { resources, provider, readToken, log } = options;
  const routes = request.services.map((name) => {
    const route = resources.ofService(name);
    if (route !== undefined) return route;
    throw new Refusal(
      404,
      'UNKNOWN_SERVICE',
      `There is no service ${name} in this gateway.`,
      'See `mcpgw status`.',
    );
  });
  const known = new Set(routes.flatMap((route) => route.scopes));
  const scopes = [...new Set(request.scopes ?? [DEFAULT_SCOPE])];
  const unknown = scopes.filter((scope) => !known.has(scope));
  if (unknown.length > 0 || scopes.length === 0) {
    const named =
      unknown.length > 0 ? `No named service has the scope ${unknown.join(' ')}.` : 'No scope is named.';
    throw new Refusal(400, 'INVALID_VALUE', named, `Choose from: ${[...known].join(' ')}.`);
  }
  const token = await issueOwnerToken(await provider(), {
    principal: request.user === undefined ? LOCAL_OWNER : `local:${request.user}`,
    audience: [...new Set(routes.map((route) => route.resource))],
    scope: scopes.join(' '),
    ttl: request.ttl,
  });
  const claims = await readToken(token);
  if (claims === undefined) throw new Error('the token that was just signed cannot be read');
  const info = tokenInfo(claims, 'active');
  log.info(
    { event: 'token.created', jti: info.id, user: info.principal, resource: info.audience },
    'token created',
  );
  return { ...info, token };
}

const noServicesSchema = z.object({ services: z.tuple([]) });

/** The command line names what is enabled when its user names nothing: an empty list is no fault of the request's form. */
function parseTokenRequest(body: unknown): TokenRequest {
  if (!noServicesSchema.safeParse(body).success) return parse(tokenRequestSchema, body);
  throw new Refusal(
    400,
    'SERVICE_NOT_ENABLED',
    'No service is enabled, so there is nothing that a token could be for.',
    'Enable one with `mcpgw service enable NAME`, then run `mcpgw restart`.',
  );
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new Refusal(400, 'INVALID_VALUE', `The request is not valid: ${z.prettifyError(result.error)}`);
}

/** @returns undefined for an empty body */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => request.destroy(new Error('the body took too long')), BODY_TIMEOUT_MS);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > BODY_LIMIT)
        throw new Refusal(413, 'INVALID_VALUE', `The request is larger than ${BODY_LIMIT} bytes.`);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'INVALID_VALUE', 'The request is not JSON.');
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, log: Log): void {
  const id = traceId(request.headers);
  // What is left of the body is not read.
  const headers = request.complete ? {} : { Connection: 'close' };
  if (error instanceof Refusal) {
    sendJson(response, error.status, error.body, headers);
    return;
  }
  log.error(
    { err: error, traceId: id, event: 'server.error' },
    'an admin request failed for a fault of ours',
  );
  const { code, message, nextStep } = storageFault(error) ?? {
    code: 'REFUSED',
    message: `The request failed for a fault of the gateway. Its log has more under ${id}.`,
    nextStep: 'Look at `mcpgw logs gateway`.',
  };
  sendJson(response, 500, new Refusal(500, code, message, nextStep).body, headers);
}
