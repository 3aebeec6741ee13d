import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { nameSchema } from '../../../servers/kit/src/contract/routes.ts';
import { validate } from '../config/validate.ts';
import { writeFileAtomically } from '../config/write-file.ts';
import { UserError } from '../errors.ts';

const names = z.record(z.string(), z.string());

/** Of a package-lock.json node what decides what is installed; not the address, for the person's own registry is asked. */
const nodeFields = {
  version: z.string().regex(/^[0-9A-Za-z.+-]+$/),
  integrity: z
    .string()
    .regex(/^sha512-[A-Za-z0-9+/]{86}==$/, { error: 'a sha512 integrity' })
    .optional(),
  /** The package that an alias stands for. */
  name: z.string().optional(),
  /** Comes inside its parent's archive, whose integrity covers it. */
  inBundle: z.literal(true).optional(),
  optional: z.literal(true).optional(),
  peer: z.literal(true).optional(),
  devOptional: z.literal(true).optional(),
  bin: names.optional(),
  dependencies: names.optional(),
  optionalDependencies: names.optional(),
  peerDependencies: names.optional(),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
};

export const NPM_NODE_KEYS: ReadonlySet<string> = new Set(Object.keys(nodeFields));

const npmNodeSchema = z
  .strictObject(nodeFields)
  .refine((node) => node.integrity !== undefined || node.inBundle, { error: 'a node with its integrity' });

export const npmTreeSchema = z.record(
  z.string().regex(/^node_modules\/(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9@._~/-]+$/, {
    error: 'paths below node_modules',
  }),
  npmNodeSchema,
);

const requirementSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/),
  version: z.string().regex(/^[0-9A-Za-z.+!-]+$/),
  /** An environment marker (PEP 508). */
  marker: z
    .string()
    .regex(/^[\w .'"<>=!~()-]+$/)
    .optional(),
  /** sha256 of every archive of this version. */
  hashes: z.array(z.string().regex(/^[0-9a-f]{64}$/, { error: 'sha256 hashes' })).min(1),
});

export const requirementsSchema = z.array(requirementSchema).min(1);

const lockedServiceSchema = z.union(
  [
    z.strictObject({ npm: z.strictObject({ packages: z.array(z.string()).min(1), tree: npmTreeSchema }) }),
    z.strictObject({
      pypi: z.strictObject({
        packages: z.array(z.string()).min(1),
        /** `any`, resolved for all platforms, or one list a platform, such as `linux-x64-python3.12`. */
        requirements: z.record(z.string(), requirementsSchema),
      }),
    }),
  ],
  { error: 'npm or pypi with packages and their tree' },
);

const lockSchema = z.strictObject({
  version: z.literal(1),
  services: z.record(nameSchema, lockedServiceSchema),
});

export type NpmTree = z.infer<typeof npmTreeSchema>;
export type Requirement = z.infer<typeof requirementSchema>;
export type LockedService = z.infer<typeof lockedServiceSchema>;

/** What mcpgw.lock says, by service. */
export type Lock = Map<string, LockedService>;

/**
 * Reads a lock file; an absent one is empty.
 * @throws UserError INVALID_CONFIG
 */
export function readLock(file: string): Lock {
  const source = {
    file,
    data: parse(file),
    place: (path: readonly PropertyKey[]) => ({ file, key: path.map(String).join('.') }),
  };
  return new Map(Object.entries(validate(source, lockSchema, 'INVALID_CONFIG').services));
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, services: {} };
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError('INVALID_CONFIG', `This is not valid JSON: ${error.message}.`, {
      place: { file },
      nextSteps: ['Restore the file from git, or delete it: `mcpgw up` writes a new one.'],
      cause: error,
    });
  }
}

/**
 * Writes a lock file, services and packages sorted, so that git shows what has changed and nothing else.
 * @throws UserError DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export const writeLock = (file: string, lock: Lock): void => writeFileAtomically(file, lockText(lock), 0o644);

export function lockText(lock: Lock): string {
  const services = Object.fromEntries([...lock].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ version: 1, services }, null, 1)}\n`;
}

/** A short name of what is to be installed: it differs as soon as one version or hash does. */
export const contentKey = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
