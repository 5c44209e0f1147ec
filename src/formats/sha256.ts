import * as crypto from 'node:crypto';

/** Node 20.12 and later: without an object for each value, 300 bytes take 0.4 instead of 0.8 µs. */
const { hash } = crypto as { readonly hash?: typeof crypto.hash };

/** SHA-256 of bytes, as 32 characters of latin-1 text. */
export const sha256: (bytes: Uint8Array) => string =
  hash === undefined ? (bytes) => crypto.createHash('sha256').update(bytes).digest('binary') : (bytes) => hash('sha256', bytes, 'binary');
