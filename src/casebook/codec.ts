/**
 * JSON with 64-bit integers kept exact: a bigint is stored as `{"$bigint":"…"}`. Only values that this
 * program wrote are read back.
 */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? { $bigint: v.toString() } : v));
}

/** Throws SyntaxError for text that `encode` did not write. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, v: unknown) => {
    if (typeof v !== 'object' || v === null || !('$bigint' in v)) return v;
    return BigInt(String(v.$bigint));
  });
}
