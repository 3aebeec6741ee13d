import { UserError } from '../errors.ts';
import type { PackageContext } from './context.ts';
import { requirementsSchema, type Requirement } from './lock.ts';
import { installWithPip, resolveWithPip } from './pip.ts';
import { findUv, installWithUv, resolveWithUv } from './uv.ts';

export interface Resolved {
  /** `any`, or the platform that the list is good for. */
  platform: string;
  requirements: Requirement[];
}

/**
 * Finds the whole tree of a service's PyPI packages: for all platforms by uv, or for this one by pip.
 * @param oldestPython version that the list must be good for, by uv only
 * @throws Unavailable without Python; UserError REGISTRY_UNREACHABLE, INVALID_DESCRIPTOR, INSTALL_FAILED, INTERRUPTED
 */
export async function resolvePypi(context: PackageContext, oldestPython?: string): Promise<Resolved> {
  context.report('finding versions');
  const uv = findUv(context);
  if (uv !== undefined) {
    return {
      platform: 'any',
      requirements: checked(await resolveWithUv(uv, context, oldestPython), context),
    };
  }
  const pip = await context.pip();
  return {
    platform: pip.python.platform,
    requirements: checked(await resolveWithPip(pip, context), context),
  };
}

/** Nothing without a hash goes on. */
function checked(requirements: Requirement[], { descriptor }: PackageContext): Requirement[] {
  const parsed = requirementsSchema.safeParse(requirements);
  if (parsed.success) return parsed.data;
  const { packages, file } = descriptor;
  const name = requirements[Number(parsed.error.issues[0]?.path[0])]?.name ?? packages.pypi.join(', ');
  throw new UserError('INSTALL_FAILED', `${name} does not come from an index that gives its sha256.`, {
    place: { file, key: 'packages.pypi' },
    nextSteps: ['Choose packages whose dependencies all come from an index.'],
  });
}

/**
 * Makes a virtual environment with exactly these packages.
 * @param folder an empty folder
 * @throws Unavailable without Python; UserError INTEGRITY_MISMATCH, REGISTRY_UNREACHABLE, DISK_FULL, INTERRUPTED, …
 */
export async function installPypi(
  requirements: readonly Requirement[],
  folder: string,
  context: PackageContext,
): Promise<void> {
  context.report(`installing ${requirements.length} packages`);
  const uv = findUv(context);
  if (uv !== undefined) await installWithUv(uv, requirements, folder, context);
  else await installWithPip(await context.pip(), requirements, folder, context);
}
