/** Anything that a terminal or shell could read as more than a character of a word. */
export function hasControlCharacter(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text);
}

/** The text with every such character written out, for sentences about it. */
export function visible(text: string): string {
  return [...text].map((c) => (hasControlCharacter(c) ? `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}` : c)).join('');
}

/**
 * One word for a POSIX shell: plain words as they are, all others in single quotes. Throws a
 * RangeError for control characters, which nobody types into a path and which could hide a command.
 */
export function shellWord(text: string): string {
  if (hasControlCharacter(text)) throw new RangeError('a value holds control characters and cannot be put into a command');
  if (/^[A-Za-z0-9_/:.,@%+][A-Za-z0-9_/:=.,@%+-]*$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `NAME=value` lines for the head of a script. */
export function shellAssignments(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value.includes('\n') ? lines(value) : shellWord(value)}`)
    .join('\n');
}

/** Several lines in one value; each line is checked on its own. */
function lines(value: string): string {
  for (const line of value.split('\n')) shellWord(line);
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
