export { MAX_MESSAGE, READ_ONLY, echoTool, messageSchema } from './echo.ts';
export { diagnosticTools } from './diagnostics.ts';
