import { serve } from './serve.ts';

/** The floor: what it costs to read JSON and to answer JSON. */
serve((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { id, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
      id: number;
      params: { arguments: { message: string } };
    };
    const text = params.arguments.message;
    const result = { content: [{ type: 'text', text }], structuredContent: { message: text } };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
});
