import type { NativeOptions, ServiceModule } from '@mcpgw/kit';
import { diagnosticTools } from '@mcpgw/kit/echo';
import { createNativeServer } from '@mcpgw/kit/mcp';
import { createMemory } from './memory.ts';
import { echoTool, replayLastEchoTool, sessionInfoTool } from './tools.ts';

/**
 * A diagnostic MCP server that remembers: the tools of echo-stateless, and two that prove that state survives. Legacy
 * clients have sessions, modern ones pass a handle; both belong to the principal that has opened them.
 */
export function createEchoStateful(options: NativeOptions): ServiceModule {
  const { limits } = options;
  const memory = createMemory(limits);
  return createNativeServer({
    ...options,
    spec: {
      name: 'echo-stateful',
      title: 'Echo (stateful)',
      instructions:
        'Diagnostic tools: call them to find out what is wrong with a client, a token, a session or a proxy in between. Start with authContext; echo, replayLastEcho and sessionInfo show whether state survives.',
      tools: [
        echoTool(memory),
        replayLastEchoTool(memory),
        ...diagnosticTools('echo-stateful', options),
        sessionInfoTool(memory, { idleMs: limits.sessionIdleMs, maxMs: limits.sessionMaxMs }),
      ],
    },
    sessions: true,
    onClose: () => memory.close(),
  });
}
