import { loadCatalog } from '../catalog/load.ts';
import type { ScaffoldAnswers } from '../render/scaffold.ts';

/**
 * Asks what a new project is to be like. Whatever a flag has answered is not asked.
 * @param given the answers of the flags
 * @param defaults what Enter means
 */
export async function askAnswers(
  given: { port?: number | undefined; services?: string[] | undefined },
  defaults: { port: number },
): Promise<ScaffoldAnswers> {
  const { checkbox, number } = await import('@inquirer/prompts');
  const port =
    given.port ??
    (await number({
      message: 'Port on this machine',
      default: defaults.port,
      min: 1,
      max: 65_535,
      required: true,
    }));
  const services =
    given.services ??
    (await checkbox({
      message: 'Services to enable',
      pageSize: 12,
      choices: Array.from(loadCatalog().values(), ({ name, description }) => ({
        name: `${name}  ${description}`,
        short: name,
        value: name,
        checked: true,
      })),
    }));
  return { target: 'local', port, services };
}
