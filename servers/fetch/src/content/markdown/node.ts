/** What the rules see of an element of the converter's own DOM. */
export interface Node {
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly className: string;
  readonly parentNode: Node | null;
  readonly nextSibling: Node | null;
  readonly children: NodeList;
  getAttribute(name: string): string | null;
  /** There undefined, not null, where nothing is found. */
  querySelector(selector: string): Node | null | undefined;
  querySelectorAll(selector: string): NodeList;
}

/** Not iterable there. */
export interface NodeList {
  readonly length: number;
  readonly [index: number]: Node;
}
