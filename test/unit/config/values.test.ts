import { expect } from 'chai';
import {
  booleanText,
  bytes,
  domainText,
  durationText,
  durationYaml,
  integerText,
  listText,
  originText,
  seconds,
  serviceUrlText,
  sizeYaml,
  wordText,
} from '../../../src/lib/config/values.ts';

describe('values as people write them', () => {
  it('reads durations in seconds, minutes, hours and days', () => {
    expect(['900', '30s', '15m', '1h', '30d', '0'].map(seconds)).to.deep.equal([
      900, 30, 900, 3600, 2_592_000, 0,
    ]);
  });

  for (const text of ['', '1.5h', '-1', '15 m', '15M', '1w', 'm', '1e3', '99999999999999']) {
    it(`does not read "${text}" as a duration`, () => {
      expect(seconds(text)).to.equal(undefined);
    });
  }

  it('reads sizes in powers of 1024, in either case', () => {
    expect(['1024', '10b', '512kb', '32mb', '32MB', '1Gb'].map(bytes)).to.deep.equal([
      1024, 10, 524_288, 33_554_432, 33_554_432, 1_073_741_824,
    ]);
  });

  for (const text of ['', '32 mb', '32mib', '1.5mb', '-1', '1tb']) {
    it(`does not read "${text}" as a size`, () => {
      expect(bytes(text)).to.equal(undefined);
    });
  }

  it('holds a duration within its range, both ends included', () => {
    const schema = durationText({ min: 60, max: 86_400, words: 'a day at most' });
    expect(['60', '24h'].map((text) => schema.safeParse(text).data)).to.deep.equal([60, 86_400]);
    for (const text of ['59', '25h', 'long']) {
      expect(schema.safeParse(text).error?.issues[0]?.message, text).to.equal('a day at most');
    }
  });

  it('takes numbers and texts in YAML: durations to milliseconds, sizes to bytes', () => {
    expect([90, '90s', '5m'].map((value) => durationYaml.parse(value))).to.deep.equal([
      90_000, 90_000, 300_000,
    ]);
    expect([1024, '32mb'].map((value) => sizeYaml.parse(value))).to.deep.equal([1024, 33_554_432]);
  });

  for (const value of [0, -1, 1.5, '0s', 'soon', true, null, '257mb', 300_000_000]) {
    it(`refuses ${JSON.stringify(value)} as a size in YAML, and says what is allowed`, () => {
      const result = sizeYaml.safeParse(value);
      expect(result.success).to.equal(false);
      expect(result.error?.issues[0]?.message).to.equal('bytes, or 512kb, 32mb, at most 256mb');
    });
  }

  it('refuses a duration of nothing, or of more than ten years', () => {
    for (const value of [0, '0s', '4000d', 'x'])
      expect(durationYaml.safeParse(value).success).to.equal(false);
  });

  it('reads whole numbers only', () => {
    const schema = integerText(1, 65_535);
    expect(schema.parse('8080')).to.equal(8080);
    for (const text of ['0', '65536', '80a', ' 80', '8e3', '0x50', '80.0', '-1']) {
      expect(schema.safeParse(text).success, text).to.equal(false);
    }
  });

  it('reads true and false, and no other spelling', () => {
    expect(booleanText.parse('true')).to.equal(true);
    expect(booleanText.parse('false')).to.equal(false);
    for (const text of ['TRUE', '1', 'yes', 'on'])
      expect(booleanText.safeParse(text).success).to.equal(false);
  });

  it('splits lists at commas and ignores spaces and empty items', () => {
    const schema = listText(wordText(['a', 'b']));
    expect(schema.parse(' a , b,, ')).to.deep.equal(['a', 'b']);
    expect(schema.parse('')).to.deep.equal([]);
    expect(schema.safeParse('a,c').error?.issues[0]?.message).to.equal('a, b');
  });

  it('takes domain names, in lower case', () => {
    expect(domainText.parse('MCP.Example.com')).to.equal('mcp.example.com');
    for (const text of [
      '',
      'a..b',
      '-a.com',
      'a-.com',
      'a b',
      'http://a.com',
      'a.com/',
      'a.com:80',
      `${'a'.repeat(64)}.com`,
    ]) {
      expect(domainText.safeParse(text).success, text).to.equal(false);
    }
  });

  it('takes browser origins as browsers send them', () => {
    expect(originText.parse('https://app.example.com')).to.equal('https://app.example.com');
    expect(originText.parse('http://[::1]:3000')).to.equal('http://[::1]:3000');
    for (const text of [
      'https://app.example.com/',
      '*',
      'null',
      'https://app.example.com:443',
      'HTTPS://app.example.com',
      'file://x',
      'https://a@b.com',
    ]) {
      expect(originText.safeParse(text).success, text).to.equal(false);
    }
  });

  it('takes URLs and paths of a service whose path can be read in one way only', () => {
    for (const text of [
      '/fetch/mcp',
      '/fetch/mcp/',
      'http://localhost:8080/a',
      'https://x.example/tools/v1.2/mcp_~x-',
    ]) {
      expect(serviceUrlText.parse(text)).to.equal(text);
    }
  });

  for (const text of [
    '',
    '/',
    'fetch/mcp',
    '//evil.example/mcp',
    'http://localhost:8080',
    'http://localhost:8080/',
    '/a//b',
    '/a/../b',
    '/a/./b',
    '/a%2fb',
    '/a?b',
    '/a#b',
    '/a\\b',
    '/a b',
    'http://user:pw@localhost:8080/mcp',
    'ftp://localhost/mcp',
    'javascript:alert(1)',
    '/ä',
    'http:///mcp',
  ]) {
    it(`refuses "${text}" as the URL of a service`, () => {
      expect(serviceUrlText.safeParse(text).success).to.equal(false);
    });
  }
});
