import type { JSONWebKeySet } from '../jwks.ts';
import type { Call } from '../mcp/index.ts';
import type { NativeOptions } from '../native.ts';

/** What the diagnostic tools know beside the call. */
export interface EchoContext extends Pick<NativeOptions, 'version' | 'issuer' | 'route' | 'limits'> {
  /** Short name of the server. */
  name: string;
  jwks: () => JSONWebKeySet | Promise<JSONWebKeySet>;
  startedAt: Date;
}

/** One value of a header; undefined when it is absent. */
export function header(call: Call, name: string): string | undefined {
  const value = call.request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The bearer token of the request, where the edge lets it through (RFC 6750 section 2.1). */
export const bearerToken = (call: Call): string | undefined =>
  /^Bearer +(\S+)$/i.exec(header(call, 'authorization') ?? '')?.[1];

/** Why there is no token to see, and what to do. */
export function noTokenReason(call: Call, { route, name }: EchoContext): { reason: string; next: string } {
  const current = route();
  if (call.identity && current?.token !== 'diagnostic') {
    return {
      reason:
        'The gateway keeps the token from every service: it has checked it, and says who you are in X-User-Id.',
      next: `To see it here, set \`token: diagnostic\` in the descriptor of ${name} and run mcpgw up. Set it back to \`strip\` afterwards.`,
    };
  }
  return {
    reason: `The request carries no bearer token${call.identity ? '' : ', and no identity: it has not come through the gateway'}.`,
    next: `Call ${current?.url ?? 'the service through the gateway'} with Authorization: Bearer <token>.`,
  };
}
