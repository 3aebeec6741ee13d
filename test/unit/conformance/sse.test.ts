import { expect } from 'chai';
import { eventReader } from '../../../src/lib/conformance/mcp/sse.ts';
import type { HttpExchange } from '../../../src/lib/oauth/http.ts';

/** Reads pieces as they would arrive, asking after each. */
function read(...pieces: string[]) {
  const arrived: string[] = [];
  const events = eventReader({ pieces: arrived } as unknown as HttpExchange);
  for (const piece of pieces) {
    arrived.push(piece);
    events();
  }
  return events();
}

describe('eventReader', () => {
  it('reads data of one and of several lines', () => {
    expect(read('data: one\n\ndata: two\ndata:lines\n\n')).to.deep.equal([
      { type: 'message', data: 'one' },
      { type: 'message', data: 'two\nlines' },
    ]);
  });

  it('takes LF, CRLF and CR for the end of a line, also across pieces', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = `data: one${end}${end}data: two${end}${end}data: x`;
      expect(
        read(...Array.from(text)).map(({ data }) => data),
        JSON.stringify(end),
      ).to.deep.equal(['one', 'two']);
    }
  });

  it('keeps an event with an id and no data, and leaves comments out', () => {
    expect(read(': hello\n\nid: 7\ndata:\n\nevent: ping\nretry: 10\n\n')).to.deep.equal([
      { type: 'message', data: '', id: '7' },
      { type: 'ping', data: '', retry: '10' },
    ]);
  });

  it('does not give an event that is not complete', () => {
    expect(read('data: half\n')).to.deep.equal([]);
  });
});
