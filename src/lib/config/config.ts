import type { Lifetimes, PolicyRule } from '../../../servers/kit/src/contract/index.ts';
import type { Isolation, LimitSettings } from './service-settings.ts';

export type Target = 'local';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type IdentityProvider = 'local';

/** What a person said of one service in the environment, `.env` or mcpgw.yaml. */
export interface ServiceConfig {
  enabled: boolean;
  /** Public URLs, or paths on the gateway's own address; empty means the target's default. */
  urls: string[];
}

/** The one validated configuration of a project: flags, environment, `.env`, mcpgw.yaml and defaults merged. */
export interface Config {
  target: Target;
  baseDomain: string;
  port: number;
  identityProviders: IdentityProvider[];
  lifetimes: Lifetimes;
  registrationsPerMinute: number;
  /** Browser origins that may call across origins. */
  corsOrigins: string[];
  logLevel: LogLevel;
  /** One entry a service of the catalog. */
  services: ReadonlyMap<string, ServiceConfig>;
  policy: ReadonlyMap<string, PolicyRule[]>;
  isolation: ReadonlyMap<string, Isolation>;
  limits: ReadonlyMap<string, LimitSettings>;
}
