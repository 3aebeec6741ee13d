import type { ServiceState } from '../../../servers/kit/src/contract/admin.ts';
import type { RouteTable } from '../../../servers/kit/src/contract/routes.ts';
import type { AdminClient } from '../admin/client.ts';
import type { UserError } from '../errors.ts';
import type { Prepared, preparePackages } from '../packages/prepare.ts';
import type { renderLocal } from '../render/local.ts';

/** What a target needs of a project; `Project` of project.ts is one. */
export type TargetProject = Parameters<typeof renderLocal>[0] &
  Parameters<typeof preparePackages>[0] & { routes: RouteTable };

/** Reads the project; called only where its configuration is needed, so that `down` works on a broken one. */
export type LoadProject = (overrides: { port?: number }) => TargetProject;

/** The code that signs a person in; good until `expiresAt`, or until `down` when that is null. */
export interface SignIn {
  code: string;
  expiresAt: string | null;
}

export interface ServiceReport {
  name: string;
  title: string;
  state: ServiceState;
  url: string;
  /** When the state was entered; null when the project is not running. */
  since: string | null;
  restarts: number;
  error?: string;
  sessions: number;
  calls: number;
  errors: number;
  memoryBytes: number;
}

/** A project's state as `status` and the live view show it. */
export interface TargetStatus {
  target: 'local';
  running: boolean;
  /** Every selected service is `ready` or `unavailable`, and none named in `--only` is `unavailable`. */
  ready: boolean;
  url: string;
  issuer: string;
  signIn: SignIn | null;
  startedAt: string | null;
  /** A rendered file that the running gateway could not take over. */
  configurationError?: string;
  services: ServiceReport[];
}

export interface LogEntry {
  /** `gateway`, or the service's name. */
  service: string;
  time: Date;
  level: string;
  message: string;
  /** The line as it stands in the file. */
  raw: string;
}

export interface LogOptions {
  /** Names of logs; all when empty. */
  services: readonly string[];
  /** Goes on until the signal aborts, also with logs that begin later. */
  follow: boolean;
  /** Leaves out what was written before. */
  since?: Date | undefined;
  signal: AbortSignal;
}

/** Runs the preparation of packages and shows its progress. */
export type Preparation = (
  services: readonly string[],
  prepare: (report: Parameters<typeof preparePackages>[2]) => Promise<Map<string, Prepared>>,
) => Promise<Map<string, Prepared>>;

export interface UpOptions {
  detach: boolean;
  /** Replaces rendered files that a person edited and keeps a `.bak` of each. */
  force?: boolean | undefined;
  /** Short names of the services to run; every enabled one when absent. */
  only?: string[] | undefined;
  port?: number | undefined;
  preparation: Preparation;
  signal: AbortSignal;
}

export interface RestartOptions {
  force?: boolean | undefined;
  preparation: Preparation;
  signal: AbortSignal;
}

/** What an `up` has reached. */
export interface Started {
  status: TargetStatus;
  /** Why this `up` counts as failed although the rest runs: a service failed, or a named one is unavailable. */
  failure: UserError | undefined;
  /** In the foreground: the running target, owned by this process. */
  foreground?: Foreground;
}

export interface Foreground {
  /** Resolves when the target has ended as it was told to; rejects with GATEWAY_ENDED when it died. */
  ended: Promise<void>;
  /** Ends it gracefully, at the latest after the grace. */
  stop(): Promise<void>;
}

/** Where a project runs. All targets answer the same commands. */
export interface Target {
  /** The running target's admin API. */
  readonly admin: AdminClient;
  /**
   * Starts the project, or selects anew where it runs already and `only` is given.
   * @throws UserError ALREADY_RUNNING, PORT_IN_USE, START_FAILED, INTERRUPTED, and what loading, preparing and rendering throw
   */
  up(options: UpOptions): Promise<Started>;
  /** @returns whether anything was running */
  down(): Promise<boolean>;
  /** Also of a project that does not run. */
  status(): Promise<TargetStatus>;
  /**
   * Log lines, oldest first.
   * @throws UserError UNKNOWN_SERVICE
   */
  logs(options: LogOptions): AsyncIterable<LogEntry>;
  /** Ends the project and starts it again, detached, as the `up` before had started it. */
  restart(options: RestartOptions): Promise<Started>;
  /** Restarts one service of the running project and waits until it has settled. */
  restartService(name: string, signal: AbortSignal): Promise<Started>;
}
