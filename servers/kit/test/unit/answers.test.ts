import { errorBody, JSON_RPC, jsonRpcError, memoize, traceId } from '@mcpgw/kit';
import { expect } from 'chai';

describe('answers', () => {
  it('carry the own id of the request in a JSON-RPC error', () => {
    expect(jsonRpcError('7', JSON_RPC.methodNotFound, 'No such method.')).to.deep.equal({
      jsonrpc: '2.0',
      id: '7',
      error: { code: -32601, message: 'No such method.' },
    });
    expect(jsonRpcError(0, JSON_RPC.invalidParams, 'Bad.', { at: 'name' }).error).to.have.property('data');
  });

  it('carry words and a trace id outside JSON-RPC', () => {
    expect(errorBody('not_found', 'Nothing here.', 'abc')).to.deep.equal({
      error: 'not_found',
      error_description: 'Nothing here.',
      trace_id: 'abc',
    });
  });
});

describe('the trace id', () => {
  it('is the one of a valid traceparent', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(traceId({ traceparent })).to.equal('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  for (const traceparent of [undefined, '', 'x', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, '00-a\n-b-01']) {
    it(`is new for ${String(traceparent)}`, () => {
      const headers = traceparent === undefined ? {} : { traceparent };
      expect(traceId(headers))
        .to.match(/^[\da-f]{32}$/)
        .and.not.equal(traceId(headers));
    });
  }
});

describe('memoize', () => {
  it('derives once an argument', () => {
    const seen: object[] = [];
    const derive = memoize((argument: object) => seen.push(argument));
    const [a, b] = [{}, {}];
    expect([derive(a), derive(a), derive(b), derive(a)]).to.deep.equal([1, 1, 2, 3]);
  });
});
