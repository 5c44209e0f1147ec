/**
 * What a terminal would show after it has drawn one line: escape sequences are obeyed or dropped,
 * typed-over and deleted characters are gone, NUL bytes vanish. Plain text passes untouched.
 */
export function drawnLine(text: string, columns: number | null = null): string {
  if (!special.test(text)) return text;
  if (!drawing.test(text)) return text.replace(marks, '').replace(others, '');
  return draw(columns === null ? text : unwrap(text, columns));
}

const special = /[\0-\x08\x0b-\x1f\x7f]|\x9b/;
/** Anything that moves the cursor backwards. */
const drawing = /[\b\r]|\x1b\[\d*[CDGKP@X]/;
const marks = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][0-9A-Za-z]|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g;
const others = /[\0-\x08\x0b-\x1f\x7f]/g;
const token = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][0-9A-Za-z]|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])|[\s\S]/gu;

function draw(text: string): string {
  const cells: string[] = [];
  let cursor = 0;
  for (const [whole, params, final] of text.matchAll(token)) {
    if (final !== undefined) {
      const n = Math.min(Number.parseInt(params ?? '', 10) || 0, 4096);
      const count = Math.max(1, n);
      if (final === 'C') cursor = Math.min(cursor + count, 65536);
      else if (final === 'D') cursor = Math.max(0, cursor - count);
      else if (final === 'G') cursor = count - 1;
      else if (final === 'K' && n === 0) cells.length = Math.min(cells.length, cursor);
      else if (final === 'K') cells.fill(' ', 0, n === 1 ? cursor : cells.length);
      else if (final === 'P') cells.splice(cursor, count);
      else if (final === '@') cells.splice(cursor, 0, ...Array.from({ length: count }, () => ' '));
      else if (final === 'X') cells.fill(' ', cursor, cursor + count);
      continue;
    }
    if (whole === '\b') cursor = Math.max(0, cursor - 1);
    else if (whole === '\r') cursor = 0;
    else if (whole === '\t') {
      while (cells.length < cursor) cells.push(' ');
      cells[cursor] = '\t';
      cursor++;
    } else if (whole.length === 1 && (whole < ' ' || whole === '\x7f')) continue;
    else if (whole.startsWith('\x1b')) continue;
    else {
      while (cells.length < cursor) cells.push(' ');
      cells[cursor++] = whole;
      if (isWide(whole)) cells[cursor++] = '';
    }
  }
  return cells.join('');
}

/** Readline marks the wrap of a long command with a blank and a carriage return at the last column. */
function unwrap(text: string, columns: number): string {
  const parts = text.split(/ \r(?!$)/);
  if (parts.length === 1) return text;
  let joined = parts[0]!;
  for (const part of parts.slice(1)) {
    const width = [...draw(joined)].length;
    joined += width > 0 && width % columns === 0 ? part : ` \r${part}`;
  }
  return joined;
}

/** East Asian wide characters take two cells. */
function isWide(char: string): boolean {
  const code = char.codePointAt(0)!;
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0x20000 && code <= 0x3fffd);
}
