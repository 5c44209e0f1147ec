/** A place in the text, and whether the text is wrong there. */
interface Scan {
  readonly text: string;
  at: number;
  error: string | null;
}

const atEnd = 'unexpected end of JSON input';

/** Go's quoteChar of encoding/json. */
function quoted(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  const code = char.charCodeAt(0);
  const named: Readonly<Record<number, string>> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 92: '\\\\' };
  const shown = named[code] ?? (code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : code >= 0x80 && code < 0xa1 ? `\\u00${code.toString(16)}` : char);
  return `'${shown}'`;
}

function fail(scan: Scan, context: string): void {
  const char = scan.text[scan.at];
  scan.error ??= char === undefined ? atEnd : `invalid character ${quoted(char)} ${context}`;
}

function blanks(scan: Scan): void {
  while (/[ \t\r\n]/.test(scan.text[scan.at] ?? '')) scan.at += 1;
}

function string(scan: Scan): void {
  scan.at += 1;
  for (;;) {
    const char = scan.text[scan.at];
    if (char === undefined || char.charCodeAt(0) < 0x20) return fail(scan, 'in string literal');
    scan.at += 1;
    if (char === '"') return;
    if (char !== '\\') continue;
    const escape = scan.text[scan.at] ?? '';
    if (escape === 'u') {
      for (let i = 0; i < 4; i++) {
        scan.at += 1;
        if (!/[0-9a-fA-F]/.test(scan.text[scan.at] ?? '')) return fail(scan, 'in \\u hexadecimal character escape');
      }
    } else if (!'bfnrt\\/"'.includes(escape) || escape === '') return fail(scan, 'in string escape code');
    scan.at += 1;
  }
}

function digits(scan: Scan, context: string): void {
  if (!/[0-9]/.test(scan.text[scan.at] ?? '')) return fail(scan, context);
  while (/[0-9]/.test(scan.text[scan.at] ?? '')) scan.at += 1;
}

function number(scan: Scan): void {
  if (scan.text[scan.at] === '-') scan.at += 1;
  if (scan.text[scan.at] === '0') scan.at += 1;
  else digits(scan, 'in numeric literal');
  if (scan.error === null && scan.text[scan.at] === '.') {
    scan.at += 1;
    digits(scan, 'after decimal point in numeric literal');
  }
  if (scan.error === null && /[eE]/.test(scan.text[scan.at] ?? '')) {
    scan.at += 1;
    if (/[+-]/.test(scan.text[scan.at] ?? '')) scan.at += 1;
    digits(scan, 'in exponent of numeric literal');
  }
}

function literal(scan: Scan, word: string): void {
  for (let i = 0; i < word.length; i++, scan.at++) {
    if (scan.text[scan.at] !== word[i]) return fail(scan, `in literal ${word} (expecting '${word[i]}')`);
  }
}

function list(scan: Scan, close: string, item: (scan: Scan) => void, after: string, depth: number): void {
  scan.at += 1;
  blanks(scan);
  if (scan.text[scan.at] === close) {
    scan.at += 1;
    return;
  }
  while (scan.error === null && depth < 10_000) {
    item(scan);
    if (scan.error !== null) return;
    blanks(scan);
    const char = scan.text[scan.at];
    if (char !== ',' && char !== close) return fail(scan, after);
    scan.at += 1;
    if (char === close) return;
    blanks(scan);
  }
}

function value(scan: Scan, depth: number): void {
  blanks(scan);
  const char = scan.text[scan.at] ?? '';
  if (depth > 1000) return;
  if (char === '"') return string(scan);
  if (/[-0-9]/.test(char)) return number(scan);
  if (char === 't') return literal(scan, 'true');
  if (char === 'f') return literal(scan, 'false');
  if (char === 'n') return literal(scan, 'null');
  if (char === '[') return list(scan, ']', (inner) => value(inner, depth + 1), 'after array element', depth);
  if (char !== '{') return fail(scan, 'looking for beginning of value');
  const pair = (inner: Scan): void => {
    if (inner.text[inner.at] !== '"') return fail(inner, 'looking for beginning of object key string');
    string(inner);
    if (inner.error !== null) return;
    blanks(inner);
    if (inner.text[inner.at] !== ':') return fail(inner, 'after object key');
    inner.at += 1;
    value(inner, depth + 1);
  };
  return list(scan, '}', pair, 'after object key:value pair', depth);
}

/** The words in which Go's encoding/json refuses a text (scanner.go); null when it takes it. Bytes as latin-1. */
export function goJsonError(text: string): string | null {
  const scan: Scan = { text, at: 0, error: null };
  value(scan, 0);
  if (scan.error !== null) return scan.error;
  blanks(scan);
  if (scan.at < text.length) fail(scan, 'after top-level value');
  return scan.error;
}
