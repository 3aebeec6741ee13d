import { createHostCheck } from '@mcpgw/kit';
import { expect } from 'chai';

const origins = ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080'];
const check = createHostCheck({
  origins,
  corsOrigins: ['https://app.example'],
  loopbackOrigins: true,
});

describe('the check of Host and Origin', () => {
  for (const origin of origins) {
    it(`knows ${origin} as itself`, () => {
      const host = new URL(origin).host;
      const own = { allowed: true, origin, crossOrigin: undefined };
      expect(check({ host })).to.deep.equal(own);
      expect(check({ host, origin })).to.deep.equal(own);
    });
  }

  it('takes Host in any case and with the default port', () => {
    expect(check({ host: 'LOCALHOST:8080' })).to.include({ allowed: true, origin: 'http://localhost:8080' });
    const https = createHostCheck({ origins: ['https://auth.example'] });
    expect(https({ host: 'auth.example:443' })).to.include({ allowed: true, origin: 'https://auth.example' });
  });

  for (const host of [
    undefined,
    '',
    'localhost',
    'localhost:8081',
    'evil.example:8080',
    'localhost:8080.evil.example',
    'localhost:8080, localhost:8080',
    '127.0.0.1:8080:80',
  ]) {
    it(`answers 403 to Host '${String(host)}'`, () => {
      expect(check(host === undefined ? {} : { host })).to.include({ allowed: false, status: 403 });
    });
  }

  for (const origin of [
    'http://localhost:6274',
    'https://localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:5173',
    'https://app.example',
  ]) {
    it(`lets a page of ${origin} call`, () => {
      expect(check({ host: 'localhost:8080', origin })).to.include({ allowed: true, crossOrigin: origin });
    });
  }

  for (const origin of [
    'null',
    'https://evil.example',
    'http://localhost.evil.example',
    'http://evil.example#localhost',
    'http://localhost:6274/',
    'http://localhost@evil.example',
    'http://app.example',
    'http://localhost:1, http://localhost:2',
    'file://',
  ]) {
    it(`answers 403 to a page of ${origin}`, () => {
      expect(check({ host: 'localhost:8080', origin })).to.include({ allowed: false, status: 403 });
    });
  }

  it('refuses pages of the own machine where they are not asked for', () => {
    const strict = createHostCheck({ origins: ['https://auth.example'] });
    expect(strict({ host: 'auth.example', origin: 'http://localhost:3000' })).to.include({ status: 403 });
  });
});
