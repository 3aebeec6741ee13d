import { Args, Flags } from '@oclif/core';
import { ProjectCommand } from '../lib/cli/command.ts';
import { interruptible } from '../lib/cli/interrupt.ts';
import { createPreparation, progressMode } from '../lib/tasks/preparation.ts';

export default class Restart extends ProjectCommand {
  static override args = {
    service: Args.string({ description: 'The service to restart; the whole project without it.' }),
  };
  static override description = `Without a service, the project is ended and started again in the background, and a changed configuration takes effect. It is checked before anything ends. What \`up\` was told (--only, --port) stays in force, and so does the sign-in code.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> everything',
  ];
  static override flags = {
    force: Flags.boolean({ summary: 'Replace rendered files that a person edited; a `.bak` is kept.' }),
  };
  static override summary = 'Restart a service, or the project.';

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Restart);
    const target = this.target(flags);
    await interruptible(async (signal) => {
      const preparation = createPreparation(progressMode(this.jsonEnabled()));
      const started =
        args.service === undefined
          ? await target.restart({ force: flags.force, preparation, signal })
          : await target.restartService(args.service, signal);
      this.reportStarted(started);
      if (started.failure !== undefined) this.exit(started.failure.exitCode);
    });
  }
}
