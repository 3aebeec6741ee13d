import path from 'node:path';
import {
  gatewayFileSchema,
  routeTableSchema,
  type GatewayFile,
  type GatewayService,
  type ProxyRun,
} from '../../../servers/kit/src/contract/index.ts';
import { usesUserDir, type Catalog, type Descriptor } from '../catalog/descriptor.ts';
import type { Config } from '../config/config.ts';
import { DEFAULT_LIMITS } from '../config/service-settings.ts';
import type { Prepared } from '../packages/prepare.ts';
import { routeTable, serviceUrls } from '../routes/table.ts';

/** One file that mcpgw writes and remembers. */
export interface RenderedFile {
  /** Below `.mcpgw`, such as `gateway.json`. */
  name: string;
  text: string;
}

/** The part of a project that is rendered. */
export interface RenderedProject {
  root: string;
  stateDir: string;
  config: Config;
  catalog: Catalog;
  env: NodeJS.ProcessEnv;
}

/** What a child is told of the machine, beside what its descriptor says: where to put things, and in what language and time. */
const INHERITED = ['LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

/**
 * `gateway.json` and `routes.json` of the local target. Pure and deterministic.
 * @param selected services to run; the other enabled ones are `stopped`
 * @param prepared what preparePackages answered for the selected ones
 */
export function renderLocal(
  project: RenderedProject,
  selected: readonly string[],
  prepared: ReadonlyMap<string, Prepared>,
): RenderedFile[] {
  const { config, catalog } = project;
  const isEnabled = (name: string): boolean => config.services.get(name)?.enabled === true;
  const gateway: GatewayFile = {
    version: 1,
    port: config.port,
    stateDir: project.stateDir,
    logLevel: config.logLevel,
    auth: {
      identityProviders: config.identityProviders,
      lifetimes: config.lifetimes,
      registrationsPerMinute: config.registrationsPerMinute,
    },
    services: [...catalog.values()].map((descriptor) => ({
      name: descriptor.name,
      title: descriptor.title,
      url: serviceUrls(config, descriptor.name)[0],
      disposition: selected.includes(descriptor.name)
        ? selectedDisposition(project, descriptor, prepared.get(descriptor.name))
        : { state: isEnabled(descriptor.name) ? 'stopped' : 'disabled' },
    })),
  };
  // `--only` may name a disabled service, which then is public while it runs.
  const open = [...catalog.keys()].filter((name) => isEnabled(name) || selected.includes(name));
  return [
    { name: 'gateway.json', text: toText(gatewayFileSchema.parse(gateway)) },
    { name: 'routes.json', text: toText(routeTableSchema.parse(routeTable(config, catalog, open))) },
  ];
}

const toText = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`;

function selectedDisposition(
  project: RenderedProject,
  descriptor: Descriptor,
  prepared: Prepared | undefined,
): GatewayService['disposition'] {
  const limits = { ...DEFAULT_LIMITS, ...descriptor.limits };
  if (descriptor.pattern === 'native') return { state: 'selected', run: { kind: 'native', limits } };
  if (prepared === undefined) throw new Error(`${descriptor.name} was selected and not prepared`);
  if (prepared.state === 'unavailable') {
    return { state: 'unavailable', reason: prepared.reason, nextStep: prepared.nextStep };
  }
  const dataDir = path.join(project.stateDir, 'data', descriptor.name);
  const env = childEnvironment(descriptor, prepared.path, dataDir, project.env);
  const run: ProxyRun = {
    kind: 'proxy',
    command: prepared.command,
    args: prepared.args,
    env,
    cwd: descriptor.origin === 'project' ? project.root : dataDir,
    userDirs: dataDir,
    isolation: descriptor.isolation,
    arbitraryCode: descriptor.arbitraryCode,
    // A child that must know its user cannot be started ahead of need.
    spares:
      descriptor.isolation === 'session' && !usesUserDir({ args: prepared.args, environment: env }) ? 1 : 0,
    limits,
  };
  return { state: 'selected', run };
}

/** The child's whole environment, sorted. Nothing else of the person's environment reaches it. */
function childEnvironment(
  descriptor: Descriptor,
  searchPath: string,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const inherited = INHERITED.flatMap((key) => (env[key] ? [[key, env[key]] as const] : []));
  const all = {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(inherited),
    HOME: descriptor.isolation === 'shared' ? dataDir : '{userDir}',
    PATH: searchPath,
    ...descriptor.environment,
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}
