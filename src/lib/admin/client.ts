import type { z } from 'zod';
import {
  adminErrorSchema,
  createdTokenSchema,
  gatewayStatusSchema,
  tokenInfoSchema,
  tokenListSchema,
  type CreatedToken,
  type GatewayStatus,
  type TokenInfo,
  type TokenRequest,
} from '../../../servers/kit/src/contract/admin.ts';
import { ERROR_CODES, UserError, type ErrorCode } from '../errors.ts';
import type { AdminRequest, AdminResponse, AdminTransport } from './transport.ts';

/** What the command line asks of a running gateway (contract/admin.ts). */
export interface AdminClient {
  status(timeoutMs?: number): Promise<GatewayStatus>;
  setSignInCode(code: string): Promise<void>;
  restartService(name: string): Promise<void>;
  createToken(request: TokenRequest): Promise<CreatedToken>;
  listTokens(): Promise<TokenInfo[]>;
  /** @param reference a token, or its id */
  inspectToken(reference: string): Promise<TokenInfo>;
  /** @param reference a token, or its id */
  revokeToken(reference: string): Promise<TokenInfo>;
  shutdown(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
/** A restart ends children with their grace before it answers. */
const RESTART_TIMEOUT_MS = 30_000;

/**
 * The admin API as functions. Every answer is validated; every refusal becomes a UserError.
 * @param transport how a request gets there
 */
export function createAdminClient(transport: AdminTransport): AdminClient {
  const send = async (request: Omit<AdminRequest, 'timeoutMs'> & { timeoutMs?: number }) => {
    const response = await transport({ timeoutMs: TIMEOUT_MS, ...request });
    if (response.status < 200 || response.status > 299) throw refusal(response);
    return response;
  };
  const read = async <S extends z.ZodType>(schema: S, ...[request]: Parameters<typeof send>) =>
    parse(schema, (await send(request)).body);

  return {
    status: (timeoutMs = TIMEOUT_MS) =>
      read(gatewayStatusSchema, { method: 'GET', path: '/status', timeoutMs }),
    setSignInCode: async (code) => {
      await send({ method: 'PUT', path: '/sign-in-code', body: { code } });
    },
    restartService: async (name) => {
      const path = `/services/${encodeURIComponent(name)}/restart`;
      await send({ method: 'POST', path, timeoutMs: RESTART_TIMEOUT_MS });
    },
    createToken: (body) => read(createdTokenSchema, { method: 'POST', path: '/tokens', body }),
    listTokens: async () => (await read(tokenListSchema, { method: 'GET', path: '/tokens' })).tokens,
    inspectToken: (token) =>
      read(tokenInfoSchema, { method: 'POST', path: '/tokens/inspect', body: { token } }),
    revokeToken: (token) =>
      read(tokenInfoSchema, { method: 'POST', path: '/tokens/revoke', body: { token } }),
    shutdown: async () => {
      await send({ method: 'POST', path: '/shutdown' });
    },
  };
}

function parse<S extends z.ZodType>(schema: S, body: string): z.infer<S> {
  const result = schema.safeParse(parseJson(body));
  if (result.success) return result.data;
  throw new UserError(
    'GATEWAY_UNREACHABLE',
    'The gateway gave an answer that this mcpgw does not understand.',
    {
      cause: result.error,
      nextSteps: ['If mcpgw was updated while the project was running, run `mcpgw restart`.'],
    },
  );
}

function refusal({ status, body }: AdminResponse): UserError {
  const parsed = adminErrorSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    return new UserError('REFUSED', `The gateway refused the request with status ${status}.`, {
      nextSteps: ['Look at `mcpgw logs gateway`.'],
    });
  }
  const { code, message, nextStep } = parsed.data.error;
  const known: ErrorCode = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'REFUSED';
  return new UserError(known, message, nextStep === undefined ? {} : { nextSteps: [nextStep] });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
