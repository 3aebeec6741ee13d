import { serviceArgs, SwitchCommand, type Switched } from '../../lib/cli/switch-command.ts';

export default class ServiceDisable extends SwitchCommand {
  static override args = serviceArgs;
  static override description = 'It is written into .env; everything else of the file stays as it is.';
  static override examples = ['<%= config.bin %> <%= command.id %> fetch time'];
  static override summary = 'Disable services.';

  async run(): Promise<Switched> {
    const { args, flags } = await this.parse(ServiceDisable);
    return this.switch(flags, args.service, false);
  }
}
