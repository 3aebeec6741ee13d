import { join } from 'node:path';

/** The layout of `.mcpgw`, as far as the command line is concerned. */
export interface LocalPaths {
  root: string;
  stateDir: string;
  runDir: string;
  adminSocket: string;
  /** What the last `up` was told; beside the sign-in code. */
  upFile: string;
  /** Held by the one command that is changing what runs. */
  upLock: string;
  signInFile: string;
  /** Standard output and error of the gateway itself; its log has a file of its own. */
  outputFile: string;
  logDir: string;
  /** The databases, and the folders of the services. */
  dataDir: string;
  gatewayFile: string;
}

export function localPaths(root: string): LocalPaths {
  const stateDir = join(root, '.mcpgw');
  const runDir = join(stateDir, 'run');
  return {
    root,
    stateDir,
    runDir,
    adminSocket: join(runDir, 'admin.sock'),
    upFile: join(runDir, 'up.json'),
    upLock: join(runDir, 'up-lock'),
    signInFile: join(runDir, 'sign-in.json'),
    outputFile: join(runDir, 'output.txt'),
    logDir: join(stateDir, 'logs'),
    dataDir: join(stateDir, 'data'),
    gatewayFile: join(stateDir, 'gateway.json'),
  };
}
