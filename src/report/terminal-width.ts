/**
 * Columns of a text on a terminal: Han, kana, hangul and full-width forms take two, marks that combine take
 * none. Text comes here after `terminalText`, so there are no control characters.
 */
export function terminalWidth(text: string): number {
  let width = 0;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    if (/\p{Mn}/u.test(c)) continue;
    const wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0x303e) || (code >= 0x3041 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3)
      || (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0xffe0 && code <= 0xffe6)
      || (code >= 0x1f300 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd);
    width += wide ? 2 : 1;
  }
  return width;
}

/** Pieces that must not be torn: words, paths as far as a slash, one Han character each. */
function pieces(text: string): readonly string[] {
  return text.match(/\s+|[\u2e80-\u9fff\uff00-\uff60][，。；：、）”]*|[^\s/\u2e80-\u9fff\uff00-\uff60]*\/|[^\s/\u2e80-\u9fff\uff00-\uff60]+/gu) ?? [];
}

/**
 * Breaks a text into lines of at most `columns`: between words, behind a slash of a path, between Han
 * characters; inside a word only when it alone is too long.
 */
export function wrapTerminal(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text)) {
    if (terminalWidth(line) + terminalWidth(piece.trimEnd()) <= columns) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = piece.trimStart();
    while (terminalWidth(line) > columns) {
      let head = '';
      for (const c of line) {
        if (terminalWidth(head + c) > columns) break;
        head += c;
      }
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines.length === 0 ? [''] : lines;
}
