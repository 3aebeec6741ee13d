import type { NativeOptions } from '../native.ts';
import type { Tool } from '../mcp/index.ts';

/** The diagnostic tools of both echo servers. */
export function diagnosticTools(options: NativeOptions): Tool[] {
  return options.version === "" ? [] : [];
}
