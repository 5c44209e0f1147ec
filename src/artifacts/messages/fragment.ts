/**
 * The longest run of literal characters that every match of a pattern contains. Groups, classes and
 * repeated atoms are left out, and a pattern with a top-level alternative has no such run, so the
 * answer errs on the short side.
 */
export function literalFragment(pattern: RegExp): string {
  const source = pattern.source;
  let best = '';
  let run = '';
  const end = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!;
    if (c === '|') return '';
    if (c === '(' || c === '[') {
      end();
      i = c === '(' ? groupEnd(source, i) : classEnd(source, i);
      continue;
    }
    if (c === '.' || c === '^' || c === '$') {
      end();
      continue;
    }
    if (c === '*' || c === '+' || c === '?' || c === '{') {
      run = run.slice(0, -1);
      end();
      if (c === '{') i = source.indexOf('}', i);
      continue;
    }
    if (c === '\\') {
      const escaped = source[++i]!;
      if (/[a-zA-Z0-9]/.test(escaped)) end();
      else run += escaped;
      continue;
    }
    run += c;
  }
  end();
  return best;
}

function classEnd(source: string, at: number): number {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === ']') return i;
  }
  return source.length;
}

function groupEnd(source: string, at: number): number {
  let depth = 0;
  for (let i = at; i < source.length; i++) {
    const c = source[i];
    if (c === '\\') i++;
    else if (c === '[') i = classEnd(source, i);
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) return i;
  }
  return source.length;
}
