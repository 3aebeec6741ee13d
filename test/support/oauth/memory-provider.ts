import type {
  OAuthClientInformationMixed,
  OAuthClientProvider,
  OAuthDiscoveryState,
  OAuthTokens,
} from '@modelcontextprotocol/client';
import { randomUUID } from 'node:crypto';
import type { UserAgent } from './person.ts';

/** What a client program keeps between runs. */
export interface ClientStore {
  client?: OAuthClientInformationMixed;
  tokens?: OAuthTokens;
}

/** The part of an MCP client that the SDKs leave to the program: it fits both v1 and v2. */
export class MemoryProvider implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly store: ClientStore;
  /** How often a person was asked. */
  authorizations = 0;
  readonly #agent: UserAgent;
  #state = '';
  #verifier = '';
  #discovery: OAuthDiscoveryState | undefined;
  #callback: URLSearchParams | undefined;

  /** @param redirectUrl nobody need listen there for a user agent that stops at the redirect */
  constructor(agent: UserAgent, store: ClientStore = {}, redirectUrl = 'http://127.0.0.1:33418/callback') {
    this.#agent = agent;
    this.store = store;
    this.redirectUrl = redirectUrl;
  }

  get clientMetadata() {
    return {
      client_name: 'mcpgw end-to-end test',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  /** The parameters of the redirect back to the client; their `state` is checked. */
  get callback(): URLSearchParams {
    if (this.#callback?.get('state') !== this.#state) throw new Error('The state came back changed.');
    return this.#callback;
  }

  state(): string {
    this.#state = randomUUID();
    return this.#state;
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.store.client;
  }

  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.store.client = client;
  }

  tokens(): OAuthTokens | undefined {
    return this.store.tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.store.tokens = tokens;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.authorizations += 1;
    this.#callback = (await this.#agent(url)).searchParams;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }
}
