import { expect } from 'chai';
import { childCapabilities, isInputResponse, missingCapability } from '../../src/modern/capabilities.ts';
import { canonicalJson } from '../../src/modern/canonical-json.ts';
import { discoverResult } from '../../src/modern/discover.ts';
import { isAtLeast, META, MODERN_VERSION, readEnvelope } from '../../src/modern/envelope.ts';
import { decodeHeaderValue } from '../../src/modern/header-value.ts';
import { isModern } from '../../src/modern/ladder.ts';
import { honoured, readFilter } from '../../src/modern/listen.ts';
import { paramMismatch } from '../../src/modern/param-headers.ts';
import { callBinding, RequestStates } from '../../src/modern/request-state.ts';
import { childParams, completeResult, taggedParams } from '../../src/modern/texts.ts';
import { parseMessages, type Request } from '../../src/jsonrpc/message.ts';

const request = (method: string, params: object): Request => ({
  kind: 'request',
  id: 1,
  idText: '1',
  method,
  params: params as Record<string, unknown>,
  paramsText: JSON.stringify(params),
});

describe('the era of a POST', () => {
  const era = (message: object, headers: Record<string, string> = {}): boolean =>
    isModern(
      parseMessages(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', ...message })),
      headers,
    );
  const claim = { params: { _meta: { [META.protocolVersion]: MODERN_VERSION } } };

  it('is modern where header or body say so', () => {
    expect(era({}, { 'mcp-protocol-version': MODERN_VERSION })).to.equal(true);
    expect(era(claim)).to.equal(true);
    expect(era(claim, { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': 'x' })).to.equal(true);
  });

  it('is legacy where they say nothing, or a legacy revision', () => {
    expect(era({})).to.equal(false);
    expect(era({}, { 'mcp-protocol-version': '2025-06-18' })).to.equal(false);
    expect(era({ params: { protocolVersion: MODERN_VERSION } })).to.equal(false);
  });

  it('of an unknown revision is modern, unless a session is named', () => {
    expect(era({}, { 'mcp-protocol-version': '2031-01-01' })).to.equal(true);
    expect(era({}, { 'mcp-protocol-version': '1999-01-01', 'mcp-session-id': 'x' })).to.equal(false);
  });
});

describe('the envelope of a request', () => {
  const good = { [META.protocolVersion]: MODERN_VERSION, [META.clientCapabilities]: {} };
  const read = (meta: object): unknown => readEnvelope(request('m', { _meta: meta }));

  it('needs a revision and capabilities, and nothing else', () => {
    expect(read(good)).to.deep.equal({
      protocolVersion: MODERN_VERSION,
      capabilities: {},
      logLevel: undefined,
    });
  });

  for (const [what, change] of [
    ['no revision', { [META.protocolVersion]: undefined }],
    ['a revision that is no string', { [META.protocolVersion]: 7 }],
    ['capabilities that are a list', { [META.clientCapabilities]: [] }],
    ['a client that is a string', { [META.clientInfo]: 'me' }],
    ['an unknown log level', { [META.logLevel]: 'loud' }],
  ] as const) {
    it(`with ${what} is said to be wrong`, () => {
      expect(read({ ...good, ...change })).to.be.a('string');
    });
  }

  it('orders log levels', () => {
    expect(
      ['debug', 'warning', 'emergency', 'nonsense', 7].map((level) => isAtLeast(level, 'warning')),
    ).to.deep.equal([false, true, true, false, false]);
  });
});

describe('header values', () => {
  it('stand for themselves or for their canonical base64', () => {
    expect(decodeHeaderValue('plain')).to.equal('plain');
    expect(decodeHeaderValue('=?base64?SGVsbG8=?=')).to.equal('Hello');
    expect(decodeHeaderValue('=?base64?SGVsbG8=')).to.equal('=?base64?SGVsbG8=');
    expect(decodeHeaderValue('=?base64??=')).to.equal('');
    for (const broken of ['SGVsbG8', 'SGVs!!!bG8=', 'SGVsbG9=', '/w==', 'SGVs bG8=']) {
      expect(decodeHeaderValue(`=?base64?${broken}?=`), broken).to.equal(undefined);
    }
  });

  it('repeat the arguments that a tool wants repeated', () => {
    const wanted = [
      { header: 'mcp-param-region', path: ['where', 'region'] },
      { header: 'mcp-param-count', path: ['count'] },
      { header: 'mcp-param-dry', path: ['dry'] },
    ];
    const args = { where: { region: 'eu' }, count: 3, dry: false };
    const headers = { 'mcp-param-region': 'eu', 'mcp-param-count': '3.0', 'mcp-param-dry': 'false' };
    expect(paramMismatch(wanted, args, headers)).to.equal(undefined);
    expect(paramMismatch(wanted, {}, {})).to.equal(undefined);
    expect(paramMismatch(wanted, { count: null }, {})).to.equal(undefined);
    expect(paramMismatch(wanted, args, { ...headers, 'mcp-param-count': '4' })).to.include('count');
    expect(paramMismatch(wanted, args, { ...headers, 'mcp-param-count': '0x3' })).to.include('count');
    expect(paramMismatch(wanted, args, { ...headers, 'mcp-param-region': 'EU' })).to.include('region');
    expect(paramMismatch(wanted, { dry: true }, {})).to.include('missing');
  });
});

describe('capabilities', () => {
  it('for a child are those that the bridge can serve, whatever their order', () => {
    const one = childCapabilities({
      elicitation: { url: {}, form: {} },
      sampling: {},
      tasks: {},
      extensions: {},
    });
    const two = childCapabilities({ sampling: {}, elicitation: { form: {}, url: {} } });
    expect(one).to.equal(two).and.to.equal('{"elicitation":{"form":{},"url":{}},"sampling":{}}');
    expect(childCapabilities({ sampling: 'yes' })).to.equal('{}');
  });

  it('that a question needs are named', () => {
    expect(missingCapability(request('roots/list', {}), {})).to.deep.equal({ roots: {} });
    expect(missingCapability(request('sampling/createMessage', {}), { sampling: {} })).to.equal(undefined);
    const url = request('elicitation/create', { mode: 'url' });
    expect(missingCapability(url, { elicitation: {} })).to.deep.equal({ elicitation: { url: {} } });
    expect(missingCapability(url, { elicitation: { url: {} } })).to.equal(undefined);
  });

  it('of answers: only what has the right form is passed on', () => {
    expect(isInputResponse('roots/list', { roots: [] })).to.equal(true);
    expect(isInputResponse('elicitation/create', { action: 'decline' })).to.equal(true);
    expect(isInputResponse('elicitation/create', { action: 'explode' })).to.equal(false);
    expect(isInputResponse('sampling/createMessage', { role: 'assistant' })).to.equal(false);
    expect(isInputResponse('roots/list', null)).to.equal(false);
  });
});

describe('requestState', () => {
  const states = new RequestStates();
  const bound = callBinding('p', request('tools/call', { name: 'a', arguments: { x: 1, y: 2 } }));
  const state = states.sign({ callId: 'call', round: 1 }, 1_000, bound);

  it('comes back as it was signed', () => {
    expect(states.verify(state, 999, bound)).to.deep.equal({ callId: 'call', round: 1 });
  });

  it('ends', () => {
    expect(states.verify(state, 1_001, bound)).to.equal(undefined);
  });

  it('is good for nothing else, and from nobody else', () => {
    expect(states.verify(state, 1, callBinding('q', request('tools/call', { name: 'a' })))).to.equal(
      undefined,
    );
    expect(new RequestStates().verify(state, 1, bound)).to.equal(undefined);
    for (let i = 0; i < state.length; i++) {
      const changed = state.slice(0, i) + (state[i] === 'A' ? 'B' : 'A') + state.slice(i + 1);
      expect(states.verify(changed, 1, bound), changed).to.equal(undefined);
    }
  });

  it('is bound to what is asked, not to how it is written or answered', () => {
    const params = {
      arguments: { y: 2, x: 1 },
      name: 'a',
      _meta: { z: 1 },
      inputResponses: {},
      requestState: 's',
    };
    expect(callBinding('p', request('tools/call', params))).to.equal(bound);
    expect(callBinding('p', request('prompts/get', params))).not.to.equal(bound);
    expect(callBinding('p', request('tools/call', { ...params, name: 'b' }))).not.to.equal(bound);
  });

  it('takes objects with awkward names for what they are', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).to.equal('{"__proto__":{"a":2},"b":1}');
  });
});

describe('texts for the modern era', () => {
  it('complete a result and keep its values as they were written', () => {
    expect(completeResult('tools/call', '{"content":[1.0],"_meta":{"a":1}}', '{"name":"s"}')).to.equal(
      '{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"},"a":1},"content":[1.0]}',
    );
  });

  it('do not let a child speak for the bridge', () => {
    const text = completeResult('tools/list', '{"resultType":"input_required","ttlMs":9,"tools":[]}', '');
    expect(text).to.equal('{"resultType":"complete","ttlMs":0,"cacheScope":"private","_meta":{},"tools":[]}');
  });

  it('make an object of a result that is none', () => {
    expect(JSON.parse(completeResult('tools/call', 'null', ''))).to.include({ resultType: 'complete' });
  });

  it('hand params on without the envelope and the answers, each name once', () => {
    const text =
      `{"name":"x","name":"a","arguments":{"n":1.0},"requestState":"s","inputResponses":{},"task":{},` +
      `"_meta":{"${META.protocolVersion}":"v","${META.logLevel}":"info","progressToken":1}}`;
    expect(childParams(JSON.parse(text) as Record<string, unknown>, text)).to.equal(
      '{"name":"a","arguments":{"n":1.0},"_meta":{"progressToken":1}}',
    );
    expect(childParams({}, '{}')).to.equal('{}');
    const bare = `{"_meta":{"${META.protocolVersion}":"v"}}`;
    expect(childParams(JSON.parse(bare) as Record<string, unknown>, bare)).to.equal('{}');
  });

  it('tag notifications with their subscription', () => {
    expect(taggedParams(undefined, '"s"')).to.equal(`{"_meta":{"${META.subscriptionId}":"s"}}`);
    expect(JSON.parse(taggedParams('{"uri":"u","_meta":{"a":1}}', '7'))).to.deep.equal({
      uri: 'u',
      _meta: { a: 1, [META.subscriptionId]: 7 },
    });
  });

  it('tell what a server is and can do', () => {
    const resultText =
      '{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":{}},"serverInfo":{"name":"s"},"instructions":"do"}';
    const facts = { protocolVersion: '2025-11-25', capabilities: {}, resultText };
    expect(JSON.parse(discoverResult(facts, false))).to.deep.equal({
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [META.serverInfo]: { name: 's' } },
      supportedVersions: [MODERN_VERSION],
      capabilities: { tools: {} },
      instructions: 'do',
    });
  });
});

describe('what to listen for', () => {
  const filter = (notifications: unknown): unknown =>
    readFilter(request('subscriptions/listen', { notifications }));

  it('is read strictly', () => {
    expect(filter({ toolsListChanged: true, promptsListChanged: 'yes', other: 1 })).to.deep.equal({
      toolsListChanged: true,
    });
    for (const wrong of [
      undefined,
      null,
      [],
      { resourceSubscriptions: {} },
      { resourceSubscriptions: [1] },
    ]) {
      expect(filter(wrong)).to.equal(undefined);
    }
    expect(filter({ resourceSubscriptions: Array.from({ length: 65 }, String) })).to.equal(undefined);
  });

  it('is honoured as far as the server can', () => {
    const asked = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['u'] } as const;
    const capabilities = { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } };
    const copy = { ...asked, resourceSubscriptions: ['u'] };
    expect(honoured(copy, capabilities, false)).to.deep.equal({
      toolsListChanged: true,
      resourceSubscriptions: ['u'],
    });
    expect(honoured(copy, capabilities, true)).to.deep.equal({ toolsListChanged: true });
  });
});
