import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { descriptorSchema } from '../../../src/lib/catalog/descriptor.ts';
import { configFileSchema } from '../../../src/lib/config/config-file.ts';
import { DEFAULT_LIMITS, limitSettings, limitsSchema } from '../../../src/lib/config/service-settings.ts';
import { SERVICE_SETTINGS, SETTINGS, type Setting } from '../../../src/lib/config/settings.ts';
import { ROOT } from '../../support/paths.ts';

const page = readFileSync(join(ROOT, 'docs/reference/configuration.md'), 'utf8');

/** The cells of the table below a heading, without the head. */
function table(heading: string): string[][] {
  const section = page.split(/^## /m).find((it) => it.startsWith(heading)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** The words that an error puts after "Allowed:". */
const allowed = ({ schema }: Setting<unknown>): string =>
  schema.safeParse('\u0001').error?.issues[0]?.message ?? 'anything';

const settingRow = ([key, setting]: [string, Setting<unknown>]): string[] => [
  code(key),
  code(setting.fallback),
  allowed(setting),
  setting.description,
];

describe('docs/reference/configuration.md', () => {
  it('lists the precedence as it is tested, highest first', () => {
    const list = [...page.matchAll(/^\d\. (.*)$/gm)].map(([, item]) => item);
    expect(list).to.deep.equal([
      'flags of the command, such as `--port`',
      'the process environment',
      '`.env`',
      '`mcpgw.yaml`, under `defaults`',
      'the defaults below',
    ]);
  });

  it('has every key of .env, with its default and what is allowed', () => {
    expect(table('`.env`')).to.deep.equal([
      ...Object.entries<Setting<unknown>>(SETTINGS).map(settingRow),
      ...Object.entries<Setting<unknown>>(SERVICE_SETTINGS).map(([key, setting]) =>
        settingRow([`MCP_<SERVICE>_${key}`, setting]),
      ),
    ]);
  });

  it('has every key of mcpgw.yaml', () => {
    expect(table('`mcpgw.yaml`').map(([key]) => key)).to.deep.equal(
      Object.keys(configFileSchema.shape).map(code),
    );
  });

  it('has every limit with its default', () => {
    const rows = Object.entries(limitsSchema.shape).map(([key, schema]) => {
      // The contract's name of a limit is the one that setting it sets.
      const probe = limitSettings(limitsSchema.parse({ [key]: 1 }));
      const [name] = Object.keys(probe) as (keyof typeof DEFAULT_LIMITS)[];
      if (name === undefined) throw new Error(key);
      return [
        code(key),
        code(written(name, DEFAULT_LIMITS[name])),
        z.globalRegistry.get(schema)?.description,
      ];
    });
    expect(table('Limits')).to.deep.equal(rows);
  });

  it('has every key of a descriptor', () => {
    const rows = Object.entries(descriptorSchema.shape).map(([key, schema]) => [
      code(key),
      z.globalRegistry.get(schema)?.description,
    ]);
    expect(table('Descriptors')).to.deep.equal(rows);
  });
});

/** A limit as a person writes it. */
function written(name: string, value: number): string {
  if (name.endsWith('Bytes')) return `${value / 1024 ** 2}mb`;
  if (!name.endsWith('Ms')) return String(value);
  const seconds = value / 1000;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
