/** Beyond this many differing lines on either side only the numbers are told. */
const MAX_COMPARED = 2000;

/**
 * The lines that differ, as `- found` and `+ expected`, in order, with no context.
 * @param limit lines to show; what is beyond is counted
 */
export function lineDifference(found: string, expected: string, limit = 20): string[] {
  const [a, b] = trimmed(found.split('\n'), expected.split('\n'));
  if (a.length > MAX_COMPARED || b.length > MAX_COMPARED) {
    return [`${a.length} lines were found where ${b.length} others were expected`];
  }
  const changes = compare(a, b);
  const rest = changes.length - limit;
  return rest <= 0 ? changes : [...changes.slice(0, limit), `… and ${rest} more lines`];
}

/** Both without the lines that they begin and end with in common. */
function trimmed(a: string[], b: string[]): [string[], string[]] {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
}

/** By the longest common subsequence. */
function compare(a: readonly string[], b: readonly string[]): string[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const changes: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      changes.push(`- ${a[i++] ?? ''}`);
    } else {
      changes.push(`+ ${b[j++] ?? ''}`);
    }
  }
  return changes;
}
