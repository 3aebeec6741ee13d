/**
 * Remembers the value derived from the newest argument, compared by identity: for what is computed once a route table.
 * @param derive a pure function
 */
export function memoize<Argument extends object, Value>(
  derive: (argument: Argument) => Value,
): (argument: Argument) => Value {
  let last: { argument: Argument; value: Value } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, value: derive(argument) };
    return last.value;
  };
}
