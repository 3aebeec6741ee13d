import type { Isolation, LimitSettings } from '../config/service-settings.ts';

/** A service descriptor as the rest of the program sees it: complete, with its origin. */
export interface Descriptor {
  name: string;
  title: string;
  description: string;
  pattern: 'proxy' | 'native';
  /** Absent for native services. */
  command: string | undefined;
  args: string[];
  packages: { npm: string[]; pypi: string[] };
  environment: Record<string, string>;
  isolation: Isolation;
  arbitraryCode: boolean;
  token: 'strip' | 'diagnostic';
  limits: LimitSettings;
  /** Finer scopes beside `mcp`, complete: `<service>:<word>`. */
  scopes: string[];
  /** `built-in`: from templates/services; `project`: from the project's services folder. */
  origin: 'built-in' | 'project';
  /** The file it was read from. */
  file: string;
}

export type Catalog = ReadonlyMap<string, Descriptor>;
