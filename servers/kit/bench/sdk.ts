import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { serve } from './serve.ts';

/** The SDK's own way to write such a server. */
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'plain', version: '1.0.0' });
  server.registerTool(
    'echo',
    { inputSchema: z.object({ message: z.string() }), outputSchema: z.object({ message: z.string() }) },
    ({ message }) => ({ content: [{ type: 'text', text: message }], structuredContent: { message } }),
  );
  return server;
});
const listener = toNodeHandler(handler);
// Its types know no exactOptionalPropertyTypes.
serve((request, response) => void listener(request as never, response));
