import { Args } from '@oclif/core';
import { ProjectCommand } from './command.ts';
import { switchServices } from './services.ts';

interface Switched {
  services: string[];
  enabled: boolean;
  running: boolean;
}

/** `service enable` and `service disable`. */
export abstract class SwitchCommand extends ProjectCommand {
  static override args = {
    service: Args.string({ description: 'The services.', multiple: true, required: true }),
  };

  protected abstract readonly enabled: boolean;

  async run(): Promise<Switched> {
    const { args, flags } = await this.parse(this.ctor as typeof SwitchCommand);
    const { enabled } = this;
    const reload = () => this.project(flags);
    const { services, overridden } = switchServices(reload(), args.service, enabled, reload);
    this.log(`${services.join(', ')}: ${enabled ? 'enabled' : 'disabled'} in .env.`);
    if (overridden.length > 0) {
      this.note(
        `The environment of this shell says otherwise of ${overridden.join(', ')}, and it comes first.`,
      );
    }
    const { running } = await this.target(flags).status();
    this.log(running ? 'Apply it with `mcpgw restart`.' : 'It applies at the next `mcpgw up`.');
    return { services, enabled, running };
  }
}
