import type { ServiceModule, ServiceSnapshot } from '@mcpgw/kit';
import { serviceStatusSchema, type GatewayService } from '@mcpgw/kit/contract';
import { expect } from 'chai';
import type { Selected } from '../../src/service.ts';
import { Services } from '../../src/services.ts';
import { LIMITS, silent, stopped, until } from './fixture.ts';

/** A module that does what the test says. */
class FakeModule implements ServiceModule {
  readonly handler = (): void => undefined;
  readonly ready: Promise<void>;
  state: ServiceSnapshot['state'] = 'starting';
  restarts = 0;
  pids: number[] = [];
  closed = Promise.withResolvers<undefined>();
  graceMs: number | undefined;
  readonly definition: Selected;
  readonly #ready = Promise.withResolvers<undefined>();

  constructor(definition: Selected) {
    this.definition = definition;
    this.ready = this.#ready.promise;
  }

  become(state: 'ready' | 'failed'): void {
    this.state = state;
    if (state === 'ready') this.#ready.resolve(undefined);
    else this.#ready.reject(new Error('it ended at once'));
  }

  close(graceMs: number): Promise<void> {
    this.graceMs = graceMs;
    return this.closed.promise;
  }

  snapshot(): ServiceSnapshot {
    const error = this.state === 'failed' ? 'it ended at once' : undefined;
    const { state, restarts, pids } = this;
    return { state, since: new Date(0), restarts, error, sessions: 1, calls: 2, errors: 3, pids };
  }
}

const selected = (name: string, bodyBytes = 1000): GatewayService => ({
  ...stopped(name),
  disposition: { state: 'selected', run: { kind: 'native', limits: { ...LIMITS, bodyBytes } } },
});

describe('the services of the gateway', () => {
  let services: Services;
  let made: FakeModule[];
  let create: (service: Selected) => Promise<ServiceModule>;
  const apply = (...definitions: GatewayService[]): void => services.apply(definitions, 500);
  const states = async (): Promise<string[]> =>
    (await services.status()).map((it) => `${it.name} ${it.state}`);
  const makes = (count: number): Promise<void> =>
    until(`${count} modules are made`, () => made.length === count);

  beforeEach(() => {
    made = [];
    create = (service) => {
      const module = new FakeModule(service);
      made.push(module);
      return Promise.resolve(module);
    };
    services = new Services({ create: (service) => create(service), log: silent });
  });

  afterEach(async () => {
    for (const module of made) module.closed.resolve(undefined);
    await services.close(0);
  });

  it('are started when they are selected, and only then', async () => {
    apply(selected('a'), stopped('b'), { ...stopped('c'), disposition: { state: 'disabled' } });
    expect(services.entry('a')).to.equal('starting');
    expect(await states()).to.deep.equal(['a starting', 'b stopped', 'c disabled']);
    await makes(1);
    made[0]!.become('ready');
    expect(await states()).to.deep.equal(['a ready', 'b stopped', 'c disabled']);
    expect(services.entry('a')).to.equal(made[0]!.handler);
    expect(services.entry('b')).to.equal('stopped');
    expect(services.entry('c')).to.equal('disabled');
    expect(services.entry('unknown')).to.equal('stopped');
  });

  it('are told with what the contract of the admin API says', async () => {
    const missing = {
      state: 'unavailable',
      reason: 'Python is missing.',
      nextStep: 'apt install python3',
    } as const;
    apply(selected('a'), { ...stopped('b'), disposition: missing });
    await makes(1);
    made[0]!.become('failed');
    made[0]!.pids = [process.pid];
    const [a, b] = (await services.status()).map((it) => serviceStatusSchema.parse(it));
    expect(a).to.include({ state: 'failed', error: 'it ended at once', sessions: 1, calls: 2, errors: 3 });
    expect(a!.memoryBytes).to.be.within(10e6, 10e9);
    expect(b).to.include({
      state: 'unavailable',
      error: 'Python is missing.\napt install python3',
      memoryBytes: 0,
    });
  });

  it('keep the handler of a module that failed: it may recover', async () => {
    apply(selected('a'));
    await makes(1);
    made[0]!.become('failed');
    expect(services.entry('a')).to.equal(made[0]!.handler);
  });

  it('are failed when their module cannot be made, until they are restarted', async () => {
    const works = create;
    create = () => Promise.reject(new Error('no such native server'));
    apply(selected('a'));
    await until('it failed', async () => (await states())[0] === 'a failed');
    expect((await services.status())[0]).to.have.property('error', 'no such native server');
    expect(services.entry('a')).to.equal('failed');
    create = works;
    expect(services.restart('a')).to.equal('restarted');
    await makes(1);
    expect(await states()).to.deep.equal(['a starting']);
  });

  it('stay as they are under an equal definition', async () => {
    apply(selected('a'));
    await makes(1);
    apply(selected('a'));
    expect(services.entry('a')).to.equal(made[0]!.handler);
    expect(made[0]!.graceMs).to.equal(undefined);
  });

  it('are replaced under a changed one: the old module ends before the new one starts', async () => {
    apply(selected('a'));
    await makes(1);
    made[0]!.restarts = 2;
    apply(selected('a', 2000));
    expect(services.entry('a')).to.equal('starting');
    await until('the old one is told to end', () => made[0]!.graceMs !== undefined);
    expect(made).to.have.lengthOf(1);
    made[0]!.closed.resolve(undefined);
    await makes(2);
    expect(made[1]!.definition.disposition.run.limits.bodyBytes).to.equal(2000);
    expect((await services.status())[0]).to.include({ state: 'starting', restarts: 2 });
  });

  it('skip what is out of date when they change faster than they start', async () => {
    apply(selected('a'));
    await makes(1);
    for (const bytes of [2, 3, 4]) apply(selected('a', bytes));
    made[0]!.closed.resolve(undefined);
    await makes(2);
    expect(made[1]!.definition.disposition.run.limits.bodyBytes).to.equal(4);
  });

  it('end when they are deselected or leave the configuration', async () => {
    apply(selected('a'), selected('b'));
    await makes(2);
    apply(stopped('a'));
    expect(await states()).to.deep.equal(['a stopped']);
    await until('both are told to end', () => made.every((it) => it.graceMs !== undefined));
    apply(selected('a'));
    expect(await states()).to.deep.equal(['a starting']);
    for (const module of made) module.closed.resolve(undefined);
    await makes(3);
  });

  it('can be restarted when they run, and only then', async () => {
    apply(selected('a'), stopped('b'));
    await makes(1);
    expect(services.restart('b')).to.equal('not-running');
    expect(services.restart('c')).to.equal('unknown');
    expect(services.restart('a')).to.equal('restarted');
    made[0]!.closed.resolve(undefined);
    await makes(2);
  });

  it('all end on close, also those that are still leaving', async () => {
    apply(selected('a'), selected('b'));
    await makes(2);
    apply(selected('a'));
    let closed = false;
    const closing = services.close(100).then(() => (closed = true));
    made[0]!.closed.resolve(undefined);
    await until('a was told', () => made[0]!.graceMs === 100);
    expect(closed).to.equal(false);
    made[1]!.closed.resolve(undefined);
    await closing;
    expect(services.entry('a')).to.equal('stopped');
  });
});
