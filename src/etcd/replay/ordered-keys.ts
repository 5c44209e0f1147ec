/** A set of strings in ascending order of their code units, kept as short sorted runs. */
export interface OrderedKeys {
  readonly runs: string[][];
}

const runLength = 512;

/** A set of these keys, each given once. */
export function orderedKeys(keys: readonly string[] = []): OrderedKeys {
  const sorted = [...keys].sort();
  return { runs: Array.from({ length: Math.ceil(sorted.length / runLength) }, (_, i) => sorted.slice(i * runLength, (i + 1) * runLength)) };
}

/** Number of the run that holds, or would hold, the key. */
function runOf({ runs }: OrderedKeys, key: string): number {
  let low = 0;
  let high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs[middle]![0]! <= key) low = middle;
    else high = middle - 1;
  }
  return low;
}

function position(run: readonly string[], key: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds a key; nothing happens when it is there. */
export function addKey(keys: OrderedKeys, key: string): void {
  if (keys.runs.length === 0) keys.runs.push([]);
  const at = runOf(keys, key);
  const run = keys.runs[at]!;
  const i = position(run, key);
  if (run[i] === key) return;
  run.splice(i, 0, key);
  if (run.length > 2 * runLength) keys.runs.splice(at, 1, run.slice(0, runLength), run.slice(runLength));
}

/** Removes a key; nothing happens when it is not there. */
export function removeKey(keys: OrderedKeys, key: string): void {
  if (keys.runs.length === 0) return;
  const at = runOf(keys, key);
  const run = keys.runs[at]!;
  const i = position(run, key);
  if (run[i] !== key) return;
  run.splice(i, 1);
  if (run.length === 0) keys.runs.splice(at, 1);
}

/** Keys from `from` on, below `end`; `end` null means to the last one. */
export function keysBetween(keys: OrderedKeys, from: string, end: string | null): string[] {
  const found: string[] = [];
  if (keys.runs.length === 0) return found;
  for (let at = runOf(keys, from); at < keys.runs.length; at++) {
    const run = keys.runs[at]!;
    for (let i = position(run, from); i < run.length; i++) {
      if (end !== null && run[i]! >= end) return found;
      found.push(run[i]!);
    }
  }
  return found;
}

/** All keys in order. */
export function* everyKey(keys: OrderedKeys): Generator<string> {
  for (const run of keys.runs) yield* run;
}
