/** What a service has done since it started. */
export interface Counters {
  /** Requests that were relayed to a child. */
  calls: number;
  /** Error answers, of the child and of the proxy. */
  errors: number;
}
