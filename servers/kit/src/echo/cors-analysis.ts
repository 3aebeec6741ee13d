import { z } from 'zod';
import { defineTool, type Call, type Tool } from '../mcp/index.ts';
import { header, type EchoContext } from './context.ts';
import { READ_ONLY } from './echo.ts';
import { shownHeader } from './redact.ts';

const outputSchema = z.object({
  origin: z.string().optional().describe('The page that calls; absent when it is no browser.'),
  kind: z.enum(['no browser', 'same origin', 'cross origin', 'opaque origin', 'unknown']),
  fetchMetadata: z.record(z.string(), z.string()).describe('Sec-Fetch-… headers, which only browsers send.'),
  explanation: z.string(),
  preflight: z.string().optional().describe('A command that shows what the gateway answers to a browser.'),
  expected: z.record(z.string(), z.string()).describe('What the answer to the preflight has to say.'),
});

/** What MCP clients send beside the headers that need no permission. */
const REQUEST_HEADERS =
  'authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id';

export const corsAnalysisTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'corsAnalysis',
    title: 'CORS analysis',
    description:
      "Shows whether a web page has sent this request, what the gateway must answer to its browser, and the command that tests it. CORS is the gateway's work: a request that reaches this server has been let through.",
    input: z.strictObject({}),
    output: outputSchema,
    annotations: READ_ONLY,
    run: (_input, call) => {
      const data = analysis(call, context);
      const { explanation, preflight, expected } = data;
      const text = [
        `Origin: ${data.origin ?? '(none)'} – ${data.kind}`,
        explanation,
        ...(preflight === undefined ? [] : ['Test the preflight with:', preflight]),
        'The answer has to say:',
        ...Object.entries(expected).map(([name, value]) => `  ${name}: ${value}`),
      ].join('\n');
      return { text, data };
    },
  });

function analysis(call: Call, { route }: EchoContext): z.infer<typeof outputSchema> {
  const origin = header(call, 'origin');
  const shown = origin === undefined ? undefined : shownHeader('origin', origin);
  const target = route()?.url;
  const kind = kindOf(origin, target);
  const asking = kind === 'cross origin' && shown !== undefined ? shown : 'https://app.example';
  return {
    ...(shown !== undefined && { origin: shown }),
    kind,
    fetchMetadata: Object.fromEntries(
      ['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'].flatMap((name) => {
        const value = header(call, name);
        return value === undefined ? [] : [[name, shownHeader(name, value)]];
      }),
    ),
    explanation: EXPLANATIONS[kind],
    ...(target !== undefined && { preflight: preflightCommand(target, asking) }),
    expected: {
      'Access-Control-Allow-Origin': asking,
      'Access-Control-Allow-Methods': 'POST, GET, DELETE',
      'Access-Control-Allow-Headers': REQUEST_HEADERS,
      'Access-Control-Expose-Headers': 'Mcp-Session-Id, WWW-Authenticate (on the answers that follow)',
    },
  };
}

function kindOf(
  origin: string | undefined,
  target: string | undefined,
): z.infer<typeof outputSchema>['kind'] {
  if (origin === undefined) return 'no browser';
  if (origin === 'null') return 'opaque origin';
  if (target === undefined) return 'unknown';
  return URL.parse(target)?.origin === origin ? 'same origin' : 'cross origin';
}

const EXPLANATIONS: Record<z.infer<typeof outputSchema>['kind'], string> = {
  'no browser':
    'No Origin: the client is no web page, and CORS does not concern it. If it is one, a proxy in between removes Origin.',
  'same origin': "The page comes from the gateway's own origin: the browser asks for no permission.",
  'cross origin':
    'The page comes from another origin, and the gateway has let it through. If the page still sees an error, its browser has not got the headers below: look at the preflight, and add the origin to MCP_CORS_ORIGINS.',
  'opaque origin':
    'Origin is null: a sandboxed frame, a file, or a redirect across origins. Serve the page from an origin of its own.',
  unknown: 'This service has no route, so there is no own origin to compare with.',
};

/** Both parts stand in single quotes in a shell; neither a URL nor an Origin of the table can hold one unescaped. */
const preflightCommand = (url: string, origin: string): string =>
  [
    `curl -i -X OPTIONS '${quoted(url)}'`,
    `-H 'Origin: ${quoted(origin)}'`,
    "-H 'Access-Control-Request-Method: POST'",
    `-H 'Access-Control-Request-Headers: ${REQUEST_HEADERS.replaceAll(' ', '')}'`,
  ].join(' ');

const quoted = (text: string): string => text.replaceAll("'", `'\\''`);
