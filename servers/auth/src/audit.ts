import type { Log } from '@mcpgw/kit';
import Provider, { type errors, type KoaContextWithOIDC } from 'oidc-provider';
import { TRACE_HEADER } from './forward.ts';
import type { Store } from './store/store.ts';

type LibraryError = errors.OIDCProviderError | (Error & { error?: string; error_detail?: string });

/** Endpoints whose refusals the library tells of, and what we call them. */
const REFUSALS = {
  'authorization.error': 'authorization.refused',
  'grant.error': 'token.refused',
  'introspection.error': 'introspection.refused',
  'pushed_authorization_request.error': 'authorization.refused',
  'registration_create.error': 'client.refused',
  'registration_delete.error': 'client.refused',
  'registration_read.error': 'client.refused',
  'registration_update.error': 'client.refused',
  'revocation.error': 'revocation.refused',
} as const;

/**
 * Writes one line for each grant, refusal and revocation, with the trace id that the client was given. The library's words
 * to clients are bland on purpose; the log has the detail. No line holds a code, a token or a secret.
 */
export function auditProvider(provider: Provider, store: Store, log: Log): void {
  const on = (event: string, listener: (ctx: KoaContextWithOIDC, ...rest: never[]) => void): void => {
    provider.on(event as 'grant.success', listener);
  };

  for (const [event, name] of Object.entries(REFUSALS)) {
    on(event, (ctx, error: LibraryError) =>
      log.warn({ event: name, ...who(ctx), ...reason(error) }, `${name}: ${error.message}`),
    );
  }
  on('server_error', (ctx, error: Error) =>
    log.error({ event: 'server.error', ...who(ctx), err: error }, 'a request failed for a fault of ours'),
  );
  on('authorization.success', (ctx) => log.info({ event: 'code.issued', ...who(ctx) }, 'code issued'));
  on('grant.success', (ctx) => {
    const { AccessToken: token } = ctx.oidc.entities;
    const detail = token && { resource: token.aud, scope: token.scope, jti: token.jti };
    const event = token ? 'token.issued' : 'token.repeated';
    log.info({ event, grantType: ctx.oidc.params?.['grant_type'], ...who(ctx), ...detail }, event);
  });
  on('grant.revoked', (ctx, grantId: string) =>
    log.warn({ event: 'grant.revoked', ...who(ctx), grantId }, 'grant revoked with all its tokens'),
  );
  on('registration_create.success', (ctx, client: Client) => audit(ctx, 'client.registered', client));
  on('registration_update.success', (ctx, client: Client) => audit(ctx, 'client.updated', client));
  on('registration_delete.success', (ctx, client: Client) => audit(ctx, 'client.deleted', client));
  store.subscribe((jti) =>
    log.info({ event: 'token.revoked', jti, traceId: Provider.ctx?.get(TRACE_HEADER) }, 'token revoked'),
  );

  function audit(ctx: KoaContextWithOIDC, event: string, client: Client): void {
    const { clientName, redirectUris } = client;
    log.info({ event, ...who(ctx), clientId: client.clientId, clientName, redirectUris }, event);
  }
}

interface Client {
  clientId: string;
  clientName?: string;
  redirectUris?: string[];
}

function who(ctx: KoaContextWithOIDC) {
  const { Client: client, Account: account, Session: session } = ctx.oidc.entities;
  const named = ctx.oidc.params?.['client_id'];
  return {
    traceId: ctx.get(TRACE_HEADER),
    clientId: client?.clientId ?? (typeof named === 'string' ? named.slice(0, 256) : undefined),
    user: account?.accountId ?? session?.accountId,
  };
}

const reason = (error: LibraryError) => ({
  error: error.error ?? error.name,
  detail: error.error_detail ?? ('error_description' in error ? error.error_description : undefined),
});
