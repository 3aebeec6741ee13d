import { expect } from 'chai';
import { cookieConfiguration } from '../../src/cookies.ts';

describe('The cookies', () => {
  it('of a gateway without TLS carry its port, because browsers keep cookies for all ports of a host', () => {
    const { names, long, short } = cookieConfiguration('http://localhost:8080', ['k']);
    expect(names).to.deep.equal({
      session: 'mcpgw_session_8080',
      interaction: 'mcpgw_interaction_8080',
      resume: 'mcpgw_resume_8080',
    });
    for (const cookie of [long, short])
      expect(cookie).to.include({ httpOnly: true, sameSite: 'lax', signed: true });
  });

  it('of a gateway with TLS are secure, and the session is bound to the host', () => {
    const { names, long, short } = cookieConfiguration('https://auth.gw.example', ['k']);
    expect(names?.session).to.equal('__Host-mcpgw_session');
    expect(names?.interaction).to.equal('__Secure-mcpgw_interaction');
    expect(long).to.include({ secure: true, path: '/' });
    expect(short).to.include({ secure: true });
  });
});
