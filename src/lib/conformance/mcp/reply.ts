import type { HttpExchange } from '../../oauth/http.ts';
import { errorOf, isResponse, messagesIn, type Message } from './message.ts';
import { eventReader, type SseEvent } from './sse.ts';

/** What a POST to the MCP endpoint was answered with. */
export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Media type in lower case, without parameters; empty when there is none. */
  contentType: string;
  text: string;
  events: readonly SseEvent[];
  messages: readonly Message[];
  /** The response to the request that was sent: the message with its id, else an error without an id. */
  response: Message | undefined;
  /** Whether the body ended of its own accord. */
  ended: boolean;
  headersMs: number;
}

export const mediaType = (headers: Readonly<Record<string, string>>): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

/**
 * Reads an answer until the response with `id` is there, the body ends or the time is up; without an id, until the body ends.
 * @param drain read on to the end of the body although the response is there
 * @throws HttpError when the body breaks off before
 */
export async function readReply(
  exchange: HttpExchange,
  id: unknown,
  timeoutMs: number,
  drain = false,
): Promise<Reply> {
  const contentType = mediaType(exchange.headers);
  const streamed = contentType === 'text/event-stream';
  const events = streamed ? eventReader(exchange) : () => [];
  const messages = (): Message[] =>
    streamed ? events().flatMap((event) => messagesIn(event.data)) : messagesIn(exchange.text);
  const answers = (message: Message): boolean => isResponse(message) && message['id'] === id;
  let seen = 0;
  let found = false;
  const arrived = await exchange.until(() => {
    if (streamed && id !== undefined && events().length > seen) {
      found = events()
        .slice(seen)
        .some((event) => messagesIn(event.data).some(answers));
      seen = events().length;
    }
    return (found && !drain) || exchange.ended;
  }, timeoutMs);
  if (!arrived && exchange.failure) throw exchange.failure;
  const all = messages();
  return {
    status: exchange.status,
    headers: exchange.headers,
    contentType,
    text: exchange.text,
    events: events(),
    messages: all,
    response:
      all.find(answers) ?? all.find((message) => errorOf(message) !== undefined && message['id'] == null),
    ended: exchange.ended,
    headersMs: exchange.headersMs,
  };
}

/** One line of evidence: status, media type and the start of the body. */
export function describe(reply: Pick<Reply, 'status' | 'contentType' | 'text'>): string {
  const body = reply.text.trim();
  const start = body.length > 240 ? `${body.slice(0, 240)}…` : body;
  return [`HTTP ${reply.status}`, reply.contentType || 'no content type', start || 'no body'].join(', ');
}
