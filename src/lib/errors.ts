/**
 * The table of error codes. Every failure that a person can cause or mend has one row here,
 * and one in docs/reference/errors.md (a test compares the two).
 */
export const EXIT = {
  ok: 0,
  /** What was asked for was done and the answer is bad: a service failed, a check failed. */
  failed: 1,
  /** Wrong use: an unknown flag, a bad value, a bad configuration file. */
  usage: 2,
  /** Something that must answer does not: the gateway, a registry, a target. */
  unreachable: 3,
  /** Something is in the way: the port, another `up`, a file that a person changed. */
  conflict: 4,
  /** The machine lacks something: a program, space, a permission. */
  environment: 5,
  /** A defect of mcpgw. */
  bug: 70,
  interrupted: 130,
} as const;

const TABLE = {
  WRONG_USE: EXIT.usage,
  UNKNOWN_SERVICE: EXIT.usage,
  UNKNOWN_CLIENT: EXIT.usage,
  INVALID_VALUE: EXIT.usage,
  INVALID_CONFIG: EXIT.usage,
  INVALID_DESCRIPTOR: EXIT.usage,
  NO_PROJECT: EXIT.usage,
  SERVICE_FAILED: EXIT.failed,
  SERVICE_UNAVAILABLE: EXIT.failed,
  SERVICE_NOT_ENABLED: EXIT.usage,
  START_FAILED: EXIT.failed,
  INSTALL_FAILED: EXIT.failed,
  GATEWAY_ENDED: EXIT.failed,
  TOKEN_NOT_FOUND: EXIT.failed,
  REFUSED: EXIT.failed,
  NOT_RUNNING: EXIT.unreachable,
  GATEWAY_UNREACHABLE: EXIT.unreachable,
  REGISTRY_UNREACHABLE: EXIT.unreachable,
  ALREADY_RUNNING: EXIT.conflict,
  PORT_IN_USE: EXIT.conflict,
  EDITED_FILE: EXIT.conflict,
  INTEGRITY_MISMATCH: EXIT.conflict,
  DISK_FULL: EXIT.environment,
  READ_ONLY: EXIT.environment,
  NO_PERMISSION: EXIT.environment,
  MISSING_PROGRAM: EXIT.environment,
  PATH_TOO_LONG: EXIT.environment,
  BUG: EXIT.bug,
  INTERRUPTED: EXIT.interrupted,
} as const;

export type ErrorCode = keyof typeof TABLE;

/** All codes with their exit codes, for the documentation and its test. */
export const ERROR_CODES: Readonly<Record<ErrorCode, number>> = TABLE;

/** Where a bad value stands. Lines count from 1. */
export interface Place {
  file: string;
  line?: number;
  key?: string;
}

export interface ErrorDetails {
  cause?: unknown;
  /** What to do next, one imperative sentence each. */
  nextSteps?: string[];
  place?: Place;
}

/** A failure that a person can mend: what happened, where, what to do next. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly nextSteps: string[];
  readonly place: Place | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'UserError';
    this.code = code;
    this.nextSteps = details.nextSteps ?? [];
    this.place = details.place;
  }

  /** The process exit code of this failure. */
  get exitCode(): number {
    return TABLE[this.code];
  }
}
