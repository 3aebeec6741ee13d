import path from 'node:path';
import { didYouMean } from '../config/nearest.ts';
import { invalidKey, show } from '../config/validate.ts';
import type { YamlSource } from '../config/yaml-source.ts';
import { usesUserDir, type DescriptorInput } from './descriptor.ts';

/** Servers that the gateway hosts inside its own process. */
const NATIVE = ['echo-stateless', 'echo-stateful', 'fetchs'];

/** The only ones that may be shown the bearer token. */
const DIAGNOSTIC = ['echo-stateless', 'echo-stateful'];

/** Keys that say how a child process is run. */
const CHILD_KEYS = ['command', 'args', 'packages', 'environment', 'isolation', 'arbitraryCode'] as const;

/** `{word}` in an argument or a variable; other braces are the server's own matter. */
const PLACEHOLDER = /\{([A-Za-z]+)\}/g;

/**
 * What a schema cannot say of a descriptor.
 * @throws UserError INVALID_DESCRIPTOR with the place
 */
export function checkDescriptor(source: YamlSource, input: DescriptorInput): void {
  const refuse = (key: PropertyKey[], message: string): never => {
    throw invalidKey(source, 'INVALID_DESCRIPTOR', key, message);
  };

  const expected = path.basename(source.file, '.yaml');
  if (input.name !== expected) {
    refuse(
      ['name'],
      `name is ${show(input.name)} in ${expected}.yaml. Allowed: ${expected}, or a file ${input.name}.yaml.`,
    );
  }
  if (input.name === 'gateway')
    refuse(['name'], 'name is "gateway", as the gateway itself is called. Allowed: another.');
  if (input.pattern === 'native') {
    if (!NATIVE.includes(input.name)) {
      refuse(['pattern'], `pattern is native, which is for ${NATIVE.join(', ')}. Allowed: proxy.`);
    }
    const key = CHILD_KEYS.find((it) => Object.hasOwn(source.data as object, it));
    if (key !== undefined) refuse([key], `A native service has no ${key}. Allowed: the key left out.`);
  } else {
    if (input.command === undefined) {
      refuse(['command'], 'command is missing. Allowed: a program that speaks MCP over stdio.');
    }
  }
  if (input.token === 'diagnostic' && !DIAGNOSTIC.includes(input.name)) {
    refuse(['token'], `token is diagnostic, which is for ${DIAGNOSTIC.join(' and ')}. Allowed: strip.`);
  }
  if (input.packages.npm && input.packages.pypi) {
    refuse(['packages', 'pypi'], 'packages has npm and pypi. Allowed: one of them.');
  }
  for (const [key, placeholder, name] of placeholders(input)) {
    if (name === 'userDir') continue;
    refuse(
      key,
      `There is no placeholder ${placeholder}.${didYouMean(name, ['userDir'])} Allowed: {userDir}.`,
    );
  }
  if (input.isolation === 'shared' && usesUserDir(input)) {
    // A process for all has no one user whose folder it could be given.
    refuse(['isolation'], 'isolation is shared, and {userDir} is one user’s folder. Allowed: session, user.');
  }
}

function placeholders({ args, environment }: DescriptorInput): [PropertyKey[], string, string][] {
  const texts: [PropertyKey[], string][] = [
    ...args.map((text, index): [PropertyKey[], string] => [['args', index], text]),
    ...Object.entries(environment).map(([name, text]): [PropertyKey[], string] => [
      ['environment', name],
      text,
    ]),
  ];
  return texts.flatMap(([key, text]) =>
    [...text.matchAll(PLACEHOLDER)].map(([placeholder, name = '']): [PropertyKey[], string, string] => [
      key,
      placeholder,
      name,
    ]),
  );
}
