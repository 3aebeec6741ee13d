import type { HttpAnswer } from './http.ts';
import { redact, redactHeader } from './redact.ts';
import type { OAuthRequest, Transport } from './transport.ts';

/** One request and its answer, with every secret hidden. */
export interface Observed {
  request: { method: string; url: string; headers: [string, string][]; body: string | undefined };
  answer: { status: number; headers: [string, string][]; body: string };
  ms: number;
}

/** Headers of an answer that say something of the flow. */
const TELLING = [
  'content-type',
  'location',
  'www-authenticate',
  'cache-control',
  'set-cookie',
  'mcp-session-id',
  'retry-after',
];
const MAX_BODY = 4000;

/** A transport that tells of each exchange, redacted, so that it can be shown to anybody. */
export const observing =
  (transport: Transport, onExchange: (observed: Observed) => void): Transport =>
  async (request) => {
    const answer = await transport(request);
    onExchange(observedOf(request, answer));
    return answer;
  };

function observedOf(request: OAuthRequest, answer: HttpAnswer): Observed {
  const type = answer.headers['content-type'] ?? '';
  const page = type.startsWith('text/html');
  return {
    request: {
      method: request.method,
      url: redact(request.url),
      headers: Object.entries(request.headers ?? {}).map(([name, value]) => [
        name,
        redactHeader(name, value),
      ]),
      body: request.body === undefined ? undefined : redact(request.body),
    },
    answer: {
      status: answer.status,
      headers: TELLING.flatMap((name) => {
        const value = answer.headers[name];
        return value === undefined ? [] : [[name, redactHeader(name, value)] as [string, string]];
      }),
      body: page ? `(a page of ${answer.text.length} characters)` : redact(answer.text.slice(0, MAX_BODY)),
    },
    ms: answer.ms,
  };
}
