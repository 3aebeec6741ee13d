/** Names of values that let their holder in; in JSON, in forms and in URLs. */
const SECRET_NAMES =
  'access_token|refresh_token|id_token|client_secret|code|code_verifier|registration_access_token|token|client_assertion|assertion|password|device_code|session';

const IN_JSON = new RegExp(`("(?:${SECRET_NAMES})"\\s*:\\s*")((?:[^"\\\\]|\\\\.)+)`, 'g');
const IN_FORM = new RegExp(`((?:^|[?&\\s])(?:${SECRET_NAMES})=)([^&\\s"<>]+)`, 'g');
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'set-cookie', 'mcp-session-id', 'dpop']);

/** Hides secrets in a body, a URL or a line: the name stays, the value becomes its length. */
export function redact(text: string): string {
  return text
    .replaceAll(IN_JSON, (_all, name: string, value: string) => `${name}${hidden(value)}`)
    .replaceAll(IN_FORM, (_all, name: string, value: string) => `${name}${hidden(value)}`)
    .replaceAll(/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, hidden);
}

/** Hides the values of headers that carry secrets; the scheme of `Authorization` stays. */
export function redactHeader(name: string, value: string): string {
  if (!SECRET_HEADERS.has(name.toLowerCase())) return redact(value);
  const [scheme, ...rest] = value.split(' ');
  return rest.length > 0 && name.toLowerCase() === 'authorization'
    ? `${scheme ?? ''} ${hidden(rest.join(' '))}`
    : hidden(value);
}

const hidden = (value: string): string => `<${value.length} characters>`;
