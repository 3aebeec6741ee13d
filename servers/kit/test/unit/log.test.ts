import { expect } from 'chai';
import { createLog, redactText } from '@mcpgw/kit';

describe('the log', () => {
  const line = (fields: object): Record<string, unknown> => {
    const lines: string[] = [];
    createLog('test', 'info', { write: (text: string) => void lines.push(text) }).info(fields, 'said');
    return JSON.parse(lines[0]!) as Record<string, unknown>;
  };

  it('writes no secret, wherever it stands', () => {
    const text = JSON.stringify(
      line({ code: 'abc', request: { authorization: 'Bearer abc', body: { refresh_token: 'abc' } } }),
    );
    expect(text).to.contain('[redacted]');
    expect(text).to.not.contain('abc');
  });

  it('writes the number of a JSON-RPC error', () => {
    expect(line({ code: -32600 })['code']).to.equal(-32600);
  });

  it('has no token in the words of others', () => {
    expect(redactText('got eyJhbGciOi.eyJzdWIi.c2ln and Bearer abcdefgh12')).to.equal(
      'got [redacted] and Bearer [redacted]',
    );
  });
});
