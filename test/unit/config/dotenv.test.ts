import { expect } from 'chai';
import { parseEnv } from 'node:util';
import { parseDotenv } from '../../../src/lib/config/dotenv.ts';
import { userError } from '../../support/project.ts';

const read = (text: string) => parseDotenv(text, '/p/.env');

describe('.env', () => {
  it('knows the line of every key', () => {
    const entries = read('# first\nA=1\n\n  export B = two # words\nC="x\ny"\nD=\n');
    expect(entries).to.deep.equal([
      { key: 'A', value: '1', line: 2, lastLine: 2 },
      { key: 'B', value: 'two', line: 4, lastLine: 4 },
      { key: 'C', value: 'x\ny', line: 5, lastLine: 6 },
      { key: 'D', value: '', line: 7, lastLine: 7 },
    ]);
  });

  it('reads values as Node does', () => {
    const text = [
      'PLAIN=a b',
      'HASH=a # b',
      "SINGLE='a # b\\n'",
      'DOUBLE="a # b\\nc" # d',
      'BACK=`it\'s "so"`',
      'SPACED =  x  ',
      'EQUALS=a=b=c',
      'EMPTY=',
      'EMPTY_QUOTED=""',
      'URL=http://localhost:8080/fetch/mcp',
    ].join('\n');
    expect(Object.fromEntries(read(text).map(({ key, value }) => [key, value]))).to.deep.equal({
      ...parseEnv(text),
    });
  });

  it('takes Windows line ends and a byte order mark', () => {
    expect(read('\uFEFFA=1\r\nB="2"\r\n').map(({ key, value, line }) => [key, value, line])).to.deep.equal([
      ['A', '1', 1],
      ['B', '2', 2],
    ]);
  });

  it('keeps both of a repeated key, in order', () => {
    expect(read('A=1\nA=2').map(({ value }) => value)).to.deep.equal(['1', '2']);
  });

  for (const [what, line] of [
    ['a key without a value', 'HTTP_PORT 8080'],
    ['a colon', 'HTTP_PORT: 8080'],
    ['a key that begins with a digit', '1A=2'],
    ['a word', 'hunter2'],
  ] as const) {
    it(`refuses ${what}, names the line and does not show it`, () => {
      const error = userError(() => read(`A=1\n\n${line}\n`));
      expect(error.code).to.equal('INVALID_CONFIG');
      expect(error.place).to.deep.equal({ file: '/p/.env', line: 3 });
      expect(error.message).not.to.contain(line);
    });
  }

  it('refuses a quote that is not closed, where it begins', () => {
    const error = userError(() => read('A=1\nB="x\nC=2\n'));
    expect(error.place).to.deep.equal({ file: '/p/.env', line: 2 });
    expect(error.message).to.equal('The value of B has no closing ".');
  });
});
