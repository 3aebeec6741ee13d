import { connect } from 'node:tls';
import { rfc, type Check } from '../../check.ts';
import type { Link } from '../../mcp/types.ts';
import { REVISIONS, skip, verdict } from '../../types.ts';

/** TLS. A certificate that is not trusted shows as a target that cannot be reached. */
export const tlsChecks: Check<Link>[] = [
  {
    id: 'transport.tls.old-refused',
    title: 'TLS 1.0 and 1.1 are refused',
    level: 'MUST',
    clause: rfc(8996, '4'),
    revisions: REVISIONS,
    advice: 'Set the lowest TLS version to 1.2.',
    async run(link) {
      const url = new URL(link.options.url);
      if (url.protocol !== 'https:') return skip('The target is plain http.');
      const spoken = await oldHandshake(url, link.options.timeoutMs);
      return verdict(
        spoken === undefined,
        spoken ? `The server accepted ${spoken}.` : 'The handshake was refused.',
      );
    },
  },
];

/** Offers nothing newer than TLS 1.1; resolves with what was agreed on. */
function oldHandshake(url: URL, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: url.hostname.replaceAll(/[[\]]/g, ''),
      port: url.port === '' ? 443 : Number(url.port),
      servername: /^[\d.]+$|:/.test(url.hostname) ? '' : url.hostname,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      // OpenSSL 3 offers the old versions only below its default security level.
      ciphers: 'DEFAULT@SECLEVEL=0',
      rejectUnauthorized: false,
    });
    const finish = (protocol: string | undefined): void => {
      socket.destroy();
      resolve(protocol);
    };
    socket.setTimeout(timeoutMs, () => finish(undefined));
    socket.on('error', () => finish(undefined));
    socket.on('secureConnect', () => finish(socket.getProtocol() ?? 'an unknown version'));
  });
}
