import type { IncomingMessage } from 'node:http';

/** A request body that cannot be taken. */
export class BodyError extends Error {
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string) {
    super(message);
    this.name = 'BodyError';
    this.status = status;
  }
}

/**
 * Reads and parses a JSON body, once.
 * @param maxBytes nothing is kept beyond them
 * @param signal ends the wait for the rest of the body
 * @throws BodyError too long, cut off, or not JSON
 */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<unknown> {
  const tooLong = `The request body is longer than ${maxBytes} bytes.`;
  if (Number(request.headers['content-length']) > maxBytes) throw new BodyError(413, tooLong);
  const text = await readText(request, maxBytes, signal, tooLong);
  try {
    return JSON.parse(text);
  } catch {
    throw new BodyError(400, 'The request body is not JSON.');
  }
}

function readText(
  request: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
  tooLong: string,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer): void => {
    length += chunk.byteLength;
    if (length > maxBytes) settle(() => reject(new BodyError(413, tooLong)));
    else chunks.push(chunk);
  };
  const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks, length).toString('utf8')));
  const onCut = (): void => settle(() => reject(new BodyError(400, 'The request body was cut off.')));
  // At once: every request closes after its end, and that is no error.
  const settle = (how: () => void): void => {
    request.off('data', onData).off('end', onEnd).off('close', onCut);
    signal.removeEventListener('abort', onCut);
    how();
  };
  request.on('data', onData).once('end', onEnd).once('error', onCut).once('close', onCut);
  signal.addEventListener('abort', onCut, { once: true });
  return promise;
}
