import { Args, Flags } from '@oclif/core';
import { ProjectCommand } from '../lib/cli/command.ts';
import { interruptible } from '../lib/cli/interrupt.ts';
import { logDocument, logText } from '../lib/cli/log-text.ts';

export default class Logs extends ProjectCommand {
  static override args = {
    service: Args.string({
      description: 'Whose log: `gateway`, or a service; all without it.',
      multiple: true,
    }),
  };
  static override description =
    'Oldest lines first. With --json it is an array of the lines as they were written; with --follow too, one object a line.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> gateway fetch --follow',
  ];
  static override flags = {
    follow: Flags.boolean({ char: 'f', summary: 'Go on with the lines to come, until Ctrl-C.' }),
  };
  static override summary = 'Show the logs of the gateway and the services.';

  async run(): Promise<object[] | undefined> {
    const { args, flags } = await this.parse(Logs);
    const stream = this.jsonEnabled() && flags.follow;
    const documents: object[] = [];
    await interruptible(async (signal) => {
      const options = { services: args.service ?? [], follow: flags.follow, signal };
      for await (const entry of this.target(flags).logs(options)) {
        if (stream) process.stdout.write(`${JSON.stringify(logDocument(entry))}\n`);
        else if (this.jsonEnabled()) documents.push(logDocument(entry));
        else this.log('%s', logText(entry));
      }
    });
    return stream ? undefined : documents;
  }
}
