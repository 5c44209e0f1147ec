/**
 * Splits a command line of a unit file, process list or manifest into words: quotes are honoured,
 * `$NAME` and `${NAME}` are filled from `values`, and `sh -c "…"` is opened. It never runs anything.
 */
export function commandWords(line: string, values: ReadonlyMap<string, string> = new Map()): readonly string[] {
  const words = split(line, values);
  const shell = /^(\S*\/)?(ba|da)?sh$/.test(words[0] ?? '') ? words.indexOf('-c') : -1;
  const inner = shell > 0 ? words[shell + 1] : undefined;
  return inner === undefined ? words : split(inner, values);
}

function split(line: string, values: ReadonlyMap<string, string>): string[] {
  const words: string[] = [];
  let word = '';
  let open = false;
  let quote: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const c = line[i] ?? '';
    if (quote === null && /\s/.test(c)) {
      if (open) words.push(word);
      word = '';
      open = false;
    } else if (quote === null && (c === '"' || c === "'")) {
      quote = c;
      open = true;
    } else if (c === quote) quote = null;
    else if (c === '\\' && quote !== "'" && i + 1 < line.length) {
      i += 1;
      const next = line[i] ?? '';
      if (next !== '\n') word += next;
      open = open || next !== '\n';
    } else if (c === '$' && quote !== "'") {
      const name = /^\$(?:\{(\w+)\}|(\w+))/.exec(line.slice(i));
      const key = name?.[1] ?? name?.[2];
      if (name === null || key === undefined) word += c;
      else {
        word += values.get(key) ?? name[0];
        i += name[0].length - 1;
      }
      open = true;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push(word);
  return words;
}

/** True for the words of an etcd server: `etcd`, `/usr/local/bin/etcd`, after assignments and wrappers. */
export function isEtcdCommand(words: readonly string[]): boolean {
  const program = words.find((word) => !/^\w+=/.test(word)) ?? '';
  return program.split('/').pop() === 'etcd';
}

/** `--name=x`, `--name x`, `-name x` to `name` → `x`; a flag without a value is `true`. */
export function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const flag = /^--?([a-z][a-z0-9-]*)(?:=([\s\S]*))?$/.exec(words[i] ?? '');
    if (flag?.[1] === undefined) continue;
    const next = words[i + 1];
    if (flag[2] !== undefined) flags.set(flag[1], flag[2]);
    else if (next !== undefined && !next.startsWith('-')) {
      flags.set(flag[1], next);
      i += 1;
    } else flags.set(flag[1], 'true');
  }
  return flags;
}
