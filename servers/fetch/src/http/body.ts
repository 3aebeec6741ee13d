import { ToolError } from '@mcpgw/kit/mcp';
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface BodyLimits {
  maxBytes: number;
  /** The longest wait for the next piece, in milliseconds. */
  idleMs: number;
}

export interface Body {
  bytes: Buffer;
  /** There was more than `maxBytes`; it was not read. */
  truncated: boolean;
}

/**
 * Reads and decompresses a body as it comes; past the limit nothing is kept and the connection ends. The limit holds on
 * the wire too, so that a stream that decompresses to nothing ends as well.
 * @param onProgress is told the bytes on the wire
 * @throws ToolError cut off, too slow, or badly compressed
 */
export async function readBody(
  message: IncomingMessage,
  { maxBytes, idleMs }: BodyLimits,
  signal: AbortSignal,
  onProgress: (received: number) => void,
): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>();
  const chunks: Buffer[] = [];
  let received = 0;
  let length = 0;
  const finish = (truncated: boolean): void => resolve({ bytes: Buffer.concat(chunks), truncated });
  const idle = setTimeout(() => reject(new ToolError('The server has stopped sending.')), idleMs);
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });

  const decoder = decoderOf(message.headers['content-encoding']);
  message.on('data', (chunk: Buffer) => {
    idle.refresh();
    received += chunk.byteLength;
    onProgress(received);
    if (received > maxBytes) finish(true);
  });
  message.once('error', () => reject(new ToolError('The connection broke off.')));
  message.once('aborted', () => reject(new ToolError('The connection broke off.')));
  const source = decoder ? message.pipe(decoder) : message;
  decoder?.once('error', () => reject(new ToolError('The body is not compressed as its headers say.')));
  source.on('data', (chunk: Buffer) => {
    const rest = maxBytes - length;
    chunks.push(chunk.subarray(0, rest));
    length += Math.min(rest, chunk.byteLength);
    if (chunk.byteLength > rest) finish(true);
  });
  source.once('end', () => finish(false));

  try {
    return await promise;
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', onAbort);
    message.on('error', () => undefined).destroy();
    decoder?.on('error', () => undefined).destroy();
  }
}

/** @throws ToolError an encoding that was not asked for */
function decoderOf(encoding: string | undefined): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new ToolError('The body is compressed in a way that was not asked for.');
  }
}

/** What `decoderOf` can undo. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';
