import { Args } from '@oclif/core';
import { ProjectCommand } from '../lib/cli/command.ts';
import { listFlag, words } from '../lib/cli/flags.ts';
import { selfCommand } from '../lib/cli/self.ts';
import { chosenServers } from '../lib/cli/services.ts';
import { CLIENT_NAMES, connection, type Connection } from '../lib/connect/clients.ts';

export default class Connect extends ProjectCommand {
  static override args = {
    client: Args.string({ description: `The client: ${CLIENT_NAMES.join(', ')}.`, required: true }),
  };
  static override description =
    'The exact commands, or the file, stand alone on stdout; what to know about them is on stderr.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> claude-code',
    '<%= config.bin %> <%= command.id %> vscode --service fetch > .vscode/mcp.json',
  ];
  static override flags = {
    service: listFlag({
      char: 's',
      helpValue: 'SERVICE',
      summary: 'Connect this service; every enabled one without it. May be repeated.',
    }),
  };
  static override summary = 'Print what connects an MCP client.';

  async run(): Promise<Connection> {
    const { args, flags } = await this.parse(Connect);
    const root = this.root(flags);
    const servers = await chosenServers(this.target(flags), words(flags.service));
    const found = connection(args.client, servers, (command) => selfCommand(command, root));
    if (found.file !== null) this.note(`# ${found.file.path}`);
    this.log('%s', found.file?.content.trimEnd() ?? found.commands.join('\n'));
    for (const note of found.notes) this.note(`# ${note}`);
    return found;
  }
}
