import type { Descriptor } from '../catalog/descriptor.ts';

/** Where installers run, and what ends them. */
export interface InstallerContext {
  /** `.mcpgw/packages`. */
  folder: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
}

/** An interpreter that is new enough and can make virtual environments. */
export interface Python {
  command: string;
  /** Names what packages are chosen by: `linux-x86_64-python3.12`. */
  platform: string;
}

/** The pip that comes with a Python, in a virtual environment of its own, so that those of the services need none. */
export interface Pip {
  python: Python;
  /** The interpreter that has it. */
  command: string;
}

/** What every step of one service's preparation is given. */
export interface PackageContext extends InstallerContext {
  descriptor: Descriptor;
  report: (step: string) => void;
  /** Makes pip ready at the first call; all services share it. */
  pip: () => Promise<Pip>;
}
