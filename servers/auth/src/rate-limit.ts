import { isIPv6 } from 'node:net';

/** Addresses that are remembered at a time; the longest unseen is forgotten first. */
const MAX_ADDRESSES = 10_000;

/**
 * What counts as one address: an IPv6 network of 64 bits is one subscriber's.
 * @param address as `socket.remoteAddress` has it
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain) || plain === '::1') return plain;
  const [head = '', tail = ''] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::')
    ? Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
    : [];
  return [...front, ...zeros, ...back]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** A map that keeps the newest entries only. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #bound: number;

  constructor(bound = MAX_ADDRESSES) {
    this.#bound = bound;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#bound) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/** So many a minute for each address, in fixed windows. */
export class RateLimit {
  readonly #windows = new BoundedMap<{ until: number; used: number }>();
  readonly #perMinute: number;
  readonly #now: () => number;

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** @returns 0 when it may pass; otherwise after how many seconds it may come again */
  take(address: string): number {
    const now = this.#now();
    let window = this.#windows.get(address);
    if (window === undefined || window.until <= now) {
      window = { until: now + 60_000, used: 0 };
      this.#windows.set(address, window);
    }
    window.used += 1;
    return window.used <= this.#perMinute ? 0 : Math.ceil((window.until - now) / 1000);
  }
}
