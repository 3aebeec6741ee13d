import type { MemoryProvider } from '../oauth/memory-provider.ts';

/** What a tool answered, its text parts joined. */
export interface ToolAnswer {
  text: string;
  isError: boolean;
}

/** An official client that is signed in and connected, in the little that the tests need of it. */
export interface TestClient {
  /** The protocol revision that was agreed on. */
  protocolVersion(): string | undefined;
  tools(): Promise<string[]>;
  /** @param onprogress is called with every progress notification of the call */
  call(
    name: string,
    args: Record<string, unknown>,
    onprogress?: (progress: number) => void,
  ): Promise<ToolAnswer>;
  close(): Promise<void>;
}

/** Connects to an MCP endpoint, going through authorization where the endpoint asks for it. */
export type Connect = (url: URL, provider: MemoryProvider) => Promise<TestClient>;

/** How the client answers when a server asks it to sample from a model. */
export const SAMPLED = 'sampled by the test client';

/** How the person at the client fills in whatever form a server shows. */
export const ELICITED = { name: 'Ada Lovelace', check: true };

export const IDENTITY = { name: 'mcpgw-test', version: '1.0.0' };

export const textOf = (content: readonly { type: string; text?: string }[]): string =>
  content.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : [])).join('\n');
