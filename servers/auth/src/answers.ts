import { errorBody, pageHeaders } from '@mcpgw/kit';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC as Context } from 'oidc-provider';
import { isHashedSecret } from './client-secret.ts';
import { TRACE_HEADER } from './forward.ts';
import { errorPage } from './pages/error.ts';
import { leavingPage } from './pages/leaving.ts';
import type { Resources } from './resources.ts';
import { STORAGE_RETRY_S, storageFault } from './storage-fault.ts';

/** What the library's answers still need on their way out. */
export function refineAnswers(provider: Provider, issuer: string, resources: Resources): void {
  const { origin } = new URL(issuer);
  provider.on('server_error', blameStorage);
  provider.use(async (ctx: Context, next: () => Promise<unknown>) => {
    await next();
    const body: unknown = ctx.body;
    if (ctx.status === 404 && body === undefined) notFound(ctx);
    else if (isRecord(body)) {
      if (ctx.path.startsWith('/.well-known/')) refineMetadata(body, resources);
      if (isHashedSecret(body['client_secret'])) hideSecret(body);
      if (ctx.status >= 400 && 'error' in body) body['trace_id'] = ctx.get(TRACE_HEADER);
    }
    if (leavesBrowserForm(ctx, origin)) leave(ctx);
  });
}

/** Somebody must make room first, and then the client may come again: RFC 6749 has a word for it, other than our fault. */
function blameStorage(ctx: Context, failure: Error): void {
  const fault = storageFault(failure);
  // A refusal by redirect stays one.
  if (fault === undefined || ctx.status !== 500) return;
  ctx.status = 503;
  ctx.set('Retry-After', String(STORAGE_RETRY_S));
  const error = 'temporarily_unavailable';
  const [description, traceId] = [fault.message, ctx.get(TRACE_HEADER)];
  ctx.body = isRecord(ctx.body)
    ? errorBody(error, description, traceId)
    : errorPage({ error, description: undefined, traceId });
}

function notFound(ctx: Context): void {
  ctx.status = 404;
  ctx.body = errorBody('not_found', 'There is nothing at this address.', ctx.get(TRACE_HEADER));
}

/** The scopes of the route table in force, and no response mode that is switched off. */
function refineMetadata(body: Record<string, unknown>, resources: Resources): void {
  body['scopes_supported'] = resources.scopes();
  body['response_modes_supported'] = ['query', 'fragment'];
}

/** A secret is shown when it is made and never again; the stored form is nobody's to see (RFC 7592 section 3). */
function hideSecret(body: Record<string, unknown>): void {
  delete body['client_secret'];
  delete body['client_secret_expires_at'];
}

/**
 * Whether a browser is about to be sent to the client at the end of our forms (pages/leaving.ts). Browsers say that they
 * navigate (Fetch Metadata); a program gets the plain redirect.
 */
const leavesBrowserForm = (ctx: Context, origin: string): boolean =>
  ctx.status === 303 &&
  ctx.path.startsWith('/authorize/') &&
  ctx.get('sec-fetch-mode') === 'navigate' &&
  URL.parse(ctx.response.get('location'))?.origin !== origin;

function leave(ctx: Context): void {
  const location = ctx.response.get('location');
  ctx.remove('location');
  ctx.status = 200;
  ctx.set(pageHeaders());
  ctx.body = leavingPage(location);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
