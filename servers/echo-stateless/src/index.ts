import type { NativeOptions, ServiceModule } from '@mcpgw/kit';
import { diagnosticTools, echoTool } from '@mcpgw/kit/echo';
import { createNativeServer } from '@mcpgw/kit/mcp';

/**
 * A diagnostic MCP server that keeps nothing between requests: nine tools that show what a client has sent, what the
 * gateway has made of it, and what is missing.
 */
export function createEchoStateless(options: NativeOptions): ServiceModule {
  return createNativeServer({
    ...options,
    spec: {
      name: 'echo-stateless',
      title: 'Echo (stateless)',
      instructions:
        'Diagnostic tools: call them to find out what is wrong with a client, a token or a proxy in between. Start with authContext.',
      tools: [echoTool, ...diagnosticTools('echo-stateless', options)],
    },
    sessions: false,
  });
}
