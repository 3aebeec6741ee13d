import { clientMetadata, type Client } from '../../../oauth/client.ts';
import { jsonObject } from '../../../oauth/transport.ts';
import { rfc, type Check } from '../../check.ts';
import { REVISIONS, skip, verdict, type Verdict } from '../../types.ts';
import { UNUSED_REDIRECT } from './context.ts';
import type { AuthContext } from './types.ts';
import { body, seen } from './registration.ts';

/** Client configuration endpoint (RFC 7592); each check registers a client of its own. */
async function managed(
  context: AuthContext,
  run: (client: Required<Pick<Client, 'managementUrl' | 'managementToken'>> & Client) => Promise<Verdict>,
): Promise<Verdict> {
  await body(context);
  const client = await context.registerClient(clientMetadata([UNUSED_REDIRECT], 'mcpgw-conformance'));
  const { managementUrl, managementToken } = client;
  if (managementUrl === undefined || managementToken === undefined)
    return skip('Registrations cannot be managed.');
  return run({ ...client, managementUrl, managementToken });
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Managing a registration (RFC 7592). */
export const managementChecks: Check<AuthContext>[] = [
  {
    id: 'auth.manage.read',
    title: 'A client can read its registration',
    level: 'MUST',
    clause: rfc(7592, '2.1'),
    revisions: REVISIONS,
    advice: 'Answer GET at registration_client_uri with the registration.',
    run: (context) =>
      managed(context, async ({ managementUrl: url, managementToken, clientId }) => {
        const answer = await context.transport({ method: 'GET', url, headers: bearer(managementToken) });
        return verdict(
          answer.status === 200 && jsonObject(answer.text)?.['client_id'] === clientId,
          seen(answer),
        );
      }),
  },
  {
    id: 'auth.manage.wrong-token',
    title: 'A registration cannot be read with another token',
    level: 'MUST',
    clause: rfc(7592, '2'),
    revisions: REVISIONS,
    advice: 'Answer 401 unless the registration access token of that very client is sent.',
    run: (context) =>
      managed(context, async ({ managementUrl: url }) => {
        const answer = await context.transport({ method: 'GET', url, headers: bearer('mcpgw-wrong-token') });
        return verdict(answer.status === 401 || answer.status === 403, seen(answer));
      }),
  },
  {
    id: 'auth.manage.delete',
    title: 'A client can delete its registration',
    level: 'MUST',
    clause: rfc(7592, '2.3'),
    revisions: REVISIONS,
    advice: 'Answer DELETE with 204, and 401 from then on.',
    run: (context) =>
      managed(context, async ({ managementUrl: url, managementToken }) => {
        const headers = bearer(managementToken);
        const deleted = await context.transport({ method: 'DELETE', url, headers });
        if (deleted.status === 405) return skip('Registrations cannot be deleted.');
        const after = await context.transport({ method: 'GET', url, headers });
        return verdict(
          deleted.status === 204 && after.status === 401,
          `DELETE: ${seen(deleted)}; GET after it: ${seen(after)}`,
        );
      }),
  },
];
