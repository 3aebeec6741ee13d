/** What native MCP servers share. The SDK itself is loaded lazily: only its types are imported from here. */
export { principalOf, type Call, type ClientInfo, type Era, type Session } from './call.ts';
export { createNativeServer, type NativeServerOptions } from './native-server.ts';
export {
  createPrincipalStore,
  type Entry,
  type PrincipalStore,
  type StoreLimits,
} from './principal-store.ts';
export { ToolError, defineTool, type Answer, type Tool, type ToolDefinition } from './tool.ts';
