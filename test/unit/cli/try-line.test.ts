import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tryLine } from '../../../src/lib/cli/try-line.ts';
import { runningStatus } from '../../../src/lib/targets/local/status.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { gatewayStatus, serviceStatus } from '../support/admin-server.ts';

const lineOf = (...services: Parameters<typeof serviceStatus>[]) =>
  tryLine(
    runningStatus(gatewayStatus(services.map((args) => serviceStatus(...args))), undefined, undefined),
    '/p',
  );

describe('the line to try it', () => {
  it('calls the stateless echo where it is ready, because that needs no session', () => {
    const line = lineOf(['fetch'], ['echo-stateless']);
    expect(line).to.contain('http://localhost:8080/echo-stateless/mcp').and.to.contain('tools/call');
    expect(line).to.contain('token create --service echo-stateless');
  });

  it('opens a session on the first ready service otherwise', () => {
    const line = lineOf(['time', { state: 'failed' }], ['fetch']);
    expect(line).to.contain('http://localhost:8080/fetch/mcp').and.to.contain('initialize');
  });

  it('is none where nothing is ready', () => {
    expect(lineOf(['time', { state: 'unavailable' }])).to.equal(undefined);
  });

  it('is one line that a shell takes as it is meant', () => {
    const dir = tempDir();
    const curl = join(dir.path, 'curl');
    writeFileSync(curl, '#!/bin/sh\nfor arg in "$@"; do printf "%s\\n" "$arg"; done\n');
    chmodSync(curl, 0o755);
    // The token's command runs too; that it fails, outside a project, is no matter here.
    const line = lineOf(['echo-stateless'])?.replace(/\$\([^)]*\)/, '$(echo TOKEN)') ?? '';
    expect(line).not.to.contain('\n');
    const env = { PATH: `${dir.path}:${process.env['PATH'] ?? ''}` };
    const args = execFileSync('/bin/sh', ['-c', line], { env, encoding: 'utf8' }).trimEnd().split('\n');
    dir.remove();
    expect(args).to.include('Authorization: Bearer TOKEN');
    expect(JSON.parse(args.at(-1) ?? '')).to.have.property('method', 'tools/call');
  });
});
