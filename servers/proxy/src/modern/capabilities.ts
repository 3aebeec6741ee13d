import { isObject, type Params, type Request } from '../jsonrpc/message.ts';
import { canonicalJson } from './canonical-json.ts';

/** Client capabilities that a legacy child knows and the bridge can serve. */
const BRIDGED = ['sampling', 'elicitation', 'roots'];

/**
 * What a child is told that its client can do, as canonical JSON: children are pooled by it. `roots.listChanged` is
 * left out, since the modern era has no such notification.
 */
export function childCapabilities(capabilities: Params): string {
  const kept = BRIDGED.filter((name) => isObject(capabilities[name])).map((name) => [
    name,
    name === 'roots' ? {} : capabilities[name],
  ]);
  return canonicalJson(Object.fromEntries(kept));
}

/** Whether a child of these capabilities may ask its client anything. */
export const asksNothing = (childCapabilitiesText: string): boolean => childCapabilitiesText === '{}';

/**
 * The capability that a request of the child needs and the client has not declared, in the form of
 * `data.requiredCapabilities` (2026-07-28, error -32021); undefined when there is none.
 */
export function missingCapability({ method, params }: Request, capabilities: Params): Params | undefined {
  switch (method) {
    case 'sampling/createMessage':
      return isObject(capabilities['sampling']) ? undefined : { sampling: {} };
    case 'roots/list':
      return isObject(capabilities['roots']) ? undefined : { roots: {} };
    default: {
      const { elicitation } = capabilities;
      const url = params?.['mode'] === 'url';
      if (isObject(elicitation) && (!url || isObject(elicitation['url']))) return undefined;
      return { elicitation: url ? { url: {} } : {} };
    }
  }
}

/** Requests of a child that become input requests. */
export const isInputRequest = (method: string): boolean =>
  method === 'sampling/createMessage' || method === 'elicitation/create' || method === 'roots/list';

/** Whether the client's answer to an input request has the form that the child may rely on. */
export function isInputResponse(method: string, value: unknown): boolean {
  if (!isObject(value)) return false;
  if (method === 'roots/list') return Array.isArray(value['roots']);
  if (method === 'elicitation/create')
    return ['accept', 'decline', 'cancel'].includes(String(value['action']));
  return typeof value['role'] === 'string' && value['content'] !== undefined;
}
