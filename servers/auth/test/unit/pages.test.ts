import { createHash } from 'node:crypto';
import { pageHeaders } from '@mcpgw/kit';
import { expect } from 'chai';
import { consentPage, type ConsentView } from '../../src/pages/consent.ts';
import { errorPage } from '../../src/pages/error.ts';
import { leavingPage } from '../../src/pages/leaving.ts';
import { signInClosedPage, signInPage } from '../../src/pages/sign-in.ts';

const EVIL = `"><script>alert(1)</script>'&`;

const VIEW: ConsentView = {
  client: 'Claude Code',
  clientHost: undefined,
  destination: { kind: 'loopback', name: 'localhost:3118' },
  resource: { title: 'Echo', url: 'http://localhost:8080/echo/mcp' },
  scopes: ['mcp', 'echo:write'],
  user: 'owner',
  action: '/interaction/a/consent',
};

const PAGES = {
  'the sign-in page': signInPage({ client: EVIL, resource: EVIL, action: EVIL, fault: EVIL }),
  'the closed sign-in page': signInClosedPage(EVIL),
  'the consent page': consentPage({
    client: EVIL,
    clientHost: EVIL,
    destination: { kind: 'app', name: EVIL },
    resource: { title: EVIL, url: EVIL },
    scopes: [EVIL],
    user: EVIL,
    action: EVIL,
  }),
  'the error page': errorPage({ error: EVIL, description: EVIL, traceId: EVIL }),
  'the leaving page': leavingPage(`https://app.example/?x=${EVIL}`),
};

describe('Every page', () => {
  for (const [name, page] of Object.entries(PAGES)) {
    it(`escapes everything: ${name}`, () => {
      expect(page).not.to.include('<script');
      expect(page).not.to.match(/<[^>]*alert\(1\)[^>]*<\/script/);
    });

    it(`holds its one stylesheet, which the policy lets in: ${name}`, () => {
      const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text!);
      expect(styles).to.have.length(1);
      const hash = createHash('sha256').update(styles[0]!).digest('base64');
      expect(pageHeaders()['Content-Security-Policy']).to.include(`style-src 'sha256-${hash}'`);
      expect(page).not.to.match(/\sstyle=/);
    });

    it(`loads nothing from elsewhere: ${name}`, () => {
      expect(page).not.to.match(/(src|srcset|@import|url\()\s*=?\s*["']?(https?:)?\/\//i);
      expect(
        [...page.matchAll(/<link[^>]*href="([^"]*)"/g)].map(([, href]) => href!.slice(0, 5)),
      ).to.deep.equal(['data:']);
    });
  }

  it('may send forms to this origin only, and be framed by nobody', () => {
    const policy = pageHeaders()['Content-Security-Policy'];
    for (const directive of [
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy.split('; ')).to.include(directive);
    }
    expect(pageHeaders()).to.include({ 'X-Frame-Options': 'DENY', 'Cache-Control': 'no-store' });
  });
});

describe('The sign-in page', () => {
  it('has one text field and one button', () => {
    const page = signInPage({ client: 'App', resource: 'Echo', action: '/x' });
    expect(page.match(/<input/g)).to.have.length(1);
    expect(page.match(/<button/g)).to.have.length(1);
    expect(page).to.match(/<input[^>]*type="text"/);
  });
});

describe('The consent page', () => {
  it('names app, destination, server, scopes and user', () => {
    const page = consentPage(VIEW);
    for (const text of ['Claude Code', 'localhost:3118', 'Echo', VIEW.resource.url, 'echo:write', 'owner']) {
      expect(page).to.include(text);
    }
  });

  it('has one button that allows and one that denies, with those words', () => {
    const buttons = [...consentPage(VIEW).matchAll(/<button[^>]*>([^<]*)<\/button>/g)].map(
      ([, text]) => text,
    );
    expect(buttons).to.deep.equal(['Deny', 'Allow']);
  });

  it('warns where the answer stays on the device', () => {
    const warned = (kind: ConsentView['destination']['kind']) =>
      consentPage({ ...VIEW, destination: { kind, name: 'x' } }).includes('Allow only if you');
    expect([warned('loopback'), warned('app'), warned('web')]).to.deep.equal([true, true, false]);
  });

  it('says whether the name is verified', () => {
    expect(consentPage(VIEW)).to.include('not verified');
    expect(consentPage({ ...VIEW, clientHost: 'claude.ai' })).not.to.include('not verified');
  });
});
