import { Flags } from '@oclif/core';
import { ProjectCommand } from '../lib/cli/command.ts';
import { listFlag, portFlag, words } from '../lib/cli/flags.ts';
import { watchForeground } from '../lib/cli/foreground.ts';
import { interruptible } from '../lib/cli/interrupt.ts';
import { createPreparation, progressMode } from '../lib/tasks/preparation.ts';

export default class Up extends ProjectCommand {
  static override description = `It runs until Ctrl-C; with --detach, in the background until \`mcpgw down\`.

What is asked for is validated first, missing packages are installed, and then every service is started. A service that lacks a program is unavailable, and the others run. A service that fails makes the exit code 1, and the others run.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --detach --port 9000',
    '<%= config.bin %> <%= command.id %> --only fetch,echo-stateful',
  ];
  static override flags = {
    detach: Flags.boolean({ char: 'd', summary: 'Run in the background; stop it with `mcpgw down`.' }),
    force: Flags.boolean({ summary: 'Replace rendered files that a person edited; a `.bak` is kept.' }),
    only: listFlag({
      helpValue: 'SERVICE',
      summary:
        'Run only this service, this time; repeated or with commas for several. A running project selects anew.',
    }),
    port: portFlag({ summary: 'Listen on this port, this time.' }),
  };
  static override summary = 'Start the project.';

  async run(): Promise<void> {
    const { flags } = await this.parse(Up);
    const since = new Date();
    const json = this.jsonEnabled();
    const target = this.target(flags);
    await interruptible(async (signal) => {
      const only = flags.only === undefined ? undefined : words(flags.only);
      const preparation = createPreparation(progressMode(json));
      const started = await target.up({ ...flags, only, preparation, signal });
      const { foreground } = started;
      this.reportStarted(started, foreground === undefined);
      if (foreground !== undefined) {
        const write = (line: string): void => this.log('%s', line);
        const options = { root: this.root(flags), since, output: this.output(), signal, write };
        await watchForeground(target, { ...started, foreground }, options);
        this.log('Stopped.');
      }
      if (started.failure !== undefined) this.exit(started.failure.exitCode);
    });
  }
}
