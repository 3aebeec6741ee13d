import { expect } from 'chai';
import { join } from 'node:path';
import { loadConfig } from '../../../src/lib/config/config.ts';
import type { SettingKey } from '../../../src/lib/config/settings.ts';
import type { UserError } from '../../../src/lib/errors.ts';
import { projectDir, userError } from '../../support/project.ts';

interface Given {
  files?: Record<string, string>;
  env?: NodeJS.ProcessEnv;
  flags?: [SettingKey, string][];
}

const dotenv = (text: string): Given => ({ files: { '.env': text } });
const yaml = (text: string): Given => ({ files: { 'mcpgw.yaml': text } });

describe('bad configuration', () => {
  const projects: ReturnType<typeof projectDir>[] = [];
  afterEach(() => projects.splice(0).forEach((project) => project.remove()));

  const refusal = ({ files = {}, env = {}, flags = [] }: Given): UserError => {
    const project = projectDir(files);
    projects.push(project);
    const services = ['echo-stateless', 'fetch', 'time'];
    return userError(() => loadConfig({ root: project.path, services, flags: new Map(flags), env }));
  };

  describe('is refused, with file, line, key, what was found, what is allowed and the next step:', () => {
    const cases: [string, Given, { file: string; line?: number; key: string }, string][] = [
      [
        'an unknown key in .env, naming the nearest',
        dotenv('# x\nHTPP_PORT=1\n'),
        { file: '.env', line: 2, key: 'HTPP_PORT' },
        'There is no key HTPP_PORT. Did you mean HTTP_PORT? Allowed: BASE_DOMAIN, HTTP_PORT, ',
      ],
      [
        'a key of an unknown service',
        dotenv('MCP_FETHC_ENABLED=true\n'),
        { file: '.env', line: 1, key: 'MCP_FETHC_ENABLED' },
        'There is no key MCP_FETHC_ENABLED. Did you mean MCP_FETCH_ENABLED?',
      ],
      [
        'a bad value in .env',
        dotenv('\nHTTP_PORT=80a\n'),
        { file: '.env', line: 2, key: 'HTTP_PORT' },
        'HTTP_PORT is "80a". Allowed: a whole number from 1 to 65535.',
      ],
      [
        'an access token that lives too long',
        dotenv('ACCESS_TOKEN_LIFETIME=25h\n'),
        { file: '.env', line: 1, key: 'ACCESS_TOKEN_LIFETIME' },
        'ACCESS_TOKEN_LIFETIME is "25h". Allowed: a duration from 1m to 24h, such as 900 or 15m.',
      ],
      [
        'a bad value in the environment',
        { env: { LOG_LEVEL: 'loud' } },
        { file: 'the environment', key: 'LOG_LEVEL' },
        'LOG_LEVEL is "loud". Allowed: debug, info, warn, error.',
      ],
      [
        'a bad flag',
        { flags: [['HTTP_PORT', '0']] },
        { file: 'the command line', key: 'HTTP_PORT' },
        'HTTP_PORT is "0". Allowed: a whole number from 1 to 65535.',
      ],
      [
        'nobody who could sign in',
        dotenv('IDENTITY_PROVIDERS=\n'),
        { file: '.env', line: 1, key: 'IDENTITY_PROVIDERS' },
        'IDENTITY_PROVIDERS is "". Allowed: local.',
      ],
      [
        'an identity provider that there is not',
        dotenv('IDENTITY_PROVIDERS=local,github\n'),
        { file: '.env', line: 1, key: 'IDENTITY_PROVIDERS' },
        'IDENTITY_PROVIDERS is "local,github". Allowed: local.',
      ],
      [
        'the sign-in code on a public name',
        dotenv('#\nBASE_DOMAIN=mcp.example.com\n'),
        { file: '.env', line: 2, key: 'BASE_DOMAIN' },
        'BASE_DOMAIN is "mcp.example.com", a public name',
      ],
      [
        'a name that only looks local',
        dotenv('BASE_DOMAIN=evillocalhost\n'),
        { file: '.env', line: 1, key: 'BASE_DOMAIN' },
        'BASE_DOMAIN is "evillocalhost", a public name',
      ],
      [
        'an unknown key in mcpgw.yaml',
        yaml('target: local\npolcy: {}\n'),
        { file: 'mcpgw.yaml', line: 2, key: 'polcy' },
        'There is no key polcy. Did you mean policy? Allowed: target, defaults, policy, isolation, limits.',
      ],
      [
        'an unknown target',
        yaml('target: lokal\n'),
        { file: 'mcpgw.yaml', line: 1, key: 'target' },
        'target is "lokal". Did you mean local? Allowed: local.',
      ],
      [
        'an unknown key of a rule',
        yaml('policy:\n  fetch:\n    - users: []\n      tool: [a]\n'),
        { file: 'mcpgw.yaml', line: 4, key: 'policy.fetch[0].tool' },
        'There is no key policy.fetch[0].tool. Did you mean tools? Allowed: users, clients, scopes, tools.',
      ],
      [
        'a word where a list belongs',
        yaml('policy:\n  fetch:\n    - users: local:owner\n'),
        { file: 'mcpgw.yaml', line: 3, key: 'policy.fetch[0].users' },
        'policy.fetch[0].users is "local:owner". Allowed: a list.',
      ],
      [
        'a service that there is not',
        yaml('isolation:\n  tiem: user\n'),
        { file: 'mcpgw.yaml', line: 2, key: 'isolation.tiem' },
        'There is no service tiem. Did you mean time? Allowed: echo-stateless, fetch, time.',
      ],
      [
        'an unknown isolation',
        yaml('isolation:\n  time: sesion\n'),
        { file: 'mcpgw.yaml', line: 2, key: 'isolation.time' },
        'isolation.time is "sesion". Did you mean session? Allowed: session, user, shared.',
      ],
      [
        'an unknown limit',
        yaml('limits:\n  time:\n    bodi: 1mb\n'),
        { file: 'mcpgw.yaml', line: 3, key: 'limits.time.bodi' },
        'There is no key limits.time.bodi. Did you mean body? Allowed: body, line, queued, inFlight, ',
      ],
      [
        'a bad limit',
        yaml('limits:\n  time:\n    body: big\n'),
        { file: 'mcpgw.yaml', line: 3, key: 'limits.time.body' },
        'limits.time.body is "big". Allowed: bytes, or 512kb, 32mb, at most 256mb.',
      ],
      [
        'a limit that is too small',
        yaml('limits:\n  time:\n    inFlight: 0\n'),
        { file: 'mcpgw.yaml', line: 3, key: 'limits.time.inFlight' },
        'limits.time.inFlight is 0. Allowed: a whole number from 1 to 1000000.',
      ],
      [
        'a limit that is too big',
        yaml('limits:\n  time:\n    inFlight: 1000001\n'),
        { file: 'mcpgw.yaml', line: 3, key: 'limits.time.inFlight' },
        'limits.time.inFlight is 1000001. Allowed: a whole number from 1 to 1000000.',
      ],
      [
        'an unknown key under defaults',
        yaml('defaults:\n  PORT: 1\n'),
        { file: 'mcpgw.yaml', line: 2, key: 'defaults.PORT' },
        'There is no key PORT.',
      ],
      [
        'a bad value under defaults',
        yaml('defaults:\n  HTTP_PORT: none\n'),
        { file: 'mcpgw.yaml', line: 2, key: 'defaults.HTTP_PORT' },
        'HTTP_PORT is "none". Allowed: a whole number from 1 to 65535.',
      ],
      [
        'the first of several problems in the file',
        yaml('target: local\nlimits:\n  time: {body: big}\nfoo: 1\n'),
        { file: 'mcpgw.yaml', line: 3, key: 'limits.time.body' },
        'limits.time.body is "big".',
      ],
    ];
    for (const [what, given, place, message] of cases) {
      it(what, () => {
        const error = refusal(given);
        const { path: root } = projects.at(-1) ?? { path: '' };
        expect(error.code).to.equal('INVALID_CONFIG');
        expect(error.message).to.satisfy((text: string) => text.startsWith(message), error.message);
        const file = place.file.startsWith('the ') ? place.file : join(root, place.file);
        expect(error.place).to.deep.equal({ ...place, file });
        expect(error.nextSteps).not.to.deep.equal([]);
      });
    }

    it('a list instead of keys', () => {
      expect(refusal(yaml('- target\n')).message).to.equal(
        'The file is ["target"]. Allowed: keys with values.',
      );
    });
  });
});
