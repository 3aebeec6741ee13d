import { HttpError } from '../oauth/http-error.ts';
import { createLink } from './mcp/link.ts';
import { isObject, resultOf } from './mcp/message.ts';
import { META } from './mcp/modern.ts';
import { describe, type Reply } from './mcp/reply.ts';
import { initializeRequest } from './mcp/session.ts';
import type { Link, LinkOptions } from './mcp/types.ts';
import { LEGACY, MODERN, type Revision } from './types.ts';

/** What the first look at a target showed. */
export interface Probe {
  /** Why no HTTP answer came at all; the target cannot be reached. */
  unreachable: string | undefined;
  /** The 401 of a target that wants a token other than the one that was sent, if any. */
  challenge: Reply | undefined;
  /** Revisions that it serves. */
  serves: Revision[];
  server: { name: string; version: string } | undefined;
  /** What it said to each revision that it does not serve. */
  answers: Map<Revision, string>;
}

/** Asks the target for each revision in turn: `initialize` for the legacy ones, `server/discover` for the modern one. */
export async function probe(options: LinkOptions): Promise<Probe> {
  const found: Probe = {
    unreachable: undefined,
    challenge: undefined,
    serves: [],
    server: undefined,
    answers: new Map(),
  };
  for (const revision of [...LEGACY, ...MODERN]) {
    const link = createLink(options, revision);
    try {
      const reply = link.modern ? await link.request('server/discover') : await initialize(link);
      if (reply.status === 401) {
        found.challenge = reply;
        return found;
      }
      const server = served(reply, revision);
      if (server) {
        found.serves.push(revision);
        found.server = server;
      } else found.answers.set(revision, describe(reply));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      found.answers.set(revision, error.message);
      const never = found.serves.length === 0 && found.answers.size === 1;
      if (never && (error.kind === 'unreachable' || error.kind === 'tls' || error.kind === 'timeout')) {
        found.unreachable = error.message;
        return found;
      }
    } finally {
      await link.close();
    }
  }
  return found;
}

function initialize(link: Link): Promise<Reply> {
  const id = link.nextId();
  return link.post(initializeRequest(id, link.revision), { id });
}

function served(reply: Reply, revision: Revision): { name: string; version: string } | undefined {
  const result = resultOf(reply.response);
  if (reply.status !== 200 || !result) return undefined;
  const versions = result['supportedVersions'];
  const serves =
    result['protocolVersion'] === revision || (Array.isArray(versions) && versions.includes(revision));
  if (!serves) return undefined;
  const meta = isObject(result['_meta']) ? result['_meta'] : {};
  const info = result['serverInfo'] ?? meta[META.serverInfo];
  const { name, version } = isObject(info) ? info : {};
  return { name: printableName(name), version: printableName(version) };
}

const printableName = (value: unknown): string =>
  typeof value === 'string' ? value.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').slice(0, 100) : 'unknown';
