import type { Descriptor } from '../catalog/descriptor.ts';

/** What every step of one service's preparation is given. */
export interface PackageContext {
  descriptor: Descriptor;
  /** `.mcpgw/packages`. */
  folder: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
  report: (step: string) => void;
}

/** A service cannot be installed on this machine; the others can. */
export class Unavailable extends Error {
  readonly nextStep: string;

  constructor(reason: string, nextStep: string) {
    super(reason);
    this.name = 'Unavailable';
    this.nextStep = nextStep;
  }
}
