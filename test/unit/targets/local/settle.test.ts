import { expect } from 'chai';
import type { ServiceState } from '../../../../servers/kit/src/contract/admin.ts';
import type { GatewayFile, GatewayService } from '../../../../servers/kit/src/contract/gateway.ts';
import { createAdminClient } from '../../../../src/lib/admin/client.ts';
import { socketTransport } from '../../../../src/lib/admin/transport.ts';
import { UserError } from '../../../../src/lib/errors.ts';
import { isSettled, untilSettled, verdict } from '../../../../src/lib/targets/local/settle.ts';
import { adminServer, gatewayStatus, serviceStatus, type AdminServer } from '../../support/admin-server.ts';
import { userError } from '../../support/rejection.ts';

const LIMITS = { startMs: 1000 } as never;

const gatewayFile = (dispositions: Record<string, 'selected' | 'stopped' | 'disabled' | 'unavailable'>) =>
  ({
    services: Object.entries(dispositions).map(([name, state]) => ({
      name,
      disposition: state === 'selected' ? { state, run: { kind: 'native', limits: LIMITS } } : { state },
    })) as GatewayService[],
  }) as GatewayFile;

const statusOf = (states: Record<string, ServiceState>) =>
  gatewayStatus(Object.entries(states).map(([name, state]) => serviceStatus(name, { state })));

describe('an up has settled', () => {
  const file = gatewayFile({ a: 'selected', b: 'stopped', c: 'disabled', d: 'unavailable' });
  const rest = { b: 'stopped', c: 'disabled', d: 'unavailable' } as const;

  it('when every selected service is ready or has failed', () => {
    expect(isSettled(statusOf({ a: 'ready', ...rest }), file)).to.equal(true);
    expect(isSettled(statusOf({ a: 'failed', ...rest }), file)).to.equal(true);
  });

  it('not while one is starting, or one that is to run is not there yet', () => {
    expect(isSettled(statusOf({ a: 'starting', ...rest }), file)).to.equal(false);
    expect(isSettled(statusOf({ a: 'stopped', ...rest }), file)).to.equal(false);
    expect(isSettled(statusOf(rest), file)).to.equal(false);
  });

  it('not while one that is to stop is still running', () => {
    expect(isSettled(statusOf({ a: 'ready', ...rest, b: 'ready' }), file)).to.equal(false);
  });

  describe('asked of a gateway', () => {
    let server: AdminServer | undefined;
    const { signal } = new AbortController();

    const adminOf = async (next: () => ReturnType<typeof gatewayStatus>) => {
      server = await adminServer(() => ({ status: 200, body: next() }));
      return createAdminClient(socketTransport(server.socket));
    };
    afterEach(() => server?.close());

    it('again and again, until it has', async () => {
      const states: ServiceState[] = ['starting', 'starting', 'ready'];
      const admin = await adminOf(() => statusOf({ a: states.shift() ?? 'ready' }));
      const status = await untilSettled(admin, gatewayFile({ a: 'selected' }), signal);
      expect(status.services[0]?.state).to.equal('ready');
      expect(server?.requests).to.have.length(3);
    });

    it('until the person interrupts', async () => {
      const admin = await adminOf(() => statusOf({ a: 'starting' }));
      const controller = new AbortController();
      const waiting = userError(untilSettled(admin, gatewayFile({ a: 'selected' }), controller.signal));
      controller.abort(new UserError('INTERRUPTED', 'Stop.'));
      expect((await waiting).code).to.equal('INTERRUPTED');
    });

    it('and it fails with the gateway’s reason when the new files are refused', async () => {
      const status = { ...statusOf({ a: 'stopped' }), configurationError: 'port changed' };
      const admin = await adminOf(() => status);
      const error = await userError(untilSettled(admin, gatewayFile({ a: 'selected' }), signal, 50));
      expect(error).to.include({ code: 'INVALID_CONFIG' });
      expect(error.message).to.contain('port changed');
    });
  });
});

describe('the verdict on an up', () => {
  it('is good when each service is ready, unavailable, stopped or disabled', () => {
    const services = (['ready', 'unavailable', 'stopped', 'disabled'] as const).map((state) =>
      serviceStatus(state, { state }),
    );
    expect(verdict(services)).to.equal(undefined);
  });

  it('is a failure that names the failed service and why', () => {
    const error = verdict([
      serviceStatus('a'),
      serviceStatus('b', { state: 'failed', error: 'exit code 1' }),
    ]);
    expect(error?.code).to.equal('SERVICE_FAILED');
    expect(error?.message).to.equal('b is failed: exit code 1');
    expect(error?.nextSteps.join()).to.contain('mcpgw logs b').and.to.contain('mcpgw restart b');
  });

  it('is a failure when one that was asked for by name is unavailable', () => {
    const services = [serviceStatus('time', { state: 'unavailable', error: 'Python is missing.' })];
    expect(verdict(services, ['echo'])).to.equal(undefined);
    const error = verdict(services, ['time']);
    expect(error?.code).to.equal('SERVICE_UNAVAILABLE');
    expect(error?.message).to.contain('Python is missing.');
  });

  it('is a failure when a service is still starting at the deadline', () => {
    expect(verdict([serviceStatus('a', { state: 'starting' })])?.message).to.equal('a is still starting.');
  });
});
