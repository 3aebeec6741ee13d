import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorBody } from '@mcpgw/kit';
import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import type Provider from 'oidc-provider';
import { refineAnswers } from './answers.ts';
import { auditProvider } from './audit.ts';
import { isPublicDocument } from './clients.ts';
import { registerEndpoints, type EndpointOptions, type Pass } from './endpoints.ts';
import { createForward } from './forward.ts';
import { registerInteractions, type InteractionOptions } from './interactions.ts';
import { createProvider, type ProviderOptions } from './provider.ts';
import { addressKey, RateLimit } from './rate-limit.ts';
import { authorizationRequest } from './requests.ts';
import { GuessThrottle } from './sign-in/throttle.ts';
import { createTrace, type Trace } from './trace.ts';

/** Bodies are forms and registrations. Bytes. */
const BODY_LIMIT = 64 * 1024;

export interface AppOptions
  extends
    Omit<ProviderOptions, 'allowFetch'>,
    Pick<EndpointOptions, 'readToken'>,
    Pick<InteractionOptions, 'signInCode'> {
  registrationsPerMinute: number;
}

export interface App {
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  provider: Provider;
  close: () => Promise<void>;
}

/**
 * The endpoints: fastify at the door, the library behind it. Each path stands here by name, because the library's own
 * router takes other spellings too, on which the checks made here would not be made.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { issuer, resources, store, now, log } = options;
  const trace = createTrace();
  const registrations = new RateLimit(options.registrationsPerMinute, now);
  const provider = createProvider({
    ...options,
    // A metadata document is a registration by another way.
    allowFetch: (ctx, clientId) =>
      isPublicDocument(clientId) && registrations.take(addressKey(ctx.req.socket.remoteAddress)) === 0,
  });
  refineAnswers(provider, issuer, resources);
  auditProvider(provider, store, log);

  const forward = createForward(issuer, provider.callback());
  const pass: Pass = (request, reply, change) => {
    reply.hijack();
    const body = typeof request.body === 'string' ? { body: request.body } : {};
    forward(request.raw, reply.raw, { traceId: trace(request.raw), ...body, ...change });
  };

  const app = fastify({ logger: false, bodyLimit: BODY_LIMIT });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  answerFaults(app, options, trace);
  app.get('/health', (_request, reply) => reply.send({ status: 'ok' }));
  registerEndpoints(app, { ...options, pass, registrations, trace });
  app.register((scope, _options, done) => {
    keepToHost(scope, issuer);
    scope.get('/authorize', (request, reply) => {
      const { pathname, searchParams } = new URL(request.raw.url ?? '/', issuer);
      pass(request, reply, {
        url: `${pathname}?${authorizationRequest(searchParams, resources).toString()}`,
      });
    });
    // Not empty: `/authorize/` would be another spelling of `/authorize` to the library.
    scope.get('/authorize/:uid(^[\\w-]+$)', (request, reply) => pass(request, reply));
    registerInteractions(scope, { ...options, provider, trace, throttle: new GuessThrottle(now) });
    done();
  });
  await app.ready();
  return {
    handle: (request, response) => app.routing(request, response),
    provider,
    close: () => app.close(),
  };
}

/** Cookies belong to the issuer's host, by whichever of the gateway's names a browser has come. */
function keepToHost(app: FastifyInstance, issuer: string): void {
  const { host } = new URL(issuer);
  app.addHook('onRequest', (request, reply, done) => {
    const known = request.headers.host?.toLowerCase() === host;
    if (known || (request.method !== 'GET' && request.method !== 'HEAD')) done();
    else void reply.redirect(`${issuer}${request.raw.url ?? '/'}`, 307);
  });
}

function answerFaults(app: FastifyInstance, { log }: AppOptions, trace: Trace): void {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(errorBody('not_found', 'There is nothing at this address.', trace(request.raw))),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    const traceId = trace(request.raw);
    if (status < 500)
      return reply.code(status).send(errorBody('invalid_request', `${error.message}.`, traceId));
    log.error({ err: error, traceId, event: 'server.error' }, 'a request failed for a fault of ours');
    const text = 'The request failed for a fault of ours. Try again.';
    return reply.code(status).send(errorBody('server_error', text, traceId));
  });
}
