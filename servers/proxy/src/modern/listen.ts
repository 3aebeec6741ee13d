import { isObject, type Notification, type Params, type Request } from '../jsonrpc/message.ts';
import { notificationText } from '../jsonrpc/write.ts';
import { taggedParams, completeResult } from './texts.ts';
import type { Reply } from './reply.ts';

/** What a client wants to hear of (2026-07-28, SubscriptionFilter). */
export interface Filter {
  toolsListChanged?: true;
  promptsListChanged?: true;
  resourcesListChanged?: true;
  resourceSubscriptions?: string[];
}

/** Resources that one listener may subscribe to. */
const MAX_RESOURCES = 64;

/** The filter of a `subscriptions/listen`; undefined when it has none, or one that is not valid. */
export function readFilter({ params }: Request): Filter | undefined {
  const asked = params?.['notifications'];
  if (!isObject(asked)) return undefined;
  const uris = asked['resourceSubscriptions'] ?? [];
  if (!Array.isArray(uris) || uris.length > MAX_RESOURCES) return undefined;
  if (!uris.every((uri): uri is string => typeof uri === 'string')) return undefined;
  return {
    ...(asked['toolsListChanged'] === true && { toolsListChanged: true }),
    ...(asked['promptsListChanged'] === true && { promptsListChanged: true }),
    ...(asked['resourcesListChanged'] === true && { resourcesListChanged: true }),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  };
}

/** What of a filter the server can honour, by its capabilities. */
export function honoured(filter: Filter, capabilities: Params, shared: boolean): Filter {
  const says = (capability: string, what: string): boolean => {
    const value = capabilities[capability];
    return isObject(value) && value[what] === true;
  };
  const { resourceSubscriptions } = filter;
  const subscribes = !shared && says('resources', 'subscribe');
  return {
    ...(filter.toolsListChanged && says('tools', 'listChanged') && { toolsListChanged: true }),
    ...(filter.promptsListChanged && says('prompts', 'listChanged') && { promptsListChanged: true }),
    ...(filter.resourcesListChanged && says('resources', 'listChanged') && { resourcesListChanged: true }),
    ...(resourceSubscriptions && subscribes && { resourceSubscriptions }),
  };
}

/** One open `subscriptions/listen`: an acknowledgement first, then what the filter lets through, each with its id. */
export class Listener {
  readonly #reply: Reply;
  readonly #filter: Filter;
  readonly #serverInfoText: string;
  readonly #release: () => void;
  #ended = false;

  /** @param release ends the subscriptions behind it; called once */
  constructor(reply: Reply, filter: Filter, serverInfoText: string, release: () => void) {
    this.#reply = reply;
    this.#filter = filter;
    this.#serverInfoText = serverInfoText;
    this.#release = release;
    reply.onLeft(() => this.#end());
    this.#send('notifications/subscriptions/acknowledged', JSON.stringify({ notifications: filter }));
  }

  hear({ method, params, paramsText }: Notification): void {
    const {
      toolsListChanged,
      promptsListChanged,
      resourcesListChanged,
      resourceSubscriptions = [],
    } = this.#filter;
    const uri = params?.['uri'];
    const wanted =
      (method === 'notifications/tools/list_changed' && toolsListChanged) ||
      (method === 'notifications/prompts/list_changed' && promptsListChanged) ||
      (method === 'notifications/resources/list_changed' && resourcesListChanged) ||
      (method === 'notifications/resources/updated' &&
        typeof uri === 'string' &&
        resourceSubscriptions.some((one) => uri === one || uri.startsWith(`${one}/`)));
    if (wanted) this.#send(method, paramsText);
  }

  /** Ends it in order: an empty result tells the client to ask anew. */
  finish(): void {
    if (this.#ended) return;
    const result = completeResult('subscriptions/listen', '{}', this.#serverInfoText);
    this.#reply.result(taggedParams(result, this.#reply.idText));
    this.#end();
  }

  #send(method: string, paramsText: string | undefined): void {
    this.#reply.send(notificationText(method, taggedParams(paramsText, this.#reply.idText)));
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
  }
}
