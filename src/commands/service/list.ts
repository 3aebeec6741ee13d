import { ProjectCommand } from '../../lib/cli/command.ts';
import { listServices, type ServiceLine } from '../../lib/cli/services.ts';
import { table } from '../../lib/text/table.ts';

export default class ServiceList extends ProjectCommand {
  static override description = 'The built-in ones, and those of the services folder of the project.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override summary = 'List the services.';

  async run(): Promise<ServiceLine[]> {
    const { flags } = await this.parse(ServiceList);
    const services = listServices(this.project(flags));
    const rows = services.map(({ name, enabled, pattern, title }) => [
      name,
      enabled ? 'enabled' : 'disabled',
      pattern,
      title,
    ]);
    this.log('%s', table([['SERVICE', 'CONFIGURED', 'PATTERN', 'TITLE'], ...rows]));
    return services;
  }
}
