import type { GatewayFile } from '@mcpgw/kit/contract';
import { expect } from 'chai';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  followConfiguration,
  readConfiguration,
  type Configuration,
  type Follower,
} from '../../src/configuration.ts';
import { StartFailure } from '../../src/failure.ts';
import { routeTable, serviceRoutes, silent, stopped, temporaryFolder, until } from './fixture.ts';

const gatewayFile = (stateDir: string, rest: Partial<GatewayFile> = {}): GatewayFile => ({
  version: 1,
  port: 8080,
  stateDir,
  logLevel: 'info',
  auth: {
    identityProviders: ['local'],
    lifetimes: { accessToken: 900, refreshToken: 3600, authorizationCode: 60, session: 3600, client: 0 },
    registrationsPerMinute: 300,
  },
  services: [stopped('echo')],
  ...rest,
});

describe('the configuration of the gateway', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  /** By rename, as the renderer writes. */
  const write = (name: string, content: unknown): void => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(folder.path, `${name}.tmp`), text);
    renameSync(join(folder.path, `${name}.tmp`), join(folder.path, name));
  };

  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'gateway.json');
    write('gateway.json', gatewayFile(folder.path));
    write('routes.json', routeTable(8080, serviceRoutes(8080, 'echo')));
  });
  afterEach(() => folder.remove());

  describe('when it is read', () => {
    const refusal = (): StartFailure => {
      try {
        readConfiguration(file);
      } catch (error) {
        if (error instanceof StartFailure) return error;
        throw error;
      }
      throw new Error('it was taken');
    };

    it('is both files', () => {
      const { gateway, routes } = readConfiguration(file);
      expect(gateway.services.map((it) => it.name)).to.deep.equal(['echo']);
      expect(routes.issuer).to.equal('http://localhost:8080');
    });

    it('names the file that is missing or no JSON', () => {
      write('routes.json', '{');
      expect(refusal())
        .to.include({ code: 'INVALID_CONFIG' })
        .and.property('message')
        .includes('routes.json');
      rmSync(file);
      expect(refusal().message).to.include('gateway.json').and.include('ENOENT');
    });

    it('names the key that is wrong or unknown', () => {
      write('gateway.json', { ...gatewayFile(folder.path), port: 'many' });
      expect(refusal().message).to.include('gateway.json').and.include('at port');
      write('gateway.json', { ...gatewayFile(folder.path), colour: 'red' });
      expect(refusal().message).to.include('"colour"');
    });
  });

  describe('while it is followed', () => {
    let follower: Follower;
    let taken: Configuration[];

    beforeEach(() => {
      taken = [];
      const current = readConfiguration(file);
      follower = followConfiguration({ file, current, take: (next) => taken.push(next), log: silent });
    });
    afterEach(() => follower.close());

    it('is taken over when a file is replaced', async () => {
      write('gateway.json', gatewayFile(folder.path, { services: [stopped('echo'), stopped('time')] }));
      await until('the new file is taken', () => taken.length > 0);
      expect(taken.at(-1)!.gateway.services.map((it) => it.name)).to.deep.equal(['echo', 'time']);
      expect(follower.error).to.equal(undefined);
    });

    it('stays as it was under a bad file, says so, and recovers', async () => {
      write('routes.json', '{"version":1}');
      await until('the error is told', () => follower.error !== undefined);
      expect(follower.error).to.include('routes.json is not valid');
      expect(taken).to.deep.equal([]);
      write('routes.json', routeTable(8080, []));
      await until('the error is gone', () => follower.error === undefined);
      expect(taken.at(-1)!.routes.routes).to.deep.equal([]);
    });

    it('stays as it was when a file is gone', async () => {
      rmSync(file);
      await until('the error is told', () => follower.error?.includes('gateway.json') === true);
      expect(taken).to.deep.equal([]);
    });

    it('cannot change what the process is bound to', async () => {
      write('gateway.json', gatewayFile(folder.path, { port: 9090 }));
      await until('the error is told', () => follower.error !== undefined);
      expect(follower.error).to.include('port changed from 8080 to 9090').and.include('mcpgw down');
      expect(taken).to.deep.equal([]);
    });

    it('is not taken over again when other files change', async () => {
      write('other.json', '{}');
      write('routes.json', routeTable(8080, []));
      await until('the change is taken', () => taken.length > 0);
      write('another.json', '{}');
      write('gateway.json', gatewayFile(folder.path, { logLevel: 'debug' }));
      await until('the second change is taken', () => taken.at(-1)!.gateway.logLevel === 'debug');
      expect(taken).to.have.lengthOf(2);
    });

    it('is not followed after close', async () => {
      follower.close();
      write('routes.json', routeTable(8080, []));
      const other = followConfiguration({
        file,
        current: readConfiguration(file),
        take: () => undefined,
        log: silent,
      });
      write('routes.json', '{');
      await until('another one has seen it', () => other.error !== undefined);
      other.close();
      expect(follower.error).to.equal(undefined);
      expect(taken).to.deep.equal([]);
    });
  });

  it('is taken over when it changed after it was read and before it was followed', async () => {
    const current = readConfiguration(file);
    write('gateway.json', gatewayFile(folder.path, { logLevel: 'debug' }));
    const taken: Configuration[] = [];
    const follower = followConfiguration({ file, current, take: (next) => taken.push(next), log: silent });
    await until('the change is taken', () => taken.length === 1);
    follower.close();
  });

  it('reports what keeps it from being taken over', async () => {
    const take = (): void => {
      throw new Error('cannot take it');
    };
    const follower = followConfiguration({ file, current: readConfiguration(file), take, log: silent });
    write('routes.json', routeTable(8080, []));
    await until('the error is told', () => follower.error === 'cannot take it');
    follower.close();
  });
});
