export type HttpErrorKind =
  'unreachable' | 'tls' | 'timeout' | 'reset' | 'too-large' | 'malformed' | 'aborted';

/** Why an exchange gave no usable answer, in words for a person. */
export class HttpError extends Error {
  readonly kind: HttpErrorKind;

  constructor(kind: HttpErrorKind, message: string) {
    super(message);
    this.name = 'HttpError';
    this.kind = kind;
  }
}

const UNREACHABLE = new Map([
  ['ECONNREFUSED', 'nothing listens there (connection refused)'],
  ['ENOTFOUND', 'the name does not resolve'],
  ['EAI_AGAIN', 'the name does not resolve at the moment'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ETIMEDOUT', 'the connection attempt timed out'],
]);

/** Puts an error of Node's HTTP client into words. */
export function httpErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const { code = '', message, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return new HttpError('aborted', 'the time for this target is up');
  const unreachable = UNREACHABLE.get(code);
  if (unreachable !== undefined) return new HttpError('unreachable', unreachable);
  if (code.startsWith('HPE_')) return new HttpError('malformed', `the answer is not HTTP (${message})`);
  if (/CERT|TLS|SSL|ERR_OSSL/.test(code)) return new HttpError('tls', `TLS failed: ${message} (${code})`);
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new HttpError('reset', 'the connection was closed before an answer came');
  }
  return new HttpError('malformed', message);
}
