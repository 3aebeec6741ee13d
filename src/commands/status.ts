import { Flags } from '@oclif/core';
import { ProjectCommand } from '../lib/cli/command.ts';
import { interruptible } from '../lib/cli/interrupt.ts';
import { statusDocument, statusText } from '../lib/cli/status-text.ts';
import { watchStatus } from '../lib/cli/watch-status.ts';

export default class Status extends ProjectCommand {
  static override description =
    'Every service with its state and URL, and the sign-in code; also of a project that does not run.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --watch',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = {
    watch: Flags.boolean({
      char: 'w',
      exclusive: ['json'],
      summary: 'Go on showing it, on a terminal as a live view, until `q` or Ctrl-C.',
    }),
  };
  static override summary = 'Show what runs, and where.';

  async run(): Promise<object> {
    const { flags } = await this.parse(Status);
    const target = this.target(flags);
    const status = await target.status();
    if (flags.watch) {
      const write = (text: string): void => this.log('%s', text);
      await interruptible((signal) => watchStatus(target, status, { output: this.output(), signal, write }));
    } else {
      this.log('%s', statusText(status));
    }
    return statusDocument(status);
  }
}
