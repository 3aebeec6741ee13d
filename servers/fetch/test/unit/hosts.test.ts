import { expect } from 'chai';
import { createHostRules, type HostRules } from '../../src/guard/hosts.ts';
import { checkUrl } from '../../src/guard/url.ts';
import { DEFAULT_ACCESS, type FetchAccess } from '../../src/options.ts';

const rules = (access: Partial<FetchAccess> = {}): HostRules =>
  createHostRules({ ...DEFAULT_ACCESS, ...access });
const check = (url: string, access?: Partial<FetchAccess>): string => {
  try {
    const { host, port, internal } = checkUrl(url, rules(access));
    return `${host}:${port}${internal ? ' internal' : ''}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the lists of hosts', () => {
  it('are open where they are empty, on the ports of the web', () => {
    expect(check('http://example.com')).to.equal('example.com:80');
    expect(check('https://example.com/x?y#z')).to.equal('example.com:443');
    expect(check('https://[2606:4700::1]/')).to.equal('2606:4700::1:443');
    expect(check('http://example.com:8080')).to.include('port 8080');
  });

  it('deny a host however it is spelled', () => {
    const deny = ['example.com', '*.bad.example', 'bücher.example', '8.8.8.8', '[2606:4700::1]'];
    for (const url of [
      'http://EXAMPLE.com/',
      'http://example.com./',
      'http://a.bad.example/',
      'http://a.b.BAD.example./',
      'http://xn--bcher-kva.example/',
      'http://BÜCHER.example/',
      'http://0x08080808/',
      'http://[2606:4700:0:0::1]/',
    ]) {
      expect(check(url, { deny }), url).to.include('denies');
    }
    for (const url of ['http://sub.example.com/', 'http://bad.example/', 'http://notbad.example/']) {
      expect(check(url, { deny }), url).not.to.include('denies');
    }
  });

  it('allow nothing else where something is listed, and deny over it', () => {
    const access = { allow: ['example.com', '*.example.com'], deny: ['secret.example.com'] };
    expect(check('http://a.example.com/', access)).to.equal('a.example.com:80');
    expect(check('http://example.org/', access)).to.include('does not list');
    expect(check('http://secret.example.com/', access)).to.include('denies');
  });

  it('open a host of the own network on its own port only', () => {
    const internal = ['wiki:8080', 'Files.corp.', '192.168.1.5', '[fd00::5]:81'];
    expect(check('http://wiki:8080/', { internal })).to.equal('wiki:8080 internal');
    expect(check('http://wiki/', { internal })).to.include('own machine or network');
    expect(check('http://files.corp/', { internal })).to.equal('files.corp:80 internal');
    expect(check('http://files.corp:8080/', { internal })).to.include('port 8080');
    expect(check('http://3232235781/', { internal })).to.equal('192.168.1.5:80 internal');
    expect(check('http://[fd00:0::5]:81/', { internal })).to.equal('fd00::5:81 internal');
    expect(check('http://[fd00::5]/', { internal })).to.equal('fd00::5:80');
  });

  for (const entry of [
    '',
    'http://a.example',
    'a b',
    'a/b',
    'user@a.example',
    'a.example/',
    'a?b',
    '*.',
    'a:99999',
    '*',
  ]) {
    it(`refuse the entry ${JSON.stringify(entry)}`, () => {
      expect(() => rules({ deny: [entry] })).to.throw(/is not a host/);
    });
  }
});
