import type { Notification } from '../jsonrpc/message.ts';

export type ChangeListener = (notification: Notification) => void;

const CHANGE = /^notifications\/((tools|prompts|resources)\/list_changed|resources\/updated)$/;

/** What the children of a principal say has changed, for whoever of that principal listens. */
export class Changes {
  readonly #listeners = new Map<string, Set<ChangeListener>>();

  publish(principal: string, notification: Notification): void {
    if (!CHANGE.test(notification.method)) return;
    for (const listener of this.#listeners.get(principal) ?? []) listener(notification);
  }

  /** How many listen for a principal. */
  count(principal: string): number {
    return this.#listeners.get(principal)?.size ?? 0;
  }

  /** @returns ends the subscription */
  subscribe(principal: string, listener: ChangeListener): () => void {
    const listeners = this.#listeners.get(principal) ?? new Set();
    this.#listeners.set(principal, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(principal);
    };
  }
}
