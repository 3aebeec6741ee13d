import type { GatewayService, ServiceStatus } from '@mcpgw/kit/contract';
import type { RequestListener } from 'node:http';
import type { Unavailability } from './edge/unavailable.ts';
import { residentMemory } from './memory.ts';
import { Service, type ServiceOptions } from './service.ts';

/** All services of the gateway, as the configuration in force names them. */
export class Services {
  readonly #options: ServiceOptions;
  readonly #services = new Map<string, Service>();
  /** Services that left the configuration and are still ending. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Starts, stops and replaces services until they are as the definitions say. Does not wait for them. */
  apply(definitions: readonly GatewayService[], graceMs: number): void {
    const names = new Set(definitions.map((it) => it.name));
    for (const [name, service] of this.#services) {
      if (names.has(name)) continue;
      this.#services.delete(name);
      const left = service.close(graceMs).finally(() => this.#leaving.delete(left));
      this.#leaving.add(left);
    }
    for (const definition of definitions) {
      const service = this.#services.get(definition.name);
      if (service) service.update(definition);
      else this.#services.set(definition.name, new Service(definition, this.#options));
    }
  }

  /** The handler of a service, or why there is none now. */
  entry(name: string): RequestListener | Unavailability {
    return this.#services.get(name)?.entry() ?? 'stopped';
  }

  /** Replaces the module of a service. */
  restart(name: string): 'restarted' | 'unknown' | 'not-running' {
    const service = this.#services.get(name);
    if (!service) return 'unknown';
    return service.restart() ? 'restarted' : 'not-running';
  }

  async status(): Promise<ServiceStatus[]> {
    const found = [...this.#services.values()].map((it) => ({
      definition: it.definition,
      standing: it.standing(),
    }));
    const memory = await residentMemory(found.flatMap((it) => it.standing.pids));
    return found.map(({ definition: { name, title, url }, standing: { pids, error, since, ...counts } }) => ({
      name,
      title,
      url,
      ...counts,
      since: since.toISOString(),
      ...(error !== undefined && { error }),
      memoryBytes: pids.reduce((sum, pid) => sum + (memory.get(pid) ?? 0), 0),
    }));
  }

  /** Ends all of them. */
  async close(graceMs: number): Promise<void> {
    const ending = [...this.#services.values()].map((service) => service.close(graceMs));
    await Promise.all([...ending, ...this.#leaving]);
  }
}
