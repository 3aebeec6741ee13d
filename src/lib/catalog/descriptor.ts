import { z } from 'zod';
import { nameSchema } from '../../../servers/kit/src/contract/routes.ts';
import {
  isolationSchema,
  limitsSchema,
  type Isolation,
  type LimitSettings,
} from '../config/service-settings.ts';

const npmPackage = z
  .string()
  .regex(/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*@\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, {
    error: 'a package with its exact version, such as @modelcontextprotocol/server-memory@2026.8.31',
  });

const pypiPackage = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._,-]+\])?==\d+(\.\d+)*([a-z0-9.+-]*)$/, {
    error: 'a package with its exact version, such as mcp-server-time==2026.10.19',
  });

const packagesSchema = z.strictObject({
  npm: z.array(npmPackage).min(1).optional().meta({ description: 'From the npm registry, as name@version.' }),
  pypi: z.array(pypiPackage).min(1).optional().meta({ description: 'From PyPI, as name==version.' }),
});

/** A line without control characters. */
const line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, { error: 'one line of text' });

/** What an operating system passes on: no NUL. */
const argument = z.string().regex(/^[^\0]*$/, { error: 'a text without a NUL character' });

const environmentSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'a name of letters, digits and _' }),
  argument,
);

/** The form of services/<name>.yaml, published as schemas/service.schema.json. */
export const descriptorSchema = z
  .strictObject({
    name: nameSchema.meta({
      description: 'Short name: lower case, digits and -. The file has the same name.',
    }),
    title: line.optional().meta({ description: 'Name for people. The short name when absent.' }),
    description: line.optional().meta({ description: 'What it does, in one line.' }),
    pattern: z.enum(['proxy', 'native']).default('proxy').meta({
      description: 'proxy: a stdio server, run as a child process. native: a server of mcpgw’s own.',
    }),
    command: argument.min(1).optional().meta({
      description:
        'The stdio server: a program of one of the packages, an absolute path, a path from the project folder (./server.js), or a program on the PATH. No shell.',
    }),
    args: z
      .array(argument)
      .default([])
      .meta({ description: 'Arguments. {userDir} is the folder of the calling user.' }),
    packages: packagesSchema.default({}).meta({ description: 'What to install, with exact versions.' }),
    environment: environmentSchema.default({}).meta({
      description: 'Environment variables of the server, which inherits none. {userDir} as in args.',
    }),
    isolation: isolationSchema.default('session').meta({
      description: 'Who shares a process: one a session, one a user, or one for all.',
    }),
    arbitraryCode: z.boolean().default(false).meta({
      description: 'It runs code for its user: it serves one principal, and refuses a second one.',
    }),
    token: z.enum(['strip', 'diagnostic']).default('strip').meta({
      description: 'diagnostic: the server sees the bearer token. For the two echo servers only.',
    }),
    limits: limitsSchema.default({}).meta({ description: 'Bounds that differ from the defaults.' }),
    scopes: z
      .array(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'words such as read' }))
      .default([])
      .meta({ description: 'Finer scopes beside mcp; read is the scope weather:read of weather.' }),
  })
  .meta({ title: 'mcpgw service descriptor', description: 'One MCP service: services/<name>.yaml.' });

export type DescriptorInput = z.output<typeof descriptorSchema>;

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

/** Whether the server is given the calling user's own folder. */
export const usesUserDir = ({ args, environment }: Pick<Descriptor, 'args' | 'environment'>): boolean =>
  [...args, ...Object.values(environment)].some((text) => text.includes('{userDir}'));
