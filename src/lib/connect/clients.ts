import { UserError } from '../errors.ts';
import { didYouMean } from '../config/nearest.ts';

/** A service as a client is told of it. */
export interface Server {
  name: string;
  url: string;
}

/** What to give a client: commands to run, or a file to write; and what a person has to know. */
export interface Connection {
  client: string;
  commands: string[];
  file: { path: string; content: string } | null;
  notes: string[];
}

/** A mcpgw command as this mcpgw is called in a shell. */
type Self = (args: string) => string;

type Describe = (servers: readonly Server[], self: Self) => Omit<Connection, 'client'>;

const json = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

/** One entry a server, as every client's file has it. */
const entries = <T>(servers: readonly Server[], entry: (url: string) => T): Record<string, T> =>
  Object.fromEntries(servers.map(({ name, url }) => [name, entry(url)]));

const CLIENTS: ReadonlyMap<string, Describe> = new Map<string, Describe>([
  [
    'claude-code',
    (servers) => ({
      commands: servers.map(({ name, url }) => `claude mcp add --transport http ${name} ${url}`),
      file: null,
      notes: [
        'Then run `/mcp` in Claude Code to sign in.',
        'Add `--scope project` to share it with your team through .mcp.json.',
      ],
    }),
  ],
  [
    'codex',
    (servers) => ({
      commands: servers.flatMap(({ name, url }) => [
        `codex mcp add ${name} --url ${url}`,
        `codex mcp login ${name}`,
      ]),
      file: null,
      notes: ['The command line, the IDE extension and the desktop app share this.'],
    }),
  ],
  [
    'cursor',
    (servers) => ({
      commands: [],
      file: { path: '.cursor/mcp.json', content: json({ mcpServers: entries(servers, (url) => ({ url })) }) },
      notes: ['For all your projects, put it into ~/.cursor/mcp.json.'],
    }),
  ],
  [
    'inspector',
    (servers, self) => ({
      commands: servers.map(
        ({ name, url }) =>
          `npx @modelcontextprotocol/inspector --cli --server-url ${url} --transport http --method tools/list` +
          ` --header "Authorization: Bearer $(${self(`token create --service ${name}`)})"`,
      ),
      file: null,
      notes: ['The project must be running: the token is made when the line runs.'],
    }),
  ],
  [
    'vscode',
    (servers) => ({
      commands: [],
      file: {
        path: '.vscode/mcp.json',
        content: json({ servers: entries(servers, (url) => ({ type: 'http', url })) }),
      },
      notes: ['VS Code asks you to sign in when it starts the server.'],
    }),
  ],
]);

export const CLIENT_NAMES: readonly string[] = [...CLIENTS.keys()];

/**
 * The exact lines or the file that connect an MCP client.
 * @param self how this mcpgw is called in a shell, such as `mcpgw token create`
 * @throws UserError UNKNOWN_CLIENT
 */
export function connection(client: string, servers: readonly Server[], self: Self): Connection {
  const describe = CLIENTS.get(client);
  if (describe !== undefined) return { client, ...describe(servers, self) };
  throw new UserError(
    'UNKNOWN_CLIENT',
    `There is no client ${client}.${didYouMean(client, CLIENT_NAMES)} Known: ${CLIENT_NAMES.join(', ')}.`,
    { nextSteps: ['Any other client that speaks Streamable HTTP works with the URLs of `mcpgw status`.'] },
  );
}
