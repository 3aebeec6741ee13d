import type { Descriptor } from '../catalog/descriptor.ts';
import type { Pip } from './pip.ts';

/** Where installers run, and what ends them. */
export interface InstallerContext {
  /** `.mcpgw/packages`. */
  folder: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
}

/** What every step of one service's preparation is given. */
export interface PackageContext extends InstallerContext {
  descriptor: Descriptor;
  report: (step: string) => void;
  /** Makes pip ready at the first call; all services share it. */
  pip: () => Promise<Pip>;
}
