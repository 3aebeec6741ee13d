export interface Button {
  name: string;
  value: string;
  text: string;
}

/** A form of a page, as a browser without JavaScript sees it. */
export interface HtmlForm {
  action: URL;
  method: string;
  hidden: Map<string, string>;
  /** Names of the fields that a person types into. */
  textFields: string[];
  buttons: Button[];
}

/**
 * Reads the one form of a page.
 * @param html a page of ours: attributes are quoted
 * @param base the page's address
 * @throws Error when there is no form, or more than one
 */
export function readForm(html: string, base: URL): HtmlForm {
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)];
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    throw new Error(`Expected one form at ${base.pathname}, found ${forms.length}:\n${html}`);
  }
  const [, head = '', body = ''] = form;
  const attributes = attributesOf(head);
  const inputs = [...body.matchAll(/<input\b([^>]*)>/gi)].map(([, text = '']) => attributesOf(text));
  return {
    action: new URL(attributes.get('action') ?? '', base),
    method: (attributes.get('method') ?? 'get').toUpperCase(),
    hidden: new Map(
      inputs
        .filter((input) => input.get('type') === 'hidden')
        .map((input) => [input.get('name') ?? '', input.get('value') ?? '']),
    ),
    textFields: inputs
      .filter((input) => ['text', 'password', undefined].includes(input.get('type')))
      .map((input) => input.get('name') ?? ''),
    buttons: [...body.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)].map(
      ([, text = '', label = '']) => ({
        name: attributesOf(text).get('name') ?? '',
        value: attributesOf(text).get('value') ?? '',
        text: unescape(label.replaceAll(/<[^>]*>/g, '')).trim(),
      }),
    ),
  };
}

const attributesOf = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, unescape(value)]),
  );

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };

const unescape = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39|#x27);/g, (whole, name: string) => ENTITIES[name] ?? whole);
