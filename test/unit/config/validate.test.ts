import { expect } from 'chai';
import { z } from 'zod';
import { validate } from '../../../src/lib/config/validate.ts';
import { userError } from '../../support/project.ts';

describe('what is allowed, in words where a schema has none of its own:', () => {
  const file = '/p/x.yaml';
  const cases: [z.ZodType, unknown, string][] = [
    [z.number().min(1), 0, 'a number, at least 1'],
    [z.string().max(2), 'abc', 'a text of at most 2 characters'],
    [z.array(z.string()).min(1), [], 'a list of at least 1 entries'],
    [z.string().regex(/^a+$/), 'b', 'a text that matches /^a+$/'],
    [z.string().min(1, 'a name'), '', 'a name'],
  ];
  for (const [schema, found, words] of cases) {
    it(words, () => {
      const source = { file, data: { key: found }, place: () => ({ file, key: 'key' }) };
      const error = userError(() => validate(source, z.object({ key: schema }), 'INVALID_CONFIG'));
      expect(error.message).to.equal(`key is ${JSON.stringify(found)}. Allowed: ${words}.`);
    });
  }
});
