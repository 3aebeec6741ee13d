import { setTimeout as sleep } from 'node:timers/promises';

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Waits until a condition holds.
 * @param what names the condition in the error
 * @param holds is asked again and again; a truthy answer ends the wait and is returned
 * @param ms the deadline in milliseconds
 */
export async function until<T>(what: string, holds: () => T | Promise<T>, ms = 10_000): Promise<Truthy<T>> {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await holds();
    if (answer) return answer as Truthy<T>;
    if (Date.now() > deadline) throw new Error(`Waited ${ms} ms in vain: ${what}`);
    await sleep(50);
  }
}
