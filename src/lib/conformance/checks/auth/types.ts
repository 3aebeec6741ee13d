import type { Challenge } from '../../../oauth/challenge.ts';
import type { Client, Tokens } from '../../../oauth/client.ts';
import type { Document, Metadata } from '../../../oauth/discovery.ts';
import type { HttpAnswer } from '../../../oauth/http.ts';
import type { Authorization, Discovered, Visit } from '../../../oauth/sign-in.ts';
import type { Transport } from '../../../oauth/transport.ts';
import type { Reply } from '../../mcp/reply.ts';
import type { Link, LinkOptions, SendOptions } from '../../mcp/types.ts';
import type { Revision } from '../../types.ts';

export interface AuthOptions {
  /** Without a token. */
  link: Omit<LinkOptions, 'token'>;
  revision: Revision;
  transport: Transport;
  /** A token that the target accepts. */
  token?: string;
  /** Tokens that it must refuse. */
  foreign?: ForeignTokens;
  /** Goes through the sign-in page; absent when nobody can. */
  visit?: Visit;
  /** Whether `visit` may be asked again and again, as a person may not. */
  tireless: boolean;
  /** How long a sign-in may take. */
  signInMs: number;
}

/** Valid tokens of the same issuer that are no good here. */
export interface ForeignTokens {
  /** For another resource. */
  otherAudience?: string;
  expired?: string;
}

/** A finished sign-in. */
export interface Grant extends Authorization {
  discovered: Discovered;
  client: Client;
  tokens: Tokens;
  /** The token endpoint's answer itself. */
  answer: HttpAnswer;
}

/** What the checks of authorization work with; everything that is shared is found once. */
export interface AuthContext {
  readonly options: AuthOptions;
  readonly url: string;
  readonly transport: Transport;
  /** The endpoint as somebody without a token sees it. */
  readonly anonymous: Link;
  /** Computes what several checks look at, once. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** A POST that a served client would have answered, with the token that is given or none. */
  call(token: string | undefined, send?: SendOptions): Promise<Reply>;
  /** The same without a token at another URL. */
  callAt(url: string): Promise<Reply>;
  /** The answer to a POST without a token. */
  refused(): Promise<Reply>;
  /** The Bearer challenge in it. */
  challenge(): Promise<Challenge>;
  resource(): Promise<Document & { metadata: Metadata }>;
  resourceAt(place: 'path' | 'root'): Promise<Document>;
  server(): Promise<Document & { metadata: Metadata }>;
  /** An endpoint of the authorization server. */
  endpoint(name: string): Promise<string>;
  /** A registered public client with loopback redirect URIs. */
  client(): Promise<Client & { redirectUri: string }>;
  discovered(): Promise<Discovered>;
  /** Goes through authorization up to the code. */
  code(): Promise<{ authorization: Authorization; client: Client; discovered: Discovered }>;
  /** The one sign-in whose tokens the checks share; fails with the reason. */
  signIn(): Promise<Grant>;
  /** The same; when it failed, `auth.grant.code-flow` tells. */
  grant(): Promise<Grant>;
  /** A grant whose token the endpoint accepts. */
  acceptedGrant(): Promise<Grant>;
  /** Where protected-resource metadata is looked for. */
  places(): Promise<string[]>;
  /** A further sign-in of one's own. */
  freshGrant(): Promise<Grant>;
  /** A token that must be accepted: the given one, else of the grant. */
  validToken(): Promise<string>;
  /** Registers clients that are removed at the end. */
  registerClient(metadata: Record<string, unknown>): Promise<Client>;
  legacyLink(token: string): Link;
  close(): Promise<void>;
}
