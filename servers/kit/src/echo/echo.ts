import { z } from 'zod';
import { defineTool, type Tool } from '../mcp/index.ts';

/** The longest message that is taken, in characters. */
export const MAX_MESSAGE = 65_536;

export const messageSchema = z.string().max(MAX_MESSAGE).describe('The text to send back.');

/** Tools that only look: nothing changes and nothing outside is reached. */
export const READ_ONLY = { readOnlyHint: true, idempotentHint: true, openWorldHint: false } as const;

export const echoTool: Tool = defineTool({
  name: 'echo',
  title: 'Echo',
  description:
    'Sends the message back unchanged: the shortest proof that client, gateway and server understand each other.',
  input: z.strictObject({ message: messageSchema }),
  output: z.object({ message: z.string() }),
  annotations: READ_ONLY,
  run: ({ message }) => ({ text: message, data: { message } }),
});
