import { html, renderPage } from '@mcpgw/kit';

interface Advice {
  title: string;
  text: string;
}

const AGAIN = 'Go back to your app and connect to the MCP server again.';

const ADVICE = new Map<string, Advice>([
  [
    'expired',
    {
      title: 'This sign-in is over',
      text: `It has expired, was finished already, or was begun in another browser. ${AGAIN}`,
    },
  ],
  [
    'invalid_client',
    {
      title: 'This gateway does not know the app',
      text: 'The app was removed here, or its identity could not be read. Remove the MCP server in your app and add it again, so that the app introduces itself anew.',
    },
  ],
  [
    'invalid_redirect_uri',
    {
      title: 'The app wants to send you to an unknown address',
      text: 'It is not one of the addresses that the app has registered, so you stay here. If you did not start this sign-in yourself, close this window. Otherwise remove the MCP server in your app and add it again.',
    },
  ],
  [
    'cross_origin',
    { title: 'This answer did not come from this page', text: `It was not accepted. ${AGAIN}` },
  ],
  ['not_found', { title: 'There is nothing here', text: AGAIN }],
  [
    'server_error',
    {
      title: 'Something went wrong on our side',
      text: `${AGAIN} If it happens again, tell the person who runs this gateway.`,
    },
  ],
  [
    'temporarily_unavailable',
    {
      title: 'This gateway cannot keep its data',
      text: `Its disk is full or cannot be written. Tell the person who runs it. When that is mended: ${AGAIN}`,
    },
  ],
]);

const REFUSED: Advice = {
  title: 'The request of your app was refused',
  text: `${AGAIN} If it happens again, the app may not fit this gateway.`,
};

export interface ErrorView {
  /** An OAuth error code or a word of ours. */
  error: string;
  /** For the developer of the client. */
  description: string | undefined;
  traceId: string;
}

/** Tells a person what happened and what to do. */
export function errorPage({ error, description, traceId }: ErrorView): string {
  const { title, text } = ADVICE.get(error) ?? REFUSED;
  return renderPage({
    title,
    traceId,
    content: html`<h1>${title}</h1>
      <p>${text}</p>
      ${description === undefined ? undefined : html`<p class="soft">For the app's developer: <code>${error}</code>, ${description}.</p>`}`,
  });
}
