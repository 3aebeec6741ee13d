import type {
  CallToolResult,
  ContentBlock,
  Tool as Listing,
  ToolAnnotations,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { redactText } from '../log.ts';
import type { Call } from './call.ts';

/** What a tool answers: text for a person, the same as data for a program. */
export interface Answer<Data> {
  text: string;
  data: Data;
  /** Content beside the text, such as an image. */
  content?: ContentBlock[];
}

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: Input;
  output: Output;
  annotations: ToolAnnotations;
  run: (input: z.infer<Input>, call: Call) => Answer<z.infer<Output>> | Promise<Answer<z.infer<Output>>>;
}

/** A tool that is ready to be listed and called. */
export interface Tool {
  readonly name: string;
  readonly listing: Listing;
  /** Failures that the caller can mend are results with `isError`; what is thrown is a defect. */
  call(input: unknown, call: Call): Promise<CallToolResult>;
}

/** A failure that the caller can mend: answered as a tool result with `isError`, for the model to read. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ToolError';
  }
}

/**
 * @param definition schemas become the JSON Schemas of `tools/list`, once; the input is checked at each call
 */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  const { name, title, description, annotations, input, output, run } = definition;
  return {
    name,
    listing: {
      name,
      title,
      description,
      inputSchema: objectSchema(input, 'input'),
      outputSchema: objectSchema(output, 'output'),
      annotations: { title, ...annotations },
    },
    call: async (raw, call) => {
      const parsed = input.safeParse(raw ?? {});
      if (!parsed.success) return failure(`Invalid arguments for ${name}:\n${z.prettifyError(parsed.error)}`);
      try {
        const answer = await run(parsed.data, call);
        return {
          content: [{ type: 'text', text: answer.text }, ...(answer.content ?? [])],
          structuredContent: answer.data,
        };
      } catch (error) {
        if (error instanceof ToolError) return failure(error.message);
        throw error;
      }
    },
  };
}

/** MCP "Tools", error handling: what the model can mend comes as a result. */
export const failure = (text: string): CallToolResult => ({
  content: [{ type: 'text', text: redactText(text) }],
  isError: true,
});

/** Without `$schema`: 2020-12 is what MCP takes where none is named, and validators of older clients stop at it. */
function objectSchema(schema: z.ZodObject, io: 'input' | 'output'): Listing['inputSchema'] {
  const json = z.toJSONSchema(schema, { io });
  delete json.$schema;
  return json as Listing['inputSchema'];
}
