/** One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** Lower case. */
  scheme: string;
  /** Names in lower case; the first of a repeated name counts. */
  params: Map<string, string>;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const PARAM =
  /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z/:]+))/y;
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y;
const MAX_LENGTH = 8192;

/** Reads a `WWW-Authenticate` value; what cannot be read ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, MAX_LENGTH);
  const challenges: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  const skip = (): void => {
    while (text[at] === ' ' || text[at] === '\t' || text[at] === ',') at += 1;
  };
  for (;;) {
    skip();
    if (at >= text.length) break;
    const current = challenges.at(-1);
    const param = current && take(PARAM);
    if (param) {
      const name = param[1]?.toLowerCase() ?? '';
      const value = param[3] ?? param[2]?.replace(/\\(.)/g, '$1') ?? '';
      if (!current.params.has(name)) current.params.set(name, value);
      continue;
    }
    const scheme = take(TOKEN);
    if (!scheme) break;
    challenges.push({ scheme: scheme[0].toLowerCase(), params: new Map() });
    if (text[at] === ' ') {
      at += 1;
      const before = at;
      if (take(PARAM)) at = before;
      else take(TOKEN68);
    }
  }
  return challenges;
}
