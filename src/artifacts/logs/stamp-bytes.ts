const brace = 0x7b;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const isLetter = (byte: number | undefined): boolean => byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));

/**
 * Where a line carries its stamp, up to the minute: start and length. Two neighbours that agree there
 * were written in the same minute. Length 0: unknown, the line must be read.
 */
export function stampBytes(bytes: Uint8Array, start: number, end: number): readonly [start: number, length: number] {
  const room = end - start;
  const first = bytes[start];
  if (first === brace) {
    // docker json-file: {"log":"…","time":"2026-02-01T10:00:00.1Z"} carries it at its end.
    if (bytes[start + 2] === 0x6c && bytes[start + 3] === 0x6f && bytes[start + 4] === 0x67) return atEnd(bytes, start, end);
    // zap: {"level":"info","ts":"2026-02-01T10:00
    return bytes[start + 2] === 0x6c && bytes[start + 3] === 0x65 && room >= 38 ? [start, 38] : [start, 0];
  }
  // klog: I0201 10:00
  if (isLetter(first) && isDigit(bytes[start + 1]) && room >= 11) return [start, 11];
  // syslog: Feb  1 10:00
  if (isLetter(first)) return [start, room >= 12 ? 12 : 0];
  return [start, room >= 16 ? 16 : 0];
}

/** The 16 bytes behind `"time":"` within the last 64. */
function atEnd(bytes: Uint8Array, start: number, end: number): readonly [number, number] {
  for (let at = end - 8; at > Math.max(start, end - 64); at--) {
    if (bytes[at] === 0x22 && bytes[at + 1] === 0x74 && bytes[at + 2] === 0x69 && bytes[at + 3] === 0x6d && bytes[at + 4] === 0x65 && bytes[at + 5] === 0x22) return at + 24 <= end ? [at + 8, 16] : [start, 0];
  }
  return [start, 0];
}
