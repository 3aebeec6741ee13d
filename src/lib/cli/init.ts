import { UserError } from '../errors.ts';
import { preparePackages, type Prepared } from '../packages/prepare.ts';
import { loadProject } from '../project.ts';
import { select } from '../catalog/select.ts';
import { scaffold, type ScaffoldAnswers } from '../render/scaffold.ts';
import type { Preparation } from '../targets/target.ts';

export interface Initialised {
  root: string;
  created: string[];
  kept: string[];
  extended: string[];
  /** `installed` or `unavailable`, per enabled service; empty when the packages could not be fetched. */
  packages: Record<string, Prepared['state']>;
  /** Why packages are missing; `up` tries again. */
  warning: string | null;
}

/** What was made and what was found, for people. */
export function scaffoldText(files: ReturnType<typeof scaffold>): string {
  const { created, extended, kept } = files;
  const lines = Object.entries({ created, extended, kept }).filter(([, names]) => names.length > 0);
  return lines.map(([word, names]) => `${word.padEnd(8)}  ${names.join(', ')}`).join('\n');
}

/**
 * What was asked for by flags and is not done, because a `.env` that is there stays as it is.
 * @returns undefined when there is no such thing
 */
export function ignoredFlags(
  kept: readonly string[],
  { port, services }: { port: number | undefined; services: readonly string[] | undefined },
): string | undefined {
  if (!kept.includes('.env') || (port === undefined && services === undefined)) return undefined;
  const flags = [
    ...(port === undefined ? [] : ['--port']),
    ...(services === undefined ? [] : ['--services']),
  ];
  return [
    `.env was there and stays as it is; ${flags.join(' and ')} ${flags.length > 1 ? 'change' : 'changes'} nothing.`,
    ...(port === undefined ? [] : [`Set HTTP_PORT=${port} in it.`]),
    ...(services === undefined ? [] : ['Use `mcpgw service enable` and `mcpgw service disable`.']),
  ].join(' ');
}

/**
 * Makes a project and installs what its services need. The project stays when a package registry cannot be reached.
 * @param onScaffolded called before the long part
 * @throws UserError of scaffold, loadProject and preparePackages
 */
export async function initProject(
  dir: string,
  answers: ScaffoldAnswers,
  options: {
    onScaffolded: (files: ReturnType<typeof scaffold>) => void;
    preparation: Preparation;
    signal: AbortSignal;
  },
): Promise<Initialised> {
  const files = scaffold(dir, answers);
  options.onScaffolded(files);
  const project = loadProject(dir);
  const services = select(project.catalog, project.config);
  const done = { root: dir, ...files };
  try {
    const prepared = await options.preparation(services, (report) =>
      preparePackages(project, services, report, options.signal),
    );
    const packages = Object.fromEntries(Array.from(prepared, ([name, { state }]) => [name, state]));
    return { ...done, packages, warning: null };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'REGISTRY_UNREACHABLE') throw error;
    return { ...done, packages: {}, warning: error.message };
  }
}
