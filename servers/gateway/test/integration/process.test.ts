import { expect } from 'chai';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { until } from '../unit/fixture.ts';
import { livingProcesses, NATIVE, Project, WRAPPED } from './project.ts';

/** What an end may take, children included. Milliseconds. */
const END_MS = 5000;

describe('the process of the gateway', function () {
  this.timeout(60_000);
  let project: Project;

  beforeEach(async () => {
    project = await Project.create();
  });
  afterEach(() => project.remove());

  /** Up, with a child that serves a client whose stream stays open. */
  const serving = async (...flags: string[]): Promise<ChildProcess> => {
    const { process, message } = await project.spawn(...flags);
    expect(message).to.deep.equal({ type: 'listening', pid: process.pid, url: project.origin });
    await project.settled('ready', WRAPPED, ...NATIVE);
    const client = await project.client(WRAPPED, (await project.token([WRAPPED])).token);
    // The end of its stream is what is tested here.
    client.onerror = () => undefined;
    await client.listTools();
    return process;
  };

  /** Does what ends the gateway, and waits until it and all its children are gone. */
  const end = async (gateway: ChildProcess, act: () => unknown): Promise<unknown[]> => {
    const children = [...(await livingProcesses())]
      .filter(([, parent]) => parent === gateway.pid)
      .map(([pid]) => pid);
    // The server for the client, and the watchdog.
    expect(children).to.have.lengthOf.at.least(2);
    const ended = once(gateway, 'exit');
    const since = performance.now();
    await act();
    const how: unknown[] = await ended;
    const noneLives = async (): Promise<boolean> => {
      const living = await livingProcesses();
      return !children.some((pid) => living.has(pid));
    };
    await until('no child is left', noneLives, END_MS);
    expect(performance.now() - since).to.be.below(END_MS);
    return how;
  };

  it('ends in order when the folder of its project is deleted: nobody could manage it any more', async () => {
    const gateway = await serving();
    const remove = (): void => rmSync(dirname(project.socket), { recursive: true });
    expect(await end(gateway, remove)).to.deep.equal([0, null]);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends in order on ${signal}, with a stream open and a connection that says nothing`, async () => {
      const gateway = await serving('--foreground');
      const silent = connect(project.port, '127.0.0.1').on('error', () => undefined);
      await once(silent, 'connect');
      expect(await end(gateway, () => gateway.kill(signal))).to.deep.equal([0, null]);
      expect(existsSync(project.socket)).to.equal(false);
    });
  }

  it('ends in order in the foreground when its owner is gone', async () => {
    const gateway = await serving('--foreground');
    expect(await end(gateway, () => gateway.disconnect())).to.deep.equal([0, null]);
  });

  it('outlives its owner otherwise, and ends in order when the admin API says so', async () => {
    const gateway = await serving();
    if (gateway.connected) await once(gateway, 'disconnect');
    expect((await project.status()).pid).to.equal(gateway.pid);
    const shutdown = (): Promise<unknown> => project.admin('POST', '/shutdown');
    expect(await end(gateway, shutdown)).to.deep.equal([0, null]);
  });

  it('ends at once on a second signal, though a call is in flight', async () => {
    const gateway = await serving('--foreground');
    const client = await project.client(WRAPPED, (await project.token([WRAPPED])).token);
    const { promise: running, resolve } = Promise.withResolvers<undefined>();
    // The client would wait for the gateway to come back; its answer does not matter here.
    const call = client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 60, steps: 120 } },
      { onprogress: () => resolve(undefined) },
    );
    await running;
    const how = await end(gateway, async () => {
      gateway.kill('SIGTERM');
      await refuses(project.port);
      // Later than what could be the same Ctrl-C.
      await new Promise((later) => setTimeout(later, 600));
      gateway.kill('SIGTERM');
    });
    expect(how).to.deep.equal([1, null]);
    await client.close();
    await call.catch(() => undefined);
  });

  it('leaves no child behind when it is killed, and can be started again', async () => {
    const gateway = await serving('--foreground');
    expect(await end(gateway, () => gateway.kill('SIGKILL'))).to.deep.equal([null, 'SIGKILL']);
    const again = await serving();
    expect(await end(again, () => again.kill('SIGTERM'))).to.deep.equal([0, null]);
  });

  describe('that cannot start', () => {
    const failure = async (): Promise<{ code: string; message: string }> => {
      const { process, message } = await project.spawn('--foreground');
      if (process.exitCode === null) await once(process, 'exit');
      expect(process.exitCode).to.equal(1);
      if (message.type !== 'failed') throw new Error('it started');
      return message;
    };

    it('names the port that is taken', async () => {
      const { process } = await project.spawn();
      const other = await Project.create();
      other.select(NATIVE, { port: project.port });
      const { process: second, message } = await other.spawn();
      expect(message).to.include({ type: 'failed', code: 'PORT_IN_USE' });
      expect(message).to.have.property('message').that.includes(`${project.port}`);
      if (second.exitCode === null) await once(second, 'exit');
      expect(second.exitCode).to.equal(1);
      await other.remove();
      process.kill('SIGTERM');
      await once(process, 'exit');
    });

    it('says that the project is running already', async () => {
      const { process } = await project.spawn();
      const { process: second, message } = await project.spawn();
      expect(message).to.include({ type: 'failed', code: 'ALREADY_RUNNING' });
      if (second.exitCode === null) await once(second, 'exit');
      expect((await project.status()).pid).to.equal(process.pid);
      process.kill('SIGTERM');
      await once(process, 'exit');
    });

    it('names the file that is bad', async () => {
      project.write('gateway.json', '{}');
      expect(await failure()).to.have.property('code', 'INVALID_CONFIG');
      rmSync(project.file);
      expect(await failure())
        .to.have.property('message')
        .that.includes('gateway.json');
    });

    it('names the folder in which it cannot write', async () => {
      project.select(NATIVE, { stateDir: '/proc/mcpgw' });
      expect((await failure()).message).to.include('/proc/mcpgw');
    });
  });
});

/** Waits until nobody listens on the port any more. */
const refuses = (port: number): Promise<void> =>
  until('the port is closed', async () => {
    const socket = connect(port, '127.0.0.1');
    const listens = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return !listens;
  });
