import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { checkAccept, checkContentType, originGuard } from '../../src/http/guards.ts';
import { sharedResult } from '../../src/legacy/shared-result.ts';
import { negotiate } from '../../src/legacy/versions.ts';
import { checkTool, SinglePrincipal } from '../../src/policy.ts';

const withHeaders = (headers: Record<string, string>): IncomingMessage =>
  ({ headers }) as unknown as IncomingMessage;

describe('guards', () => {
  const origins = ['http://localhost:8080', 'http://[::1]:8080'];

  for (const headers of [
    { host: 'localhost:8080' },
    { host: 'LOCALHOST:8080' },
    { host: '[::1]:8080', origin: 'http://localhost:8080' },
  ]) {
    it(`let ${JSON.stringify(headers)} in`, () => {
      expect(originGuard(origins)(withHeaders(headers))).to.equal(undefined);
    });
  }

  for (const headers of [
    {},
    { host: 'evil.example.com' },
    { host: 'localhost:8081' },
    { host: 'localhost:8080.evil.example.com' },
    { host: 'localhost:8080', origin: 'http://evil.example.com' },
    { host: 'localhost:8080', origin: 'https://localhost:8080' },
    { host: 'localhost:8080', origin: 'null' },
  ]) {
    it(`keep ${JSON.stringify(headers)} out`, () => {
      expect(originGuard(origins)(withHeaders(headers))).to.include({
        status: 403,
      });
    });
  }

  it('take every way of accepting both types', () => {
    const both = ['application/json', 'text/event-stream'];
    for (const accept of [
      '*/*',
      'application/json, text/event-stream',
      'text/*;q=0.5,application/*',
      'TEXT/event-stream,application/json;q=1',
    ]) {
      expect(checkAccept(withHeaders({ accept }), both), accept).to.equal(undefined);
    }
    for (const accept of [
      '',
      'application/json',
      'text/html, application/json',
      'application/jsonx, text/event-stream',
    ]) {
      expect(checkAccept(withHeaders({ accept }), both), accept).to.include({ status: 406 });
    }
  });

  it('take JSON in UTF-8 only', () => {
    for (const type of [
      'application/json',
      'Application/JSON; charset=UTF-8',
      'application/json;charset="utf-8"; x=y',
    ]) {
      expect(checkContentType(withHeaders({ 'content-type': type })), type).to.equal(undefined);
    }
    for (const type of ['', 'text/json', 'application/json+x', 'application/json; charset=utf-16']) {
      expect(checkContentType(withHeaders({ 'content-type': type })), type).to.include({ status: 415 });
    }
  });
});

describe('policy', () => {
  const call = (paramsText: string): Parameters<typeof checkTool>[0] => ({
    kind: 'request',
    id: 1,
    idText: '1',
    method: 'tools/call',
    params: JSON.parse(paramsText) as Record<string, unknown>,
    paramsText,
  });
  const caller = (...tools: string[]): Parameters<typeof checkTool>[1] => ({
    principal: 'p',
    allowedTools: new Set(tools),
  });

  it('lets the tools of the list be called and no other', () => {
    expect(checkTool(call('{"name":"a"}'), caller('a'))).to.equal(undefined);
    expect(checkTool(call('{"name":"b"}'), caller('a'))).to.include({ code: -32602 });
    expect(checkTool(call('{"name":"A"}'), caller('a'))).to.include({ code: -32602 });
    expect(checkTool(call('{"name":7}'), caller('7'))).to.include({ code: -32602 });
    expect(checkTool(call('{"name":"b"}'), { principal: 'p', allowedTools: undefined })).to.equal(undefined);
  });

  it('serves one principal where code runs for it', () => {
    const single = new SinglePrincipal(true);
    expect(['a', 'b', 'a'].map((principal) => single.admits(principal))).to.deep.equal([true, false, true]);
    expect(new SinglePrincipal(false).admits('b')).to.equal(true);
  });
});

describe('the result of initialize from a child that was there before', () => {
  const resultText =
    '{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true},"logging":{},"resources":{"subscribe":true,"listChanged":true},"tasks":{}},"serverInfo":{"name":"x","n":1.0},"instructions":"hi"}';
  const { capabilities } = JSON.parse(resultText) as { capabilities: Record<string, unknown> };
  const facts = { protocolVersion: '2025-11-25', capabilities, resultText };

  it('names the revision of the client', () => {
    expect(negotiate('2025-03-26', '2025-11-25')).to.equal('2025-03-26');
    expect(negotiate('2026-01-01', '2025-11-25')).to.equal('2025-11-25');
    expect(negotiate('2025-11-25', '2024-11-05')).to.equal('2024-11-05');
    expect(sharedResult(facts, '2025-03-26', false)).to.equal(resultText.replace('2025-11-25', '2025-03-26'));
  });

  it('advertises only what different principals can share', () => {
    expect(JSON.parse(sharedResult(facts, '2025-11-25', true))).to.deep.equal({
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true }, resources: { listChanged: true } },
      serverInfo: { name: 'x', n: 1 },
      instructions: 'hi',
    });
  });
});
