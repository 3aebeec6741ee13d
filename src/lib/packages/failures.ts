import { UserError, type ErrorCode } from '../errors.ts';
import type { InstallerResult } from './run-installer.ts';

/** What an installer's output says about why it failed. The first that matches counts. */
const REASONS: readonly { code: ErrorCode; pattern: RegExp }[] = [
  {
    code: 'INTEGRITY_MISMATCH',
    pattern:
      /\bEINTEGRITY\b|DO NOT MATCH THE HASHES|hash mismatch|no hashes? .*(was|were) provided|Hash mismatch/i,
  },
  { code: 'DISK_FULL', pattern: /\bENOSPC\b|\bEDQUOT\b|No space left on device|Disk quota exceeded/i },
  { code: 'READ_ONLY', pattern: /\bEROFS\b|Read-only file system/i },
  { code: 'NO_PERMISSION', pattern: /\bEACCES\b|\bEPERM\b|Permission denied/i },
  {
    code: 'REGISTRY_UNREACHABLE',
    pattern:
      /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|E401|E403|E407|E5\d\d|FETCH_ERROR|EPROTO|\w*CERT\w*)\b|Failed to establish a new connection|connection broken|Max retries exceeded|Read timed out|ConnectTimeout|ProxyError|error sending request|Failed to fetch|dns error|tcp connect error|could not connect|Could not fetch URL/i,
  },
  {
    code: 'INVALID_DESCRIPTOR',
    pattern:
      /\bE404\b|\bETARGET\b|No matching distribution found|was not found in the package registry|there is no version of/i,
  },
];

export interface FailureContext {
  service: string;
  packages: readonly string[];
  /** The descriptor's file. */
  file: string;
  installer: 'npm' | 'pip' | 'uv';
}

/** An installer's failure as an error that says what to do next. */
export function installerFailure(result: InstallerResult, context: FailureContext): UserError {
  const output = `${result.stderr}\n${result.stdout}`;
  const code = REASONS.find(({ pattern }) => pattern.test(output))?.code ?? 'INSTALL_FAILED';
  const { service, packages, installer, file } = context;
  const said = lastWords(output);
  const quote = said === '' ? '' : ` ${installer} says: ${said}`;
  switch (code) {
    case 'INTEGRITY_MISMATCH':
      return new UserError(
        code,
        `A package of ${service} is not the one that mcpgw.lock names; nothing was installed.${quote}`,
        {
          nextSteps: [
            'Do not go on before you know why: the registry, or something on the way to it, gave another file.',
            `If the change is meant, remove ${service} from mcpgw.lock and run \`mcpgw up\` again.`,
          ],
        },
      );
    case 'REGISTRY_UNREACHABLE':
      return new UserError(
        code,
        `The package registry cannot be reached, and ${service} is not installed yet.${quote}`,
        {
          nextSteps: [
            `Check the network and ${installer}’s settings, then run \`mcpgw up\` again.`,
            `Or go on without it: \`mcpgw service disable ${service}\`.`,
          ],
        },
      );
    case 'INVALID_DESCRIPTOR':
      return new UserError(
        code,
        `The registry does not have what ${service} needs: ${packages.join(', ')}.${quote}`,
        {
          place: { file, key: `packages.${installer === 'npm' ? 'npm' : 'pypi'}` },
          nextSteps: ['Correct the name or version, and run `mcpgw up` again.'],
        },
      );
    case 'DISK_FULL':
    case 'READ_ONLY':
    case 'NO_PERMISSION':
      return new UserError(code, `${service} could not be installed; nothing was changed.${quote}`, {
        nextSteps: ['Make room or give permission for the project folder, and run `mcpgw up` again.'],
      });
    default:
      return new UserError(
        'INSTALL_FAILED',
        `${service} could not be installed; nothing was changed.${quote}`,
        {
          nextSteps: [`Or go on without it: \`mcpgw service disable ${service}\`.`],
        },
      );
  }
}

/** The line that says most: installers end with hints, and begin with progress. */
function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^(npm (error|ERR!)|ERROR:|error:|×|╰─▶|├─▶|│)\s*/i, '').trim())
    .filter((line) => line !== '' && !/A complete log of this run|^at |^\[notice\]/.test(line));
  const telling = lines.find((line) =>
    /failed|refused|mismatch|not found|unable|cannot|could not|no space/i.test(line),
  );
  const line = telling ?? lines.at(-1) ?? '';
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
