import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { limitSettings } from '../config/service-settings.ts';
import { validate } from '../config/validate.ts';
import { readYaml } from '../config/yaml-source.ts';
import { UserError } from '../errors.ts';
import { checkDescriptor } from './check.ts';
import { descriptorSchema, type Catalog, type Descriptor } from './descriptor.ts';

/**
 * All services, by name: the built-in ones and the project's own. A file of the project replaces the built-in service of
 * its name.
 * @param root the project folder, whose services/*.yaml are read; absent: the built-in ones alone
 * @throws UserError INVALID_DESCRIPTOR with file, line, key, what was found and what is allowed
 */
export function loadCatalog(root?: string): Catalog {
  const catalog = new Map<string, Descriptor>();
  const add = (folder: string, origin: Descriptor['origin']): void => {
    for (const file of descriptorFiles(folder)) {
      if (file.endsWith('.yml')) throw otherEnding(file);
      const descriptor = readDescriptor(readFileSync(file, 'utf8'), file, origin);
      catalog.set(descriptor.name, descriptor);
    }
  };
  add(path.join(packageRoot(), 'templates', 'services'), 'built-in');
  if (root !== undefined) add(path.join(root, 'services'), 'project');
  return catalog;
}

function descriptorFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'))
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const otherEnding = (file: string): UserError =>
  new UserError('INVALID_DESCRIPTOR', 'A descriptor is called <name>.yaml.', {
    place: { file },
    nextSteps: [`Rename it to ${path.basename(file, '.yml')}.yaml.`],
  });

/**
 * Reads one descriptor.
 * @param file its path, which says its name and is named in errors
 * @throws UserError INVALID_DESCRIPTOR
 */
export function readDescriptor(text: string, file: string, origin: Descriptor['origin']): Descriptor {
  const source = readYaml(text, file, 'INVALID_DESCRIPTOR');
  const input = validate(source, descriptorSchema, 'INVALID_DESCRIPTOR');
  checkDescriptor(source, input);
  return {
    ...input,
    title: input.title ?? input.name,
    description: input.description ?? '',
    command: input.command,
    packages: { npm: input.packages.npm ?? [], pypi: input.packages.pypi ?? [] },
    limits: limitSettings(input.limits),
    scopes: input.scopes.map((word) => `${input.name}:${word}`),
    origin,
    file,
  };
}
