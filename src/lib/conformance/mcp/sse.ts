import type { HttpExchange } from '../../oauth/http.ts';

/** One event of a stream (WHATWG HTML, server-sent events); one with an id and no data is kept too. */
export interface SseEvent {
  type: string;
  data: string;
  id?: string;
  retry?: string;
}

/** Reads the events of a growing body; each call continues where the last one stopped. */
export function eventReader(exchange: HttpExchange): () => readonly SseEvent[] {
  const events: SseEvent[] = [];
  let at = 0;
  let rest = '';
  let open: Partial<SseEvent> & { lines?: string[] } = {};
  const line = (text: string): void => {
    if (text === '') {
      if (Object.keys(open).length > 0) {
        const { lines = [], type = 'message', ...rest } = open;
        events.push({ ...rest, type, data: lines.join('\n') });
      }
      open = {};
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') (open.lines ??= []).push(value);
    else if (field === 'event') open.type = value;
    else if (field === 'id') open.id = value;
    else if (field === 'retry') open.retry = value;
  };
  return () => {
    for (; at < exchange.pieces.length; at += 1) {
      rest += exchange.pieces[at] ?? '';
      // A CR at the end may be half of a CRLF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const one of lines) line(one);
    }
    return events;
  };
}
