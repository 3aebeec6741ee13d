import { expect } from 'chai';
import { readCredentials } from '../../src/bearer.ts';

const read = (authorization: string | undefined) =>
  readCredentials(authorization === undefined ? {} : { authorization });

describe('the bearer token of a request', () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    it(`is read under the scheme ${scheme}`, () => {
      expect(read(`${scheme} a.b-c_d~e+f/g==`)).to.deep.equal({ kind: 'token', token: 'a.b-c_d~e+f/g==' });
    });
  }

  it('is absent without a value or with another scheme', () => {
    for (const value of [undefined, '', 'Bearer', 'bearer ', 'Basic dXNlcjpwYXNz', 'Bearerabc', 'DPoP abc']) {
      expect(read(value), value).to.deep.equal({ kind: 'none' });
    }
  });

  it('is refused when it holds what no token holds', () => {
    for (const value of ['Bearer a b', 'Bearer "abc"', 'Bearer a,b', 'Bearer tökén', 'Bearer =']) {
      expect(read(value), value).to.deep.equal({ kind: 'refused', reason: 'malformed' });
    }
  });

  it('is refused above 8 kB', () => {
    expect(read(`Bearer ${'a'.repeat(8000)}`).kind).to.equal('token');
    expect(read(`Bearer ${'a'.repeat(8200)}`)).to.deep.equal({ kind: 'refused', reason: 'malformed' });
  });

  it('is refused when there are two', () => {
    expect(read('Bearer one, Bearer two')).to.deep.equal({ kind: 'refused', reason: 'ambiguous' });
    expect(read('Basic dXNlcg==, bearer two')).to.deep.equal({ kind: 'refused', reason: 'ambiguous' });
    expect(readCredentials({ authorization: ['Bearer one', 'Bearer two'] as never }).kind).to.equal(
      'refused',
    );
  });
});
