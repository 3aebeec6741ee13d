import { SwitchCommand } from '../../lib/cli/switch-command.ts';

export default class ServiceDisable extends SwitchCommand {
  static override description = 'It is written into .env; everything else of the file stays as it is.';
  static override examples = ['<%= config.bin %> <%= command.id %> fetch time'];
  static override summary = 'Disable services.';
  protected override readonly enabled = false;
}
