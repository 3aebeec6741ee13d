import { Args } from '@oclif/core';
import { ProjectCommand, type ProjectFlags } from './command.ts';
import { switchServices } from './services.ts';

export interface Switched {
  services: string[];
  enabled: boolean;
  running: boolean;
}

/** The arguments of both commands. */
export const serviceArgs = {
  service: Args.string({ description: 'The services.', multiple: true, required: true }),
};

/** `service enable` and `service disable`. */
export abstract class SwitchCommand extends ProjectCommand {
  /** Writes the setting into `.env`, and says how it takes effect. */
  protected async switch(flags: ProjectFlags, names: readonly string[], enabled: boolean): Promise<Switched> {
    const reload = () => this.project(flags);
    const { services, overridden } = switchServices(reload(), names, enabled, reload);
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
