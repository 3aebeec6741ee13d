import {
  errorBody,
  memoize,
  METADATA_PREFIX,
  metadataUrl,
  protectedResourceMetadata,
  sendJson,
  send,
  traceId,
  type Log,
} from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';
import type { Decision, Verify } from '@mcpgw/verify';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { allowOrigin, answerPreflight } from './cors.ts';
import { indexRoutes, type RouteIndex } from './index-routes.ts';
import { isBrowser, sendPage } from './pages.ts';
import { unavailabilityWords, type Unavailability } from './unavailable.ts';
import { vouchFor } from './vouch.ts';

export interface EdgeOptions {
  /** The table in force; asked for each request. */
  routes: () => RouteTable;
  verify: Pick<Verify, 'check'>;
  /** The authorization server. */
  auth: RequestListener;
  /** A service's handler, or why there is none now. */
  service: (name: string) => RequestListener | Unavailability;
  log: Log;
}

/** One request on its way through the edge. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Own origin that was addressed. */
  origin: string;
  /** Without the query, which is never read. */
  path: string;
}

/**
 * The local target's Traefik: checks Host and Origin, finds the route, asks verify and hands the request on with the
 * caller's identity. It reads no body and ends no stream.
 */
export function createEdge(options: EdgeOptions): RequestListener {
  const { log } = options;
  const indexOf = memoize(indexRoutes);

  const refuse = (
    { request, response }: Pick<Exchange, 'request' | 'response'>,
    status: number,
    error: string,
    description: string,
    headers?: OutgoingHttpHeaders,
  ): void => {
    const id = traceId(request.headers);
    log.info({ traceId: id, status, error }, 'refused');
    sendJson(response, status, errorBody(error, description, id), headers);
  };

  const guard = ({ request, response }: Pick<Exchange, 'request' | 'response'>, handle: () => void): void => {
    try {
      handle();
    } catch (error) {
      const id = traceId(request.headers);
      log.error({ err: error, traceId: id }, 'a handler threw');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, errorBody('server_error', 'The gateway failed. Its log tells why.', id));
    }
  };

  const enterService = (exchange: Exchange, route: McpRoute, decision: Decision): void => {
    const { request, response } = exchange;
    if (response.destroyed) return;
    if (!decision.allowed) {
      refuseCaller(exchange, route, decision);
      return;
    }
    const service = options.service(route.service);
    if (typeof service === 'string') {
      refuse(exchange, 503, 'service_unavailable', unavailabilityWords(service, route.service), {
        'Retry-After': service === 'starting' ? '1' : '30',
      });
      return;
    }
    vouchFor(request, decision.identity, route.token === 'diagnostic');
    request.url = '/mcp';
    service(request, response);
  };

  const askVerify = (exchange: Exchange, route: McpRoute): void => {
    const metadata = metadataUrl(exchange.origin, exchange.path);
    const decision = options.verify.check(route.id, exchange.request.headers, metadata);
    if (decision instanceof Promise) {
      void decision.then((it) => guard(exchange, () => enterService(exchange, route, it)));
    } else {
      enterService(exchange, route, decision);
    }
  };

  const answer = (exchange: Exchange, index: RouteIndex): void => {
    const { request, response, origin, path } = exchange;
    const target = index.find(origin, path);
    if (target?.kind === 'authorization-server') {
      options.auth(request, response);
      return;
    }
    // The authorization server says for itself who may read its answers.
    if (request.headers.origin !== undefined) allowOrigin(response, request.headers.origin);
    if (target && request.method === 'OPTIONS') answerPreflight(request, response);
    else if (target?.kind === 'mcp') askVerify(exchange, target.route);
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      if (target || path === '/' || path === '/health') {
        refuse(exchange, 405, 'method_not_allowed', 'Only GET is answered here.', { Allow: 'GET, HEAD' });
      } else notFound(exchange);
    } else if (target) {
      const resource = `${origin}${path.slice(METADATA_PREFIX.length)}`;
      sendJson(response, 200, protectedResourceMetadata(target.route, resource, index.issuer));
    } else if (path === '/health') sendJson(response, 200, { status: 'ok' });
    else if (path === '/') sendHome(exchange);
    else notFound(exchange);
  };

  const notFound = (exchange: Exchange): void =>
    refuse(
      exchange,
      404,
      'not_found',
      'Nothing stands at this path. `mcpgw status` lists the URLs of the services.',
    );

  return (request, response) => {
    guard({ request, response }, () => {
      const index = indexOf(options.routes());
      const host = index.checkHost(request.headers);
      const url = request.url ?? '';
      if (!host.allowed) {
        refuse({ request, response }, host.status, 'forbidden', host.reason);
      } else if (!url.startsWith('/')) {
        refuse({ request, response }, 400, 'invalid_request', 'The request target must be a path.');
      } else {
        const query = url.indexOf('?');
        const path = query === -1 ? url : url.slice(0, query);
        answer({ request, response, origin: host.origin, path }, index);
      }
    });
  };
}

/** Hands on the refusal of verify; a person who opened the URL in a browser is told what it is for. */
function refuseCaller(
  { request, response, origin, path }: Exchange,
  route: McpRoute,
  refusal: Extract<Decision, { allowed: false }>,
): void {
  if (refusal.status === 401 && isBrowser(request)) {
    const page = {
      title: route.title,
      paragraphs: [
        'This is the address of an MCP server. It is meant for an MCP client, not for a browser.',
        `Add ${origin}${path} to your client; it will open a page where you sign in.`,
      ],
    };
    sendPage(response, refusal.status, page, refusal.headers);
  } else send(response, refusal.status, 'application/json', refusal.body, refusal.headers);
}

function sendHome({ request, response }: Exchange): void {
  if (!isBrowser(request)) {
    sendJson(response, 200, { name: 'mcpgw' });
    return;
  }
  sendPage(response, 200, {
    title: 'mcpgw',
    paragraphs: [
      'This is a gateway for MCP servers. Every service behind it has a URL of its own and asks you to sign in.',
      'Run `mcpgw status` for the URLs, and `mcpgw connect` for how to add them to your client.',
    ],
  });
}
