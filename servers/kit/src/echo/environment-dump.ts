import { hostname } from 'node:os';
import { z } from 'zod';
import { defineTool, type Tool } from '../mcp/index.ts';
import type { EchoContext } from './context.ts';
import { READ_ONLY } from './echo.ts';
import { shownText } from './redact.ts';

/** The whole list: a variable that is not here is never shown, whatever it is called. */
const VARIABLES = ['BASE_DOMAIN', 'LANG', 'LC_ALL', 'NODE_ENV', 'TLS_MODE', 'TZ'] as const;

const outputSchema = z.object({
  server: z.object({ name: z.string(), version: z.string(), startedAt: z.iso.datetime() }),
  runtime: z.object({
    node: z.string(),
    platform: z.string(),
    architecture: z.string(),
    host: z.string(),
    processId: z.int(),
    timeZone: z.string(),
  }),
  configuration: z.object({
    issuer: z.string(),
    url: z.string().optional(),
    resource: z.string().optional(),
    token: z.enum(['strip', 'diagnostic']).optional(),
    upstreams: z.array(z.string()),
    limits: z.record(z.string(), z.number()),
  }),
  variables: z.record(z.string(), z.string()),
  withheld: z.int().describe('Variables that are set and not on the list of those that may be shown.'),
});

export const environmentDumpTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'environmentDump',
    title: 'Environment',
    description:
      'Shows which server has answered, on which runtime, with which configuration. Environment variables come from a fixed list without secrets; all others are only counted.',
    input: z.strictObject({}),
    output: outputSchema,
    annotations: READ_ONLY,
    run: () => {
      const data = environment(context);
      const lines = (object: object): string[] =>
        Object.entries(object).map(
          ([name, value]) =>
            `  ${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
        );
      const text = [
        ...['server', 'runtime', 'configuration', 'variables'].flatMap((part) => [
          `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`,
          ...lines(data[part as 'server']),
        ]),
        `${data.withheld} other variables are set; they are never shown.`,
      ].join('\n');
      return { text, data };
    },
  });

function environment({
  name,
  version,
  startedAt,
  issuer,
  route,
  limits,
}: EchoContext): z.infer<typeof outputSchema> {
  const variables = VARIABLES.flatMap((key) => {
    const value = process.env[key];
    return value === undefined ? [] : [[key, shownText(value)] as const];
  });
  const current = route();
  return {
    server: { name, version, startedAt: startedAt.toISOString() },
    runtime: {
      node: process.version,
      platform: process.platform,
      architecture: process.arch,
      host: hostname(),
      processId: process.pid,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    configuration: {
      issuer,
      ...(current && { url: current.url, resource: current.resource, token: current.token }),
      upstreams: current?.upstreams ?? [],
      limits,
    },
    variables: Object.fromEntries(variables),
    withheld: Object.keys(process.env).length - variables.length,
  };
}
