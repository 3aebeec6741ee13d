import { spec, type Check } from './check.ts';
import type { Probe } from './probe.ts';
import { fail, pass, REVISIONS, verdict } from './types.ts';

const TRANSPORTS = spec('basic/transports#streamable-http', 'basic/transports/streamable-http');

/** The id whose failure means that the target cannot be reached at all. */
export const ANSWERS = 'target.answers';

/** What the first look must show before anything else can be tested. */
export const targetChecks: Check<Probe>[] = [
  {
    id: ANSWERS,
    title: 'The endpoint answers a POST',
    level: 'MUST',
    clause: TRANSPORTS,
    revisions: REVISIONS,
    advice: 'Check the URL, that the server runs, and that its certificate is trusted here.',
    run: ({ unreachable }) =>
      Promise.resolve(unreachable === undefined ? pass('It answered.') : fail(`No answer: ${unreachable}.`)),
  },
];

/** Needs a token that was accepted, or no token. */
export const authorizedCheck: Check<Probe> = {
  id: 'target.authorized',
  title: 'The endpoint lets the tester in',
  level: 'MUST',
  clause: spec('basic/authorization'),
  revisions: REVISIONS,
  advice: 'Give a token with --token, or sign in with --login.',
  run: ({ challenge }) =>
    Promise.resolve(
      challenge
        ? fail('It was answered with 401: without a token only the auth suite can be run.')
        : pass('It let the tester in.'),
    ),
};

export const servesCheck: Check<{ probe: Probe; wanted: readonly string[] }> = {
  id: 'target.serves',
  title: 'The endpoint speaks MCP in the revisions asked for',
  level: 'MUST',
  clause: spec('basic/lifecycle#version-negotiation', 'basic/versioning#protocol-version-negotiation'),
  revisions: REVISIONS,
  advice:
    'Answer initialize (up to 2025-11-25) or server/discover (2026-07-28) for each revision that you mean to serve.',
  run({ probe, wanted }) {
    const missing = wanted.filter((revision) => !probe.serves.some((known) => known === revision));
    const answers = [...probe.answers].map(([revision, answer]) => `${revision}: ${answer}`).join('; ');
    const none = probe.serves.length === 0;
    return Promise.resolve(
      verdict(
        !none && missing.length === 0,
        none || missing.length > 0 ? answers : `It serves ${probe.serves.join(', ')}.`,
      ),
    );
  },
};
