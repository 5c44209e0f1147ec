/** Columns of a table whose header words are separated by two or more blanks (or tabs). */
export interface Columns {
  readonly names: readonly string[];
  readonly starts: readonly number[];
}

/**
 * Finds the columns of a header line: names are separated by at least two blanks. Offsets count
 * terminal cells, so that wide characters above do not shift what stands below.
 */
export function headerColumns(header: string): Columns {
  const names: string[] = [];
  const starts: number[] = [];
  for (const match of header.matchAll(/\S+(?: \S+)*/g)) {
    names.push(match[0].toUpperCase());
    starts.push(match.index);
  }
  return { names, starts };
}

/**
 * Cuts a row at the header's offsets. A value that runs over the next column moves the cut to the
 * next gap of two blanks. Returns null when the row cannot belong to the table.
 */
export function cutRow(row: string, columns: Columns): Record<string, string> | null {
  const cells: Record<string, string> = {};
  let at = 0;
  for (let i = 0; i < columns.names.length; i++) {
    const next = columns.starts[i + 1];
    let end = next === undefined ? row.length : next;
    if (next !== undefined && end < row.length && row[end - 1] !== ' ' && row[end - 1] !== undefined) {
      const gap = row.slice(end).search(/ {2}|\t/);
      end = gap === -1 ? row.length : end + gap;
    }
    if (end < at) end = at;
    cells[columns.names[i]!] = row.slice(at, end).trim();
    at = end;
  }
  return Object.values(cells).every((cell) => cell === '') ? null : cells;
}
