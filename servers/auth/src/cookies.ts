import type { Configuration } from 'oidc-provider';

/**
 * Cookies of a gateway without TLS carry its port in their names, because browsers keep cookies by host, for all ports.
 * With TLS the session cookie is bound to the host by its name. The other two are bound to the path of one sign-in, so
 * that several can go on side by side, which `__Host-` does not allow (RFC 6265bis section 4.1.3).
 */
export function cookieConfiguration(issuer: string, keys: string[]): NonNullable<Configuration['cookies']> {
  const { protocol, port } = new URL(issuer);
  const secure = protocol === 'https:';
  const common = { httpOnly: true, sameSite: 'lax', secure, signed: true } as const;
  const name = (word: string, prefix: string): string =>
    secure ? `${prefix}mcpgw_${word}` : `mcpgw_${word}_${port || '80'}`;
  return {
    keys,
    names: {
      session: name('session', '__Host-'),
      interaction: name('interaction', '__Secure-'),
      resume: name('resume', '__Secure-'),
    },
    long: { ...common, path: '/' },
    short: common,
  };
}
