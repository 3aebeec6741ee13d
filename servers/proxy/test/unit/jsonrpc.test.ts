import { expect } from 'chai';
import { idKey, parseMessages, type Request } from '../../src/jsonrpc/message.ts';
import { elements, hasRepeatedKey, member, members } from '../../src/jsonrpc/scan.ts';
import { filterTools, omitMembers, progressTokenSpan, splice } from '../../src/jsonrpc/splice.ts';
import { errorText, notificationText, requestText, responseText } from '../../src/jsonrpc/write.ts';

/** JSON texts that are easy to cut in the wrong place. */
const TRICKY = [
  '{"a":{"b":[1,{"c":"}"}]},"d":"\\"}","e":[]}',
  ' { "a" : 1 , "b" : [ ] , "c" : { } } ',
  '{"a":"\\\\","b":"\\\\\\"","c":-1.5e+3}',
  '{"id":1,"nested":{"id":2,"x":[{"id":3}]},"\\u0069d2":null}',
  '{"a":true,"b":false,"c":null,"d":""}',
  '{"😀":"é\\ud83d","":0}',
  '{\n\t"a"\r\n:\n[\n1\n,\n2\n]\n}',
];

describe('scanning JSON texts', () => {
  for (const text of TRICKY) {
    it(`finds every member of ${JSON.stringify(text)}`, () => {
      const at = text.indexOf('{');
      const found = members(text, at).map(({ key, start, end }) => [
        key,
        JSON.parse(text.slice(start, end)) as unknown,
      ]);
      expect(Object.fromEntries(found)).to.deep.equal(JSON.parse(text));
    });
  }

  it('finds the elements of an array', () => {
    const text = '[1, "a,]" ,{"b":[2]},[],null]';
    expect(elements(text, 0).map(({ start, end }) => text.slice(start, end))).to.deep.equal([
      '1',
      '"a,]"',
      '{"b":[2]}',
      '[]',
      'null',
    ]);
  });

  it('takes the last of repeated members, as JSON.parse does', () => {
    const text = '{"id":1,"id":2}';
    const found = member(text, 0, 'id');
    expect(found && text.slice(found.start, found.end)).to.equal('2');
  });

  it('notices names that a lenient parser takes for equal', () => {
    expect(hasRepeatedKey('{"name":1,"Name":2}', 0)).to.equal(true);
    expect(hasRepeatedKey('{"name":1,"n\\u0061me":2}', 0)).to.equal(true);
    expect(hasRepeatedKey('{"name":1,"args":{"name":2}}', 0)).to.equal(false);
  });

  it('is not slowed down by long runs of backslashes', () => {
    const text = `{"a":"${'\\\\'.repeat(500_000)}","b":1}`;
    const began = performance.now();
    expect(members(text, 0)).to.have.length(2);
    expect(performance.now() - began).to.be.below(500);
  });
});

describe('reading messages', () => {
  const one = (text: string): ReturnType<typeof parseMessages>['messages'][number] | undefined =>
    parseMessages(text).messages[0];

  it('keeps ids and params as they were written', () => {
    const message = one(' {"params": {"n":1.0} ,"id":  1.50,"method":"m","jsonrpc":"2.0"}') as Request;
    expect(message).to.include({ kind: 'request', id: 1.5, idText: '1.50', paramsText: '{"n":1.0}' });
  });

  it('tells the kinds apart', () => {
    const kinds = [
      '{"jsonrpc":"2.0","method":"n"}',
      '{"jsonrpc":"2.0","method":"r","id":0}',
      '{"jsonrpc":"2.0","id":"x","result":null}',
      '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}',
      '{"jsonrpc":"2.0","id":1,"result":1,"error":{}}',
      '{"jsonrpc":"2.0","id":1}',
      '{"jsonrpc":"2.0","method":"m","params":[1]}',
    ].map((text) => one(text)?.kind);
    expect(kinds).to.deep.equal([
      'notification',
      'request',
      'response',
      'response',
      'invalid',
      'invalid',
      'invalid',
    ]);
  });

  it('names the id of an invalid message where it has one', () => {
    expect(one('{"jsonrpc":"1.0","id":"mine","method":"m"}')).to.include({
      kind: 'invalid',
      idText: '"mine"',
    });
  });

  it('reads batches message by message', () => {
    const { batch, messages } = parseMessages('[ {"jsonrpc":"2.0","id":"a","method":"m"}, 7 ]');
    expect(batch).to.equal(true);
    expect(messages.map(({ kind }) => kind)).to.deep.equal(['request', 'invalid']);
    expect(messages[0]).to.include({ idText: '"a"' });
  });

  it('takes members of the prototype for what they are', () => {
    expect(one('{"jsonrpc":"2.0","id":1,"method":"m","params":{"__proto__":{"x":1}}}')).to.include({
      paramsText: '{"__proto__":{"x":1}}',
    });
  });

  it('gives equal ids equal keys and different ids different ones', () => {
    expect(idKey(1, '1')).to.equal(idKey(1, '1.0'));
    expect(idKey('a', '"a"')).to.equal(idKey('a', '"\\u0061"'));
    expect(idKey(1, '1')).not.to.equal(idKey('1', '"1"'));
    expect(idKey(2 ** 53, '9007199254740992')).not.to.equal(idKey(2 ** 53, '9007199254740993'));
  });
});

describe('writing messages', () => {
  it('gives one line whatever the values hold', () => {
    const lines = [
      requestText('"a\\nb"', 'm\n', '{\n"a":\r\n1}'),
      notificationText('n', '{\n}'),
      responseText('1', 'result', '[\n1\r]'),
      errorText(undefined, { code: 1, message: 'a\nb' }),
    ];
    for (const line of lines) {
      expect(line).not.to.match(/[\r\n]/);
      expect(() => JSON.parse(line) as unknown).not.to.throw();
    }
  });

  it('leaves out params that there are none of', () => {
    expect(requestText('1', 'ping', undefined)).to.equal('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  });
});

describe('splicing params and results', () => {
  it('finds the progress token and nothing that looks like it', () => {
    const text =
      '{"progressToken":0,"arguments":{"_meta":{"progressToken":1}},"_meta":{"x":{},"progressToken":"t"}}';
    const span = progressTokenSpan(JSON.parse(text) as Record<string, unknown>, text);
    expect(span && splice(text, span, '42')).to.include('"_meta":{"x":{},"progressToken":42}');
  });

  it('finds none where there is none', () => {
    for (const text of ['{}', '{"_meta":{}}', '{"_meta":7}', '{"_meta":{"progressToken":null}}']) {
      expect(progressTokenSpan(JSON.parse(text) as Record<string, unknown>, text)).to.equal(undefined);
    }
  });

  it('keeps the allowed tools as they were written', () => {
    const text = '{"tools":[{"name":"a","n":1.0},{"name":"b"},{"name":"c"},7],"nextCursor":"x"}';
    expect(filterTools(text, new Set(['a', 'c']))).to.equal(
      '{"tools":[{"name":"a","n":1.0},{"name":"c"}],"nextCursor":"x"}',
    );
    expect(filterTools(text, undefined)).to.equal(text);
    expect(filterTools('{"tools":7}', new Set())).to.equal('{"tools":7}');
  });

  it('omits members', () => {
    expect(omitMembers('{"a":1,"b":{"c":2},"d":3}', (key) => key === 'b')).to.equal('{"a":1,"d":3}');
  });
});
