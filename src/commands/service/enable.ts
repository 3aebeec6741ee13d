import { SwitchCommand } from '../../lib/cli/switch-command.ts';

export default class ServiceEnable extends SwitchCommand {
  static override description = 'It is written into .env; everything else of the file stays as it is.';
  static override examples = ['<%= config.bin %> <%= command.id %> fetch time'];
  static override summary = 'Enable services.';
  protected override readonly enabled = true;
}
