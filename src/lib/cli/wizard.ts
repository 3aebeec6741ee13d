import { loadCatalog } from '../catalog/load.ts';
import type { ScaffoldAnswers } from '../render/scaffold.ts';

export const DEFAULT_PORT = 8080;

/** What flags have answered already. */
interface Given {
  port: number | undefined;
  services: string[] | undefined;
}

/** The answers of who is not asked. */
export const defaultAnswers = ({ port, services }: Given): ScaffoldAnswers => ({
  target: 'local',
  port: port ?? DEFAULT_PORT,
  ...(services !== undefined && { services }),
});

/** Asks what a new project is to be like; what a flag has answered is not asked. */
export async function askAnswers(given: Given): Promise<ScaffoldAnswers> {
  const { checkbox, number } = await import('@inquirer/prompts');
  const port =
    given.port ??
    (await number({
      message: 'Port on this machine',
      default: DEFAULT_PORT,
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
