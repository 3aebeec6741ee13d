import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

/** A ServerResponse without a socket that shows what was written, and can be slow. */
export class FakeResponse extends EventEmitter {
  status = 0;
  headers: Record<string, unknown> = {};
  written = '';
  ended = false;
  destroyed = false;
  headersSent = false;
  /** What the reader has not taken yet. */
  writableLength = 0;
  socket = undefined;

  writeHead(status: number, headers: Record<string, unknown>): this {
    this.status = status;
    this.headers = headers;
    this.headersSent = true;
    return this;
  }

  flushHeaders(): void {
    this.headersSent = true;
  }

  write(text: string): boolean {
    this.written += text;
    return this.writableLength === 0;
  }

  end(text = ''): this {
    this.written += text;
    this.ended = true;
    return this;
  }

  destroy(): this {
    this.destroyed = true;
    this.emit('close');
    return this;
  }

  asResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }
}
