import { errors, type Configuration } from 'oidc-provider';
import { TRACE_HEADER } from './forward.ts';
import { errorPage } from './pages/error.ts';
import { pageHeaders } from '@mcpgw/kit';

/** What cannot be told to the client by a redirect is told to the person; a program gets JSON. */
export const renderError: NonNullable<Configuration['renderError']> = (ctx, out, error) => {
  if (ctx.accepts('json', 'html') !== 'html') {
    ctx.body = { ...out };
    return;
  }
  const word = error instanceof errors.SessionNotFound ? 'expired' : out.error;
  ctx.set(pageHeaders());
  ctx.body = errorPage({ error: word, description: out.error_description, traceId: ctx.get(TRACE_HEADER) });
};
