import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { ELICITED, IDENTITY, SAMPLED, textOf, type Connect } from './test-client.ts';

/** The official SDK of the years before, which most clients in use are built on. */
export const connectV1: Connect = async (url, provider) => {
  const newClient = (): Client => {
    const client = new Client(IDENTITY, { capabilities: { sampling: {}, elicitation: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'test',
      role: 'assistant',
      content: { type: 'text', text: SAMPLED },
    }));
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: ELICITED }));
    return client;
  };
  const newTransport = () => new StreamableHTTPClientTransport(url, { authProvider: provider });

  let client = newClient();
  let transport = newTransport();
  try {
    await client.connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(provider.callback.get('code') ?? '');
    client = newClient();
    transport = newTransport();
    await client.connect(transport);
  }
  return {
    protocolVersion: () => transport.protocolVersion,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, args, onprogress) {
      const result = await client.callTool(
        { name, arguments: args },
        CallToolResultSchema,
        onprogress && { onprogress: ({ progress }) => onprogress(progress) },
      );
      return { text: textOf(CallToolResultSchema.parse(result).content), isError: result.isError === true };
    },
    close: () => client.close(),
  };
};
