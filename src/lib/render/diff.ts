/** Beyond this many differing lines on either side only the numbers are told. */
const MAX_COMPARED = 2000;

/**
 * The lines that differ, as `- found` and `+ expected`, in order, with no context.
 * @param limit lines to show; what is beyond is counted
 */
export function lineDifference(found: string, expected: string, limit = 20): string[] {
  const a = found.split('\n');
  const b = expected.split('\n');
  while (a.length > 0 && b.length > 0 && a[0] === b[0]) (a.shift(), b.shift());
  while (a.length > 0 && b.length > 0 && a.at(-1) === b.at(-1)) (a.pop(), b.pop());
  if (a.length > MAX_COMPARED || b.length > MAX_COMPARED) {
    return [`${a.length} lines were found where ${b.length} others were expected`];
  }
  const changes = compare(a, b);
  const rest = changes.length - limit;
  return rest <= 0 ? changes : [...changes.slice(0, limit), `… and ${rest} more lines`];
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
