import { expect } from 'chai';
import { Exchange } from '../../src/legacy/exchange.ts';
import { EventStreams } from '../../src/stream/event-stream.ts';
import { Outflow } from '../../src/stream/outflow.ts';
import { FakeResponse } from '../helpers/response.ts';

const anyOutflow = (): Outflow => new Outflow({ limit: 1_000, stallMs: 1_000, onChange: () => undefined });
const streamsOf = (maxCharacters = 10_000): EventStreams => new EventStreams(anyOutflow(), maxCharacters);

describe('the answer to a POST', () => {
  const exchange = (
    response: FakeResponse,
    options: Partial<{ requests: number; batch: boolean; prime: boolean }> = {},
  ): Exchange =>
    new Exchange(response.asResponse(), streamsOf(), { requests: 1, batch: false, prime: true, ...options });

  it('is JSON when it comes first', () => {
    const response = new FakeResponse();
    exchange(response).reply('{"x":1}');
    expect(response).to.include({ status: 200, written: '{"x":1}', ended: true });
    expect(response.headers).to.include({ 'content-type': 'application/json', 'content-length': 7 });
  });

  it('is a stream when another message comes first', () => {
    const response = new FakeResponse();
    const one = exchange(response);
    expect(one.push('"a"')).to.equal(true);
    one.reply('"b"');
    expect(response.headers).to.include({ 'content-type': 'text/event-stream' });
    expect(response.written).to.equal(
      'id: 1-0\nretry: 1000\ndata: \n\nevent: message\nid: 1-1\ndata: "a"\n\nevent: message\nid: 1-2\ndata: "b"\n\n',
    );
    expect(response.ended).to.equal(true);
  });

  it('becomes a stream when it takes longer than a heartbeat, once', () => {
    const response = new FakeResponse();
    const one = exchange(response);
    one.heartbeat(Date.now() + 10, 15_000);
    expect(response.headersSent).to.equal(false);
    one.heartbeat(Date.now() + 15_001, 15_000);
    one.heartbeat(Date.now() + 30_001, 15_000);
    expect(response.written).to.equal('id: 1-0\nretry: 1000\ndata: \n\n');
    one.reply('"late"');
    expect(response.written).to.include('data: "late"');
  });

  it('to a batch waits for all answers', () => {
    const response = new FakeResponse();
    const one = exchange(response, { requests: 2, batch: true });
    one.reply('1');
    expect(response.ended).to.equal(false);
    one.reply('2');
    expect(response.written).to.equal('[1,2]');
  });

  it('to a batch of one is a batch', () => {
    const response = new FakeResponse();
    exchange(response, { batch: true }).reply('1');
    expect(response.written).to.equal('[1]');
  });

  it('is given up quietly when its client has gone', () => {
    const response = new FakeResponse();
    const one = exchange(response);
    response.destroy();
    expect(one.push('"a"')).to.equal(false);
    one.reply('"b"');
    expect(response.written).to.equal('');
    expect(one.done).to.equal(true);
  });
});

describe('streams that are resumed', () => {
  it('send what was missed and go on', () => {
    const streams = streamsOf();
    const stream = streams.create();
    const [first, second] = [new FakeResponse(), new FakeResponse()];
    stream.open(first.asResponse(), false);
    stream.send('1');
    first.destroy();
    stream.send('2');
    stream.send('3');
    expect(stream.connected).to.equal(false);
    const found = streams.find('1-1');
    expect(found?.stream.resume(second.asResponse(), found.seq, false)).to.equal(true);
    stream.send('4');
    expect([...second.written.matchAll(/data: (\d)/g)].map(([, data]) => data)).to.deep.equal([
      '2',
      '3',
      '4',
    ]);
    expect(second.written).to.include('id: 1-4');
  });

  it('end at once when nothing will follow', () => {
    const streams = streamsOf();
    const stream = streams.create();
    stream.send('1');
    stream.end();
    const response = new FakeResponse();
    expect(stream.resume(response.asResponse(), 0, false)).to.equal(true);
    expect(response).to.include({ ended: true });
  });

  it('are refused where something is missing', () => {
    const streams = streamsOf(10);
    const stream = streams.create();
    for (const text of ['12345', '12345', '12345']) stream.send(text);
    const response = new FakeResponse();
    expect(stream.resume(response.asResponse(), 0, false)).to.equal(false);
    expect(stream.resume(response.asResponse(), 4, false)).to.equal(false);
    expect(response.headersSent).to.equal(false);
    expect(stream.resume(response.asResponse(), 1, false)).to.equal(true);
  });

  it('are forgotten with their last event', () => {
    const streams = streamsOf(10);
    const gone = streams.create();
    gone.send('12345');
    gone.end();
    const other = streams.create();
    other.send('1234567890');
    expect(streams.find('1-0')).to.equal(undefined);
    expect(streams.find('2-0')?.stream).to.equal(other);
  });

  it('keep so many events and no more', () => {
    const streams = streamsOf(1_000_000);
    const stream = streams.create();
    for (let i = 0; i < 1_000; i++) stream.send('x');
    expect(stream.kept).to.have.length(256);
  });
});

describe('slow readers', () => {
  const outflow = (): { flow: Outflow; changes: boolean[] } => {
    const changes: boolean[] = [];
    return {
      flow: new Outflow({ limit: 100, stallMs: 1_000, onChange: (full) => changes.push(full) }),
      changes,
    };
  };
  const slow = (bytes: number): FakeResponse => Object.assign(new FakeResponse(), { writableLength: bytes });

  it('fill the outflow together, and free it when half is taken', () => {
    const { flow, changes } = outflow();
    const [one, two] = [slow(60), slow(60)];
    flow.wrote(one.asResponse());
    flow.wrote(two.asResponse());
    expect(changes).to.deep.equal([true]);
    one.writableLength = 0;
    one.emit('drain');
    expect(changes).to.deep.equal([true]);
    two.writableLength = 40;
    two.emit('drain');
    expect(changes).to.deep.equal([true, false]);
  });

  it('that leave free it', () => {
    const { flow, changes } = outflow();
    const one = slow(200);
    flow.wrote(one.asResponse());
    one.destroy();
    expect(changes).to.deep.equal([true, false]);
  });

  it('that take nothing for too long are cut off, those that take something are not', () => {
    const { flow } = outflow();
    const [stuck, alive] = [slow(80), slow(80)];
    flow.wrote(stuck.asResponse());
    flow.wrote(alive.asResponse());
    alive.writableLength = 70;
    const now = Date.now();
    flow.sweep(now + 900);
    expect([stuck.destroyed, alive.destroyed]).to.deep.equal([false, false]);
    flow.sweep(now + 1_100);
    expect([stuck.destroyed, alive.destroyed]).to.deep.equal([true, false]);
  });

  it('cost no listener per write', () => {
    const { flow } = outflow();
    const one = slow(10);
    for (let i = 0; i < 50; i++) {
      one.writableLength = 10;
      flow.wrote(one.asResponse());
      one.writableLength = 0;
      one.emit('drain');
    }
    expect(one.listenerCount('drain')).to.equal(1);
  });
});
