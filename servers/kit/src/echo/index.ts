/** The tools that both echo servers share. */
import type { Tool } from '../mcp/index.ts';
import type { NativeOptions } from '../native.ts';
import { authContextTool } from './auth-context.ts';
import { bearerDecodeTool } from './bearer-decode.ts';
import type { EchoContext } from './context.ts';
import { corsAnalysisTool } from './cors-analysis.ts';
import { environmentDumpTool } from './environment-dump.ts';
import { healthProbeTool } from './health-probe.ts';
import { printHeaderTool } from './print-header.ts';
import { requestTimingTool } from './request-timing.ts';
import { whoIsTheGoatTool } from './who-is-the-goat.ts';

export { READ_ONLY, echoTool, messageSchema } from './echo.ts';

/**
 * The diagnostic tools.
 * @param name short name of the server that has them
 */
export function diagnosticTools(name: string, options: NativeOptions): Tool[] {
  const context: EchoContext = { ...options, name, startedAt: new Date() };
  return [
    printHeaderTool(context),
    bearerDecodeTool(context),
    authContextTool(context),
    requestTimingTool(context),
    corsAnalysisTool(context),
    environmentDumpTool(context),
    healthProbeTool(context),
    whoIsTheGoatTool(context),
  ];
}
