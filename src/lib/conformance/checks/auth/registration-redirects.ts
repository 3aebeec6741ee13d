import { clientMetadata } from '../../../oauth/client.ts';
import { page, spec, type Check } from '../../check.ts';
import { REVISIONS, skip, verdict } from '../../types.ts';
import { UNUSED_REDIRECT } from './context.ts';
import type { AuthContext } from './types.ts';
import { accepted, attempt, ordinaryAnswer, seen } from './registration.ts';

const REGISTER = spec(
  'basic/authorization#dynamic-client-registration',
  'basic/authorization/client-registration',
);

const plain = {
  client_name: 'mcpgw-conformance',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
};

/** A registration that real clients send and that must be taken. */
const takes = (
  check: Pick<Check<AuthContext>, 'id' | 'title' | 'advice'> & Partial<Check<AuthContext>>,
  metadata: Record<string, unknown>,
): Check<AuthContext> => ({
  level: 'SHOULD',
  clause: REGISTER,
  revisions: REVISIONS,
  ...check,
  async run(context) {
    const answer = await attempt(context, metadata);
    return verdict(accepted(answer), seen(answer));
  },
});

/** A redirect URI that must not be registered. */
const refuses = (id: string, title: string, redirectUri: string): Check<AuthContext> => ({
  id,
  title,
  level: 'MUST',
  clause: spec(
    'basic/authorization#open-redirection',
    'basic/authorization/security-considerations#open-redirection',
  ),
  revisions: REVISIONS,
  advice:
    'Answer 400 invalid_redirect_uri: only https, loopback http and known private-use schemes are safe.',
  async run(context) {
    const ordinaryOne = await ordinaryAnswer(context);
    if (!accepted(ordinaryOne)) return skip('No client can be registered at all.');
    const answer = await attempt(context, clientMetadata([redirectUri], 'mcpgw-conformance'));
    return verdict(answer.status === 400, seen(answer));
  },
});

/** What well-known clients register, and what nobody may. */
export const registrationRedirectChecks: Check<AuthContext>[] = [
  takes(
    {
      id: 'auth.register.without-application-type',
      title: 'A loopback redirect is accepted without application_type',
      advice: 'Take loopback redirects as native whatever application_type says: older clients omit it.',
    },
    { ...plain, redirect_uris: ['http://localhost:8976/callback'], token_endpoint_auth_method: 'none' },
  ),
  takes(
    {
      id: 'auth.register.cursor',
      title: "Cursor's redirect URIs are accepted",
      clause: page('https://cursor.com/docs/context/mcp'),
      advice:
        'Allow the private-use scheme cursor:// beside https and loopback; one refused URI refuses all.',
    },
    {
      ...plain,
      token_endpoint_auth_method: 'none',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
    },
  ),
  takes(
    {
      id: 'auth.register.vscode',
      title: "VS Code's redirect URIs are accepted",
      clause: page('https://code.visualstudio.com/api/extension-guides/ai/mcp'),
      advice: 'Allow https and loopback redirects side by side.',
    },
    {
      ...plain,
      token_endpoint_auth_method: 'none',
      redirect_uris: [
        'https://vscode.dev/redirect',
        'https://insiders.vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
    },
  ),
  takes(
    {
      id: 'auth.register.claude',
      title: "Claude's redirect URIs are accepted",
      clause: page('https://claude.com/docs/connectors/building/authentication'),
      advice: 'Allow https redirects of public clients.',
    },
    {
      ...plain,
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
    },
  ),
  takes(
    {
      id: 'auth.register.confidential',
      title: 'A client that asks for a secret can be registered',
      advice:
        'Support client_secret_basic or client_secret_post: the Go SDK registers without an auth method.',
    },
    { ...plain, redirect_uris: [UNUSED_REDIRECT] },
  ),
  takes(
    {
      id: 'auth.register.empty-members',
      title: 'Empty optional members do not refuse a registration',
      advice: 'Drop empty strings in optional metadata instead of refusing the client.',
    },
    {
      ...plain,
      redirect_uris: [UNUSED_REDIRECT],
      token_endpoint_auth_method: 'none',
      client_uri: '',
      logo_uri: '',
    },
  ),
  refuses('auth.register.no-javascript', 'A javascript: redirect is refused', 'javascript:alert(1)'),
  refuses('auth.register.no-data', 'A data: redirect is refused', 'data:text/html,mcpgw'),
  refuses(
    'auth.register.no-plain-http',
    'A redirect to plain http off loopback is refused',
    'http://attacker.example/callback',
  ),
  refuses(
    'auth.register.no-fragment',
    'A redirect with a fragment is refused',
    'https://client.example/callback#fragment',
  ),
];
