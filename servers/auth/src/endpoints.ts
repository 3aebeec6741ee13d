import { errorBody, type Log } from '@mcpgw/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hashSecret } from './client-secret.ts';
import { cleanRegistration, RegistrationError } from './clients.ts';
import type { Rewrite } from './forward.ts';
import { addressKey, type RateLimit } from './rate-limit.ts';
import { authorizationRequest, tokenRequest } from './requests.ts';
import type { Resources } from './resources.ts';
import { tokenHandle, type TokenReader } from './tokens.ts';
import type { Trace } from './trace.ts';

const FORM = 'application/x-www-form-urlencoded';

/** Hands a request to the library, changed where it must be. */
export type Pass = (request: FastifyRequest, reply: FastifyReply, change?: Omit<Rewrite, 'traceId'>) => void;

type Answer = FastifyReply | undefined;

export interface EndpointOptions {
  pass: Pass;
  resources: Resources;
  registrations: RateLimit;
  readToken: TokenReader;
  accessTokenPrefix: string;
  trace: Trace;
  log: Log;
}

/** What programs call: metadata, keys, tokens and registration. */
export function registerEndpoints(app: FastifyInstance, options: EndpointOptions): void {
  const { pass, resources, registrations, readToken, accessTokenPrefix, trace, log } = options;

  const passForm =
    (change: (form: URLSearchParams) => URLSearchParams | Promise<URLSearchParams>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const isForm = request.headers['content-type']?.toLowerCase().startsWith(FORM) ?? false;
      const body = isForm && typeof request.body === 'string' ? new URLSearchParams(request.body) : undefined;
      pass(request, reply, body && { body: (await change(body)).toString() });
    };

  const register = (request: FastifyRequest, reply: FastifyReply, update: boolean): Answer => {
    try {
      const metadata = cleanRegistration(parseJson(request.body), update);
      const { client_secret: secret } = metadata;
      // The library compares it with what is stored.
      if (typeof secret === 'string') metadata['client_secret'] = hashSecret(secret);
      pass(request, reply, { body: JSON.stringify(metadata), contentType: 'application/json' });
      return undefined;
    } catch (error) {
      if (!(error instanceof RegistrationError)) throw error;
      const traceId = trace(request.raw);
      log.warn(
        { event: 'client.refused', traceId, error: error.error, detail: error.message },
        'client refused',
      );
      return reply.code(400).send(errorBody(error.error, error.message, traceId));
    }
  };

  const limited = (request: FastifyRequest, reply: FastifyReply): Answer => {
    const wait = registrations.take(addressKey(request.ip));
    if (wait === 0) return register(request, reply, false);
    const traceId = trace(request.raw);
    log.warn(
      { event: 'client.limited', traceId, address: request.ip, retryAfter: wait },
      'registrations limited',
    );
    const body = errorBody(
      'temporarily_unavailable',
      `Too many registrations. Come again in ${wait} s.`,
      traceId,
    );
    return reply.code(429).header('Retry-After', wait).send(body);
  };

  open(app, 'GET', '/.well-known/oauth-authorization-server', (request, reply) => pass(request, reply));
  open(app, 'GET', '/.well-known/openid-configuration', (request, reply) => pass(request, reply));
  open(app, 'GET', '/jwks', (request, reply) => pass(request, reply));
  open(app, 'POST', '/register', limited);
  open(
    app,
    'POST',
    '/token',
    passForm((form) => tokenRequest(form, resources)),
  );
  open(
    app,
    'POST',
    '/par',
    passForm((form) => authorizationRequest(form, resources)),
  );
  const byHandle = passForm((form) => tokenHandle(form, readToken, accessTokenPrefix));
  open(app, 'POST', '/revoke', byHandle);
  open(app, 'POST', '/introspect', byHandle);

  app.put('/register/:id', (request, reply) => register(request, reply, true));
  app.get('/register/:id', (request, reply) => pass(request, reply));
  app.delete('/register/:id', (request, reply) => pass(request, reply));
}

/** An endpoint that any page may call: no cookie counts there, and the caller shows what it has. */
function open(
  app: FastifyInstance,
  method: 'GET' | 'POST',
  url: string,
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  app.route({
    method,
    url,
    onRequest: (_request, reply, done) => {
      // On the raw response: the library writes its answers there, and then leaves CORS alone.
      reply.raw.setHeader('Access-Control-Allow-Origin', '*');
      reply.raw.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After');
      done();
    },
    handler,
  });
  app.options(url, (_request, reply) =>
    reply
      .code(204)
      .headers({
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Methods': method,
        'Access-Control-Allow-Headers': '*, Authorization',
        'Access-Control-Max-Age': '3600',
      })
      .send(),
  );
}

function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}
