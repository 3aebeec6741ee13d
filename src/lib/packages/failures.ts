import { UserError, type ErrorCode } from '../errors.ts';
import type { InstallerResult } from './run-installer.ts';

/** What an installer's output says about why it failed: codes of npm and of the system, and phrases. The first counts. */
const REASONS: readonly { reason: ErrorCode; codes: RegExp; phrases: RegExp }[] = [
  {
    reason: 'INTEGRITY_MISMATCH',
    codes: /\bEINTEGRITY\b/,
    phrases: /do not match the hashes|hash mismatch/i,
  },
  {
    reason: 'DISK_FULL',
    codes: /\b(ENOSPC|EDQUOT)\b/,
    phrases: /no space left on device|disk quota exceeded/i,
  },
  { reason: 'READ_ONLY', codes: /\bEROFS\b/, phrases: /read-only file system/i },
  { reason: 'NO_PERMISSION', codes: /\b(EACCES|EPERM)\b/, phrases: /permission denied/i },
  {
    reason: 'REGISTRY_UNREACHABLE',
    codes:
      /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|E401|E403|E407|E429|E5\d\d|EPROTO|[A-Z_]+CERT[A-Z_]*)\b/,
    phrases:
      /failed to establish a new connection|connection broken|max retries exceeded|timed out|proxyerror|error sending request|failed to fetch|dns error|could not fetch url/i,
  },
  {
    reason: 'INVALID_DESCRIPTOR',
    codes: /\b(E404|ETARGET)\b/,
    phrases: /no matching distribution found|not found in the package registry|there is no version of/i,
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
  const code =
    REASONS.find(({ codes, phrases }) => codes.test(output) || phrases.test(output))?.reason ??
    'INSTALL_FAILED';
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

const PREFIX = /^((npm (error|ERR!)|error:|cause:|warning:|notarget|network|404)\s+)+/i;
const NOISE = /^(code|errno|syscall|at) |complete log of this run|^\[notice\]/;
const TELLING =
  /failed|refused|mismatch|do not match|not found|no matching|unable|cannot|could not|no space|denied/i;

/** The line that says most: installers end with hints, and begin with progress. Passwords in addresses are left out. */
function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(PREFIX, '')
        .replaceAll(/\/\/[^/@\s]+@/g, '//'),
    )
    .filter((line) => line !== '' && !NOISE.test(line));
  const line = lines.find((it) => TELLING.test(it)) ?? lines.at(-1) ?? '';
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
