import { expect } from 'chai';
import { statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Project, type Status } from '../support/e2e/project.ts';
import { INITIALIZE, bearer, post } from '../support/mcp/raw.ts';
import { HandClient, type Tokens } from '../support/oauth/authorize.ts';
import { CookieJar } from '../support/oauth/cookie-jar.ts';
import { person } from '../support/oauth/person.ts';

const CALLBACK = 'https://client.example/callback';

describe('what is still there after a restart', function () {
  this.timeout(60_000);
  /** One browser throughout. */
  const jar = new CookieJar();
  let project: Project;
  let client: HandClient;
  let tokens: Tokens;
  let first: Status;
  let now: Status;
  const resource = () => project.mcpUrl('echo-stateless');
  const failureOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

  before(async function () {
    this.timeout(300_000);
    project = await Project.fresh();
    first = await project.up('--only', 'echo-stateless');
    client = await HandClient.register(first.issuer, CALLBACK);
    tokens = await client.authorize(resource(), person({ signInCode: first.signIn.code, jar }));
    await project.down();
    now = await project.up('--only', 'echo-stateless');
  });

  after(() => project.down());

  it('takes the access token of before', async () => {
    expect((await post(resource(), INITIALIZE, bearer(tokens.access_token))).status).to.equal(200);
  });

  it('knows the client and its refresh token', async () => {
    const fresh = await client.refresh(tokens.refresh_token);
    expect((await post(resource(), INITIALIZE, bearer(fresh.access_token))).status).to.equal(200);
  });

  it('remembers who has signed in and what was allowed: a person who would now deny is not asked', async () => {
    const agent = person({ signInCode: 'none', answer: 'Deny', jar });
    expect(await client.authorize(resource(), agent)).to.have.property('access_token');
  });

  it('asks the same person for the consent to another client', async () => {
    const other = await HandClient.register(now.issuer, CALLBACK);
    const agent = person({ signInCode: 'none', answer: 'Deny', jar });
    expect(await failureOf(other.authorize(resource(), agent)))
      .to.have.property('message')
      .that.includes('access_denied');
  });

  it('has a new sign-in code; in another browser the one before opens nothing', async () => {
    expect(now.signIn.code).not.to.equal(first.signIn.code);
    const other = await HandClient.register(now.issuer);
    const failure = await failureOf(other.authorize(resource(), person({ signInCode: first.signIn.code })));
    expect(failure).to.have.property('message').that.includes('403');
    expect(await other.authorize(resource(), person({ signInCode: now.signIn.code }))).to.have.property(
      'access_token',
    );
  });

  it('keeps everything in files that only their owner reads, and out of git', () => {
    const mode = (path: string) => statSync(join(project.root, path)).mode & 0o777;
    expect(mode('.env')).to.equal(0o600);
    expect(mode('.mcpgw')).to.equal(0o700);
    expect(mode('.mcpgw/data/auth.sqlite')).to.equal(0o600);
    expect(mode('.mcpgw/data/keys.json')).to.equal(0o600);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: project.root, encoding: 'utf8' });
    git('init', '--quiet');
    const ignored = git('check-ignore', '.env', '.mcpgw/gateway.json');
    expect(ignored.trim().split('\n')).to.have.lengthOf(2);
  });
});
