import { ProjectCommand } from '../lib/cli/command.ts';

export default class Down extends ProjectCommand {
  static override description =
    'It waits until everything has ended; calls in flight get a few seconds. The sign-in code is void from then on. Clients, consents and tokens stay.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override summary = 'Stop the project.';

  async run(): Promise<{ stopped: boolean }> {
    const { flags } = await this.parse(Down);
    const stopped = await this.target(flags).down();
    this.log(stopped ? 'Stopped.' : 'Nothing was running.');
    return { stopped };
  }
}
