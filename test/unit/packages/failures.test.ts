import { expect } from 'chai';
import { installerFailure } from '../../../src/lib/packages/failures.ts';

const failure = (stderr: string, installer: 'npm' | 'pip' | 'uv' = 'npm') =>
  installerFailure(
    { ok: false, stdout: '', stderr },
    { service: 'time', packages: ['a==1', 'b==2'], file: '/p/services/time.yaml', installer },
  );

describe('a failed installer', () => {
  const cases: [string, 'npm' | 'pip' | 'uv', string, string, string][] = [
    [
      'npm without a network',
      'npm',
      'npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error network request to http://nowhere.invalid/left-pad failed, reason: getaddrinfo ENOTFOUND nowhere.invalid\nnpm error network This is a problem related to network connectivity.\nnpm error A complete log of this run can be found in: /home/a/x.log',
      'REGISTRY_UNREACHABLE',
      'npm says: request to http://nowhere.invalid/left-pad failed, reason: getaddrinfo ENOTFOUND nowhere.invalid',
    ],
    [
      'npm and a registry that refuses',
      'npm',
      'npm error code E401\nnpm error Unable to authenticate, your authentication token seems to be invalid.',
      'REGISTRY_UNREACHABLE',
      'npm says: Unable to authenticate',
    ],
    [
      'npm and a certificate that it does not know',
      'npm',
      'npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error request to https://r/ failed, reason: self-signed certificate',
      'REGISTRY_UNREACHABLE',
      'self-signed certificate',
    ],
    [
      'npm and an archive with another hash',
      'npm',
      'npm error code EINTEGRITY\nnpm error sha512-AAAA integrity checksum failed when using sha512: wanted sha512-AAAA but got sha512-BBBB.',
      'INTEGRITY_MISMATCH',
      'integrity checksum failed',
    ],
    [
      'npm and a version that there is not',
      'npm',
      'npm error code ETARGET\nnpm error notarget No matching version found for left-pad@99.3.0.\nnpm error notarget In most cases you or one of your dependencies are requesting',
      'INVALID_DESCRIPTOR',
      'npm says: No matching version found for left-pad@99.3.0.',
    ],
    [
      'npm and a name that there is not',
      'npm',
      'npm error code E404\nnpm error 404 Not Found - GET https://registry.example/nothing\nnpm error 404  The requested resource',
      'INVALID_DESCRIPTOR',
      'npm says: Not Found - GET',
    ],
    [
      'npm and a full disk',
      'npm',
      'npm error code ENOSPC\nnpm error syscall write',
      'DISK_FULL',
      'time could not be installed',
    ],
    [
      'npm and a read-only disk',
      'npm',
      "npm error EROFS: read-only file system, mkdir '/x'",
      'READ_ONLY',
      'EROFS',
    ],
    [
      'pip without a network',
      'pip',
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('x: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/six/\nERROR: Could not find a version that satisfies the requirement six==1.17.0 (from versions: none)\nERROR: No matching distribution found for six==1.17.0",
      'REGISTRY_UNREACHABLE',
      'Connection refused',
    ],
    [
      'pip and an archive with another hash',
      'pip',
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    six==1.17.0: Expected sha256 0000\n Got 4721',
      'INTEGRITY_MISMATCH',
      'pip says: THESE PACKAGES DO NOT MATCH THE HASHES',
    ],
    [
      'pip and a version that there is not',
      'pip',
      'ERROR: Could not find a version that satisfies the requirement certifi==99.0 (from versions: 1.5.0)\nERROR: No matching distribution found for certifi==99.0',
      'INVALID_DESCRIPTOR',
      'pip says: Could not find a version',
    ],
    [
      'pip and a full disk',
      'pip',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      'DISK_FULL',
      'No space left on device',
    ],
    [
      'uv without a network',
      'uv',
      'error: Request failed after 3 retries in 5.4s\n  cause: Failed to fetch: http://127.0.0.1:9/simple/six/\n  cause: dns error',
      'REGISTRY_UNREACHABLE',
      'uv says: Request failed after 3 retries',
    ],
    [
      'uv and an archive with another hash',
      'uv',
      'error: Failed to download `six==1.17.0`\n  cause: Hash mismatch for `six==1.17.0`',
      'INTEGRITY_MISMATCH',
      'uv says: Failed to download',
    ],
    [
      'uv and a version that there is not',
      'uv',
      'error: No solution found when resolving dependencies\n  cause: Because there is no version of six==99',
      'INVALID_DESCRIPTOR',
      'uv says',
    ],
    ['anything else', 'npm', 'npm error Something new', 'INSTALL_FAILED', 'npm says: Something new'],
    ['silence', 'npm', '', 'INSTALL_FAILED', 'time could not be installed; nothing was changed.'],
  ];
  for (const [what, installer, output, code, words] of cases) {
    it(`is understood: ${what}`, () => {
      const error = failure(output, installer);
      expect(error.code).to.equal(code);
      expect(error.message).to.contain('time').and.to.contain(words);
      expect(error.nextSteps).not.to.deep.equal([]);
    });
  }

  it('names the packages and the descriptor, where these are wrong', () => {
    const error = failure('npm error code E404');
    expect(error.message).to.contain('a==1, b==2');
    expect(error.place).to.deep.equal({ file: '/p/services/time.yaml', key: 'packages.npm' });
    expect(failure('No matching distribution found', 'pip').place?.key).to.equal('packages.pypi');
  });

  it('does not repeat a password that stands in an address', () => {
    const error = failure('npm error code E500\nnpm error request to https://me:hunter2@r.example/a failed');
    expect(error.message).to.contain('https://r.example/a').and.not.to.contain('hunter2');
  });

  it('quotes one line, and not the whole of a long one', () => {
    expect(failure(`npm error ${'failed '.repeat(200)}`).message.length).to.be.lessThan(500);
  });
});
