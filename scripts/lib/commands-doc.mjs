import { globSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const BIN = 'mcpgw';
const COMMANDS = join('src', 'commands');

const DOCUMENTS = [
  ['connect', '`{client, commands, file, notes}`; `file` is `{path, content}` or null'],
  ['down', '`{stopped}`: whether anything was running'],
  [
    'init',
    '`{root, created, kept, extended, packages, warning}`; `packages` says `installed` or `unavailable` by service',
  ],
  [
    'logs',
    'an array of the lines as they were written, each with its `service`; with `--follow` one object a line',
  ],
  [
    'restart, status, up',
    'the [status](local-gateway.md); after a failure that leaves the rest running, with `error` beside it',
  ],
  ['service enable, service disable', '`{services, enabled, running}`'],
  ['service list', 'an array of `{name, title, enabled, pattern, url}`'],
  ['test auth-flow', '`{url, steps}`; each step `{title, purpose, exchanges}`, redacted'],
  ['test conformance', 'a [report](conformance.md), or an array of them for several targets'],
  ['test smoke', '`{ok, routes}`; each route `{kind, url, ok, seen, ms}`'],
  ['token create', 'the object of `token inspect`, with `token`'],
  ['token inspect, token revoke', '`{id, state, principal, clientId, audience, scope, issuedAt, expiresAt}`'],
  ['token list', 'an array of the objects of `token inspect`'],
];

/**
 * docs/reference/commands.md, made of what the command classes themselves say.
 * Needs a loader for TypeScript (tsx) in the process.
 * @param {string} root the checkout
 */
export async function commandsDoc(root) {
  const commands = [];
  for (const file of globSync(`${COMMANDS}/**/*.ts`, { cwd: root }).sort()) {
    const module = await import(pathToFileURL(join(root, file)).href);
    const id = relative(COMMANDS, file).replace(/\.ts$/, '').split(sep).join(' ');
    commands.push({ id, command: module.default });
  }
  return `# Commands

Made from the commands themselves by \`npm run docs\`. Every command has \`--help\`, and \`--json\`: stdout then holds one JSON
document and nothing else. What it holds stands in [the stable interfaces](local-gateway.md), exit codes in [errors](errors.md).
Commands that work in a project take \`--project DIR\`; without it, the project is the nearest one from the working folder upwards.

Shell completion: \`${BIN} autocomplete\` says how to switch it on for bash, zsh and PowerShell.

| Command | What it does |
| ------- | ------------ |
${commands.map(({ id, command }) => `| [\`${BIN} ${id}\`](#${anchor(id)}) | ${cell(command.summary)} |`).join('\n')}

${commands.map(section).join('\n\n')}

## Documents under --json

${table(
  ['Command', 'Document'],
  DOCUMENTS.map(([command, document]) => [`\`${command}\``, document]),
)}
`;
}

const anchor = (id) => `${BIN} ${id}`.replaceAll(' ', '-');

function section({ id, command }) {
  const args = Object.entries(command.args ?? {});
  const flags = Object.entries(command.flags ?? {}).sort(([a], [b]) => a.localeCompare(b));
  const usage = [`${BIN} ${id}`, ...args.map(argUsage), ...(flags.length > 0 ? ['[flags]'] : [])].join(' ');
  const rows = [
    ...args.map(([name, arg]) => [`\`${name}\``, arg.description]),
    ...flags.map(([name, flag]) => [`\`${flagUsage(name, flag)}\``, flag.summary ?? flag.description]),
  ];
  const parts = [
    `## ${BIN} ${id}`,
    command.summary,
    command.description,
    `\`\`\`sh\n${usage}\n\`\`\``,
    rows.length > 0 ? table(['', 'Meaning'], rows) : undefined,
    (command.examples ?? []).length > 0
      ? `Examples:\n\n\`\`\`sh\n${examples(id, command)}\n\`\`\``
      : undefined,
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

function argUsage([name, { multiple, required }]) {
  const word = multiple ? `${name.toUpperCase()}...` : name.toUpperCase();
  return required ? word : `[${word}]`;
}

function flagUsage(name, { char, default: fallback, helpValue, multiple, options, type }) {
  const long = char === undefined ? `--${name}` : `-${char}, --${name}`;
  if (type === 'boolean') return long;
  const value = options?.join('|') ?? helpValue ?? 'VALUE';
  const end = typeof fallback === 'string' || typeof fallback === 'number' ? ` (${fallback})` : '';
  return `${long} ${value}${multiple ? '...' : ''}${end}`;
}

const examples = (id, { examples: lines }) =>
  lines
    .map((line) => (typeof line === 'string' ? line : line.command))
    .map((line) => line.replaceAll('<%= config.bin %>', BIN).replaceAll('<%= command.id %>', id))
    .join('\n');

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const cell = (text = '') => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
