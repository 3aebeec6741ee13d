import { Flags } from '@oclif/core';
import { ProjectCommand } from '../lib/cli/command.ts';
import { listFlag, portFlag, words } from '../lib/cli/flags.ts';
import { watchForeground } from '../lib/cli/foreground.ts';
import { interruptible } from '../lib/cli/interrupt.ts';
import { createPreparation, progressMode } from '../lib/tasks/preparation.ts';

export default class Up extends ProjectCommand {
  static override description = `Starts the project and shows it until Ctrl-C; with --detach, in the background.

The project's files are read and validated, missing packages are installed, the gateway's files are rendered, and what
reads them is started. It is done when every service has settled. A service that lacks a program is unavailable, and the
others run. A service that fails makes the exit code 1, and the others run.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --detach --port 9000',
    '<%= config.bin %> <%= command.id %> --only fetch,echo-stateful',
  ];
  static override flags = {
    detach: Flags.boolean({ char: 'd', summary: 'Run in the background; stop it with `mcpgw down`.' }),
    force: Flags.boolean({ summary: 'Replace rendered files that a person edited; a `.bak` is kept.' }),
    only: listFlag({
      helpValue: 'SERVICE,…',
      summary: 'Run these services only, this time; a running project selects anew.',
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
        const write = (line: string): void => this.log(line);
        const options = { root: this.root(flags), since, output: this.output(), signal, write };
        await watchForeground(target, { ...started, foreground }, options);
      }
      if (started.failure !== undefined) this.exit(started.failure.exitCode);
    });
  }
}
