import { page, spec, type Check } from '../../check.ts';
import { describe } from '../../mcp/reply.ts';
import { initializeRequest } from '../../mcp/session.ts';
import type { Link } from '../../mcp/types.ts';
import { fail, pass, REVISIONS, skip, verdict } from '../../types.ts';

const WARNING = spec('basic/transports#security-warning', 'basic/transports/streamable-http');
const CORS = page('https://fetch.spec.whatwg.org/#http-cors-protocol');
const FOREIGN = 'https://attacker.example';

/** A request that the target answers when nothing is wrong with it, and that needs no session. */
const send = (link: Link, headers: Record<string, string>) => {
  if (link.modern) return link.request('server/discover', undefined, { headers });
  const id = link.nextId();
  return link.post(initializeRequest(id, link.revision), { id, headers });
};

const isLoopback = (url: URL): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(url.hostname);

const preflight = (link: Link, origin: string) =>
  link.post('', {
    method: 'OPTIONS',
    headers: {
      origin,
      authorization: undefined,
      'content-type': undefined,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,mcp-protocol-version,mcp-session-id',
    },
  });

/** Origin, Host and CORS: what a web page in a browser may do to the server. */
export const originChecks: Check<Link>[] = [
  {
    id: 'transport.origin.foreign-refused',
    title: 'A request with a foreign Origin is refused',
    level: 'MUST',
    clause: WARNING,
    revisions: REVISIONS,
    advice: 'Compare Origin with an allow-list made from the public URL and answer 403 for any other.',
    async run(link) {
      const reply = await send(link, { origin: FOREIGN });
      const strict = link.revision >= '2025-11-25';
      return verdict(
        strict ? reply.status === 403 : reply.status >= 400 && reply.status < 500,
        describe(reply),
      );
    },
  },
  {
    id: 'transport.origin.null-refused',
    title: 'A request with the Origin null is refused',
    level: 'MUST',
    clause: WARNING,
    revisions: REVISIONS,
    advice: 'Treat Origin: null (a sandboxed frame, a file) as foreign.',
    async run(link) {
      const reply = await send(link, { origin: 'null' });
      return verdict(reply.status >= 400 && reply.status < 500, describe(reply));
    },
  },
  {
    id: 'transport.origin.lookalike-refused',
    title: "An Origin that only begins like the server's own is refused",
    level: 'MUST',
    clause: WARNING,
    revisions: REVISIONS,
    advice: 'Compare the whole origin, not its beginning.',
    async run(link) {
      const { protocol, hostname } = new URL(link.options.url);
      const lookalike = `${protocol}//${hostname.replaceAll(/[[\]:]/g, '')}.attacker.example`;
      const reply = await send(link, { origin: lookalike });
      return verdict(reply.status >= 400 && reply.status < 500, `Origin ${lookalike}: ${describe(reply)}`);
    },
  },
  {
    id: 'transport.origin.own-allowed',
    title: "A request with the server's own Origin is served",
    level: 'SHOULD',
    clause: WARNING,
    revisions: REVISIONS,
    advice: 'Put the origin of the public URL on the allow-list.',
    async run(link) {
      const { origin } = new URL(link.options.url);
      const reply = await send(link, { origin });
      return verdict(reply.status === 200, `Origin ${origin}: ${describe(reply)}`);
    },
  },
  {
    id: 'transport.host.foreign-refused',
    title: 'A request with a foreign Host is refused',
    level: 'MUST',
    clause: WARNING,
    revisions: REVISIONS,
    advice:
      'Compare Host with the names the server is reached by; DNS rebinding makes a browser send another one.',
    async run(link) {
      if (!isLoopback(new URL(link.options.url)))
        return skip('Rebinding concerns servers on loopback addresses.');
      const reply = await send(link, { host: 'attacker.example' });
      return verdict(reply.status >= 400 && reply.status < 500, describe(reply));
    },
  },
  {
    id: 'transport.cors.not-reflected',
    title: 'CORS does not allow a foreign origin with credentials',
    level: 'MUST',
    clause: CORS,
    revisions: REVISIONS,
    advice: 'Never reflect Origin together with Access-Control-Allow-Credentials; allow named origins only.',
    async run(link) {
      const { headers, status } = await preflight(link, FOREIGN);
      const allowed = headers['access-control-allow-origin'];
      const credentials = headers['access-control-allow-credentials'] === 'true';
      const seen = `HTTP ${status}, Access-Control-Allow-Origin ${allowed ?? 'absent'}, credentials ${credentials}`;
      return verdict(!(credentials && (allowed === FOREIGN || allowed === '*')), seen);
    },
  },
  {
    id: 'transport.cors.headers-allowed',
    title: 'Where CORS is offered, it allows the headers that MCP needs',
    level: 'SHOULD',
    clause: CORS,
    revisions: REVISIONS,
    advice:
      'List Authorization, Content-Type, MCP-Protocol-Version and Mcp-Session-Id in Access-Control-Allow-Headers.',
    async run(link) {
      const { headers } = await preflight(link, new URL(link.options.url).origin);
      if (headers['access-control-allow-origin'] === undefined) return skip('This server offers no CORS.');
      const allowed = (headers['access-control-allow-headers'] ?? '').toLowerCase();
      const needed = ['authorization', 'content-type', 'mcp-protocol-version'];
      const missing = needed.filter((name) => !allowed.includes(name));
      // RFC: "*" covers everything but Authorization.
      if (allowed === '*')
        return fail('Access-Control-Allow-Headers is *, which does not cover Authorization.');
      return missing.length === 0 ? pass(`Allowed: ${allowed}`) : fail(`Not allowed: ${missing.join(', ')}`);
    },
  },
  {
    id: 'transport.cors.headers-exposed',
    title: 'Where CORS is offered, it exposes Mcp-Session-Id and WWW-Authenticate',
    level: 'SHOULD',
    clause: CORS,
    revisions: REVISIONS,
    advice:
      'Name Mcp-Session-Id and WWW-Authenticate in Access-Control-Expose-Headers, or browsers cannot read them.',
    async run(link) {
      const { headers } = await send(link, { origin: new URL(link.options.url).origin });
      if (headers['access-control-allow-origin'] === undefined) return skip('This server offers no CORS.');
      const exposed = (headers['access-control-expose-headers'] ?? '').toLowerCase();
      const needed = link.modern ? ['www-authenticate'] : ['mcp-session-id', 'www-authenticate'];
      const missing = exposed === '*' ? [] : needed.filter((name) => !exposed.includes(name));
      return missing.length === 0 ? pass(`Exposed: ${exposed}`) : fail(`Not exposed: ${missing.join(', ')}`);
    },
  },
];
