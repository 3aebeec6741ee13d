import { LRUCache } from 'lru-cache';
import robotsParser from 'robots-parser';
import { Refusal } from '../guard/refusal.ts';
import { ROBOTS_NAME } from '../options.ts';

export interface RobotsAnswer {
  status: number;
  text: string;
}

/** May a URL be fetched? @throws Refusal */
export type CheckRobots = (url: URL, signal: AbortSignal) => Promise<void>;

interface Rules {
  isAllowed(url: string): boolean;
}

/** A CommonJS function that its types call a default export. */
const parseRobots = robotsParser as unknown as typeof robotsParser.default;

const HOUR_MS = 3_600_000;
/** A server that failed is asked again soon. */
const FAILURE_MS = 60_000;
const MAX_ORIGINS = 500;
/** RFC 9309 section 2.5. */
export const ROBOTS_BYTES = 512 * 1024;

const ALL: Rules = { isAllowed: () => true };
const NONE: Rules = { isAllowed: () => false };

/**
 * Obeys robots.txt (RFC 9309): one file for each origin, kept for an hour.
 * @param load asks for a robots.txt, following redirects within the guard; where it cannot, the page is not fetched either
 */
export function createRobots(
  load: (url: URL, signal: AbortSignal) => Promise<RobotsAnswer>,
  now: () => number,
): CheckRobots {
  const known = new LRUCache<string, { rules: Rules; until: number }>({ max: MAX_ORIGINS });

  const rulesOf = async (origin: string, signal: AbortSignal): Promise<Rules> => {
    const entry = known.get(origin);
    if (entry && entry.until > now()) return entry.rules;
    const file = new URL('/robots.txt', origin);
    const { status, text } = await load(file, signal);
    const rules = rulesFor(file.href, status, text);
    known.set(origin, { rules, until: now() + (rules === NONE ? FAILURE_MS : HOUR_MS) });
    return rules;
  };

  return async (url, signal) => {
    if (url.pathname === '/robots.txt') return;
    const rules = await rulesOf(url.origin, signal);
    if (rules.isAllowed(url.href)) return;
    throw new Refusal(
      rules === NONE
        ? `${url.origin}/robots.txt cannot be read, so nothing there may be fetched (RFC 9309 section 2.3.1.4).`
        : `${url.origin}/robots.txt asks robots to leave ${url.pathname} alone.`,
    );
  };
}

/** RFC 9309 section 2.3.1: a missing file allows all, a failing server nothing. */
function rulesFor(url: string, status: number, text: string): Rules {
  if (status >= 500 || status === 429) return NONE;
  if (status < 200 || status >= 300) return ALL;
  const robots = parseRobots(url, text);
  return { isAllowed: (page) => robots.isAllowed(page, ROBOTS_NAME) !== false };
}
