import { type Log, pageHeaders, plainName, resourceKey } from '@mcpgw/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import { errors, type Client, type Interaction } from 'oidc-provider';
import { LOCAL_OWNER, userName } from './accounts.ts';
import { isLoopbackRedirect } from './clients.ts';
import { consentPage, type ConsentView } from './pages/consent.ts';
import { errorPage } from './pages/error.ts';
import { signInClosedPage, signInPage } from './pages/sign-in.ts';
import { addressKey } from './rate-limit.ts';
import { DEFAULT_SCOPE, type Resources } from './resources.ts';
import type { SignInCode } from './sign-in/code.ts';
import type { GuessThrottle } from './sign-in/throttle.ts';
import { STORAGE_RETRY_S, storageFault } from './storage-fault.ts';
import type { Trace } from './trace.ts';

export interface InteractionOptions {
  provider: Provider;
  issuer: string;
  resources: Resources;
  identityProviders: readonly string[];
  signInCode: SignInCode;
  throttle: GuessThrottle;
  trace: Trace;
  log: Log;
}

interface Step {
  interaction: Interaction;
  client: Client;
}

type Handler = (request: FastifyRequest, reply: FastifyReply, step: Step) => Promise<FastifyReply>;

/** The pages of a sign-in: who are you, and do you allow this. They need no script. */
export function registerInteractions(app: FastifyInstance, options: InteractionOptions): void {
  const { provider, issuer, resources, signInCode, throttle, trace, log } = options;
  const isOpen = async (): Promise<boolean> =>
    options.identityProviders.includes('local') && (await signInCode.isSet());

  const sendPage = (reply: FastifyReply, status: number, page: string): FastifyReply =>
    reply.code(status).headers(pageHeaders()).send(page);

  const refuse = (
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    error: string,
  ): FastifyReply => {
    const traceId = trace(request.raw);
    log.warn(
      { event: 'interaction.refused', traceId, error, address: request.ip },
      `interaction refused: ${error}`,
    );
    return sendPage(reply, status, errorPage({ error, description: undefined, traceId }));
  };

  app.setErrorHandler((error, request, reply) => {
    const traceId = trace(request.raw);
    log.error({ err: error, traceId, event: 'server.error' }, 'a page failed for a fault of ours');
    if (storageFault(error) === undefined) return refuse(request, reply, 500, 'server_error');
    void reply.header('Retry-After', STORAGE_RETRY_S);
    return refuse(request, reply, 503, 'temporarily_unavailable');
  });

  /** The interaction that both the cookie and the address name, which only its own browser knows. */
  const load = async (request: FastifyRequest, reply: FastifyReply): Promise<Step | undefined> => {
    try {
      const interaction = await provider.interactionDetails(request.raw, reply.raw);
      const client = await provider.Client.find(String(interaction.params['client_id']));
      const { uid } = request.params as { uid: string };
      return interaction.uid === uid && client !== undefined ? { interaction, client } : undefined;
    } catch (error) {
      // The session has ended, or the client's document cannot be had any more.
      if (error instanceof errors.OIDCProviderError) return undefined;
      throw error;
    }
  };

  const step =
    (handler: Handler) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const current = await load(request, reply);
      return current === undefined
        ? refuse(request, reply, 400, 'expired')
        : handler(request, reply, current);
    };

  /** The same for forms, which only our own pages may send. Browsers name the origin of every form they post. */
  const form = (handler: Handler): ReturnType<typeof step> => {
    const guarded = step(handler);
    const own = new URL(issuer).origin;
    return async (request, reply) => {
      const { origin = own } = request.headers;
      const site = request.headers['sec-fetch-site'] ?? 'same-origin';
      if (origin !== own || site !== 'same-origin') {
        return refuse(request, reply, 403, 'cross_origin');
      }
      return guarded(request, reply);
    };
  };

  const finish = async (
    request: FastifyRequest,
    reply: FastifyReply,
    result: Parameters<Provider['interactionResult']>[2],
  ): Promise<FastifyReply> =>
    reply.redirect(await provider.interactionResult(request.raw, reply.raw, result), 303);

  const showSignIn = async (
    reply: FastifyReply,
    { interaction, client }: Step,
    status: number,
    fault?: string,
  ) => {
    const address = `/interaction/${interaction.uid}`;
    if (!(await isOpen())) return sendPage(reply, 503, signInClosedPage(address));
    const resource = resources.resolve(String(interaction.params['resource']));
    const page = signInPage({
      client: nameOf(client),
      resource: resource?.title,
      action: `${address}/sign-in`,
      ...(fault !== undefined && { fault }),
    });
    return sendPage(reply, status, page);
  };

  app.get(
    '/interaction/:uid',
    step(async (_request, reply, current) => {
      const { interaction, client } = current;
      if (interaction.prompt.name === 'login') return showSignIn(reply, current, 200);
      return sendPage(reply, 200, consentPage(consentView(interaction, client, resources)));
    }),
  );

  app.post(
    '/interaction/:uid/sign-in',
    form(async (request, reply, current) => {
      const { interaction, client } = current;
      if (interaction.prompt.name !== 'login') return refuse(request, reply, 400, 'expired');
      if (!(await isOpen())) return showSignIn(reply, current, 200);
      const entry = { traceId: trace(request.raw), address: request.ip, clientId: client.clientId };
      const address = addressKey(request.ip);
      const verdict = await throttle.guess(address, () => signInCode.matches(fieldOf(request, 'code')));
      if (verdict === 'wrong') {
        log.warn({ event: 'sign-in.refused', ...entry }, 'wrong sign-in code');
        return showSignIn(reply, current, 403, 'This code is not right. Check it and try again.');
      }
      if (verdict !== 'right') {
        const { wait } = verdict;
        log.warn({ event: 'sign-in.slowed', ...entry, retryAfter: wait }, 'sign-in slowed');
        void reply.header('Retry-After', wait);
        return showSignIn(reply, current, 429, `Too many tries. Wait ${wait} s, then try again.`);
      }
      log.info({ event: 'sign-in.accepted', ...entry, user: LOCAL_OWNER }, 'signed in');
      return finish(request, reply, { login: { accountId: LOCAL_OWNER, amr: ['otp'] } });
    }),
  );

  app.post(
    '/interaction/:uid/consent',
    form(async (request, reply, { interaction, client }) => {
      const principal = interaction.session?.accountId;
      if (interaction.prompt.name !== 'consent' || principal === undefined) {
        return refuse(request, reply, 400, 'expired');
      }
      const { resource, scope, redirect_uri: redirectUri } = interaction.params;
      const entry = {
        traceId: trace(request.raw),
        clientId: client.clientId,
        user: principal,
        resource,
        scope,
      };
      if (fieldOf(request, 'decision') !== 'allow') {
        log.info({ event: 'consent.denied', ...entry }, 'consent denied');
        return finish(request, reply, {
          error: 'access_denied',
          error_description: 'The user has denied access.',
        });
      }
      const grantId = await saveGrant(provider, interaction, client, principal);
      log.info({ event: 'consent.allowed', ...entry, redirectUri, grantId }, 'consent allowed');
      return finish(request, reply, { consent: { grantId } });
    }),
  );
}

