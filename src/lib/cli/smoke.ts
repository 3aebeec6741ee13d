import type { ServiceState } from '../../../servers/kit/src/contract/admin.ts';
import type { RouteTable } from '../../../servers/kit/src/contract/routes.ts';
import type { SmokeResult, SmokeRoute } from '../conformance/index.ts';
import { printable } from '../text/printable.ts';
import { style } from '../text/style.ts';
import { table } from '../text/table.ts';
import type { Target } from '../targets/target.ts';
import { createToken } from './tokens.ts';

const TOKEN_SECONDS = 60;

/**
 * The routes of what runs, with a token for the services that are ready.
 * @param load the route table as it is with the port that the project runs on
 * @throws UserError NOT_RUNNING
 */
export async function smokeRoutes(target: Target, load: (port: number) => RouteTable): Promise<SmokeRoute[]> {
  const { services, url } = await target.status();
  const { routes } = load(Number(new URL(url).port));
  const named = (...states: ServiceState[]): string[] =>
    services.filter(({ state }) => states.includes(state)).map(({ name }) => name);
  const ready = named('ready');
  const running = [...ready, ...named('starting', 'failed', 'unavailable')];
  const wish = { services: ready, ttl: TOKEN_SECONDS, scopes: [] };
  const token = ready.length > 0 ? (await createToken(target.admin, wish)).created.token : undefined;
  const endpoints = routes.filter((route) => route.kind === 'mcp' && running.includes(route.service));
  return routes.flatMap((route): SmokeRoute[] => {
    const { kind, url: at } = route;
    // A prefix is no address of its own.
    if (kind === 'authorization-server') return route.match === 'exact' ? [{ kind, url: at }] : [];
    const id = kind === 'mcp' ? route.id : route.describes;
    if (!endpoints.some((endpoint) => endpoint.id === id)) return [];
    const lets = kind === 'mcp' && token !== undefined && ready.includes(route.service);
    return [{ kind, url: at, ...(lets ? { token } : {}) }];
  });
}

/** The results for people, a line each. */
export function smokeText(results: readonly SmokeResult[]): string {
  const lines = results.map(({ ok, url, seen, ms }) => [
    ok ? style('green', '✔') : style('red', '✖'),
    printable(url),
    `${ms} ms`,
    printable(seen),
  ]);
  const bad = results.filter(({ ok }) => !ok).length;
  const end =
    bad === 0
      ? `All ${results.length} routes answer as they must.`
      : `${bad} of ${results.length} routes do not answer as they must.`;
  return `${table(lines)}\n\n${end}`;
}
