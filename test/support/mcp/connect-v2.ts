import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { ELICITED, IDENTITY, SAMPLED, textOf, type Connect } from './test-client.ts';

/** The official SDK of today, which speaks both protocol eras. */
export const connectV2: Connect = async (url, provider) => {
  const newClient = (): Client => {
    const client = new Client(IDENTITY, {
      capabilities: { sampling: {}, elicitation: {} },
      versionNegotiation: { mode: 'auto' },
    });
    client.setRequestHandler('sampling/createMessage', () => ({
      model: 'test',
      role: 'assistant',
      content: { type: 'text', text: SAMPLED },
    }));
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: ELICITED }));
    return client;
  };
  const newTransport = () => new StreamableHTTPClientTransport(url, { authProvider: provider });

  let client = newClient();
  const first = newTransport();
  try {
    await client.connect(first);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await first.finishAuth(provider.callback);
    client = newClient();
    await client.connect(newTransport());
  }
  return {
    protocolVersion: () => client.getNegotiatedProtocolVersion(),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, args, onprogress) {
      const result = await client.callTool(
        { name, arguments: args },
        onprogress && { onprogress: ({ progress }) => onprogress(progress) },
      );
      return { text: textOf(result.content), isError: result.isError === true };
    },
    close: () => client.close(),
  };
};