/**
 * Writes down what was allowed. Each consent is a grant, and so a token family, of its own; a web client, which is asked
 * once, keeps what it was allowed before.
 */
async function saveGrant(
  provider: Provider,
  interaction: Interaction,
  client: Client,
  principal: string,
): Promise<string> {
  const before =
    client.applicationType === 'web' && interaction.grantId !== undefined
      ? await provider.Grant.find(interaction.grantId)
      : undefined;
  const grant = new provider.Grant({ accountId: principal, clientId: client.clientId });
  for (const [resource, scope] of Object.entries(before?.resources ?? {}))
    grant.addResourceScope(resource, scope);
  const scope = String(interaction.params['scope']);
  grant.addOIDCScope(DEFAULT_SCOPE);
  grant.addResourceScope(String(interaction.params['resource']), scope);
  return grant.save();
}

function consentView(interaction: Interaction, client: Client, resources: Resources): ConsentView {
  const { resource, scope, redirect_uri: redirectUri } = interaction.params;
  const url = String(resource);
  return {
    client: nameOf(client),
    clientHost: hostOfDocument(client.clientId),
    destination: destinationOf(String(redirectUri)),
    resource: { title: resources.resolve(url)?.title ?? resourceKey(url) ?? url, url },
    scopes: String(scope).split(' '),
    user: userName(interaction.session?.accountId ?? ''),
    action: `/interaction/${interaction.uid}/consent`,
  };
}

const nameOf = (client: Client): string => plainName(client.clientName ?? '') || 'An app without a name';

/** Host of a client's metadata document; undefined for a registered client. */
const hostOfDocument = (clientId: string): string | undefined =>
  clientId.startsWith('https:') ? URL.parse(clientId)?.host : undefined;

function destinationOf(redirectUri: string): ConsentView['destination'] {
  const url = new URL(redirectUri);
  if (isLoopbackRedirect(redirectUri)) return { kind: 'loopback', name: url.host };
  if (url.protocol === 'https:') return { kind: 'web', name: url.host };
  return { kind: 'app', name: plainName(`${url.protocol}//${url.host}`) };
}

/** A field of a posted form; an absent or repeated one is empty. */
function fieldOf(request: FastifyRequest, name: string): string {
  const values = new URLSearchParams(typeof request.body === 'string' ? request.body : '').getAll(name);
  return values.length === 1 ? values.join('') : '';
}
