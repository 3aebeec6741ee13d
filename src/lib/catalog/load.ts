import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { didYouMean } from '../config/nearest.ts';
import { packageRoot } from '../config/package-root.ts';
import { limitSettings } from '../config/service-settings.ts';
import { invalidKey, show, validate } from '../config/validate.ts';
import { readYaml, type YamlSource } from '../config/yaml-source.ts';
import {
  descriptorSchema,
  usesUserDir,
  type Catalog,
  type Descriptor,
  type DescriptorInput,
} from './descriptor.ts';

/** Servers that the gateway hosts inside its own process. */
const NATIVE = ['echo-stateless', 'echo-stateful'];
/** The only ones that may be shown the bearer token (design section 1). */
const DIAGNOSTIC = NATIVE;

const PLACEHOLDER = /\{([A-Za-z]+)\}/g;

/**
 * All services, by name: the built-in ones and the project's own.
 * @param root the project folder, whose services/*.yaml are read; absent: the built-in ones alone
 * @throws UserError INVALID_DESCRIPTOR with file, line, key, what was found and what is allowed
 */
export function loadCatalog(root?: string): Catalog {
  const catalog = new Map<string, Descriptor>();
  const add = (folder: string, origin: Descriptor['origin']): void => {
    for (const file of descriptorFiles(folder)) {
      const descriptor = readDescriptor(readFileSync(file, 'utf8'), file, origin, catalog);
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

/**
 * Reads one descriptor.
 * @param others services that are there already
 * @throws UserError INVALID_DESCRIPTOR
 */
export function readDescriptor(
  text: string,
  file: string,
  origin: Descriptor['origin'],
  others: Catalog,
): Descriptor {
  const source = readYaml(text, file, 'INVALID_DESCRIPTOR');
  const input = validate(source, descriptorSchema, 'INVALID_DESCRIPTOR');
  refuseBadName(source, input, others);
  refuseBadPattern(source, input, origin);
  refuseUnknownPlaceholders(source, input);
  refuseSharedUserDir(source, input);
  if (input.token === 'diagnostic' && !DIAGNOSTIC.includes(input.name)) {
    throw refused(
      source,
      ['token'],
      `token is diagnostic, which is for ${DIAGNOSTIC.join(' and ')} only. Allowed: strip.`,
    );
  }
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

const refused = (source: YamlSource, key: PropertyKey[], message: string) =>
  invalidKey(source, 'INVALID_DESCRIPTOR', key, message);

function refuseBadName(source: YamlSource, { name }: DescriptorInput, others: Catalog): void {
  const expected = path.basename(source.file).replace(/\.ya?ml$/, '');
  if (name !== expected) {
    throw refused(
      source,
      ['name'],
      `name is ${show(name)}, and the file is ${path.basename(source.file)}. Allowed: ${expected}, or a file ${name}.yaml.`,
    );
  }
  const other = others.get(name);
  if (other !== undefined) {
    throw refused(
      source,
      ['name'],
      `There is a ${other.origin} service ${name} already (${other.file}). Allowed: a name of its own.`,
    );
  }
}

function refuseBadPattern(source: YamlSource, input: DescriptorInput, origin: Descriptor['origin']): void {
  if (input.pattern === 'native') {
    if (origin === 'project' || !NATIVE.includes(input.name)) {
      throw refused(
        source,
        ['pattern'],
        'pattern is native, which is for servers of mcpgw’s own. Allowed: proxy.',
      );
    }
    if (input.command !== undefined) {
      throw refused(source, ['command'], 'A native service has no command. Allowed: the key left out.');
    }
  } else if (input.command === undefined) {
    throw refused(
      source,
      ['command'],
      'command is missing. Allowed: the program that speaks MCP over stdio.',
    );
  }
  if (input.packages.npm && input.packages.pypi) {
    throw refused(source, ['packages', 'pypi'], 'packages has npm and pypi. Allowed: one of them.');
  }
}

function refuseUnknownPlaceholders(source: YamlSource, { args, environment }: DescriptorInput): void {
  const texts: [PropertyKey[], string][] = [
    ...args.map((text, index): [PropertyKey[], string] => [['args', index], text]),
    ...Object.entries(environment).map(([key, text]): [PropertyKey[], string] => [
      ['environment', key],
      text,
    ]),
  ];
  for (const [key, text] of texts) {
    for (const [placeholder, name] of text.matchAll(PLACEHOLDER)) {
      if (name === 'userDir') continue;
      throw refused(
        source,
        key,
        `There is no placeholder ${placeholder}.${didYouMean(name ?? '', ['userDir'])} Allowed: {userDir}.`,
      );
    }
  }
}

/** A process for all has no one user whose folder it could be given. */
function refuseSharedUserDir(source: YamlSource, input: DescriptorInput): void {
  if (input.isolation !== 'shared' || !usesUserDir(input)) return;
  throw refused(
    source,
    ['isolation'],
    'isolation is shared, and {userDir} is the folder of one user. Allowed: session, user.',
  );
}
