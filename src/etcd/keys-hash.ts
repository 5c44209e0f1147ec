import { createHash } from 'node:crypto';

/** Collects keys in ascending order of bytes; gives one digest of all. */
export interface KeysHash {
  /** A key, and SHA-256 of its value: both as latin-1 text. */
  add(key: string, modRevision: bigint, digest: string): void;
  /** SHA-256 over the lines `hex(key) TAB mod_revision TAB hex(sha256(value)) LF`, as hexadecimal digits. */
  digest(): string;
}

const [tab, lineEnd] = [9, 10];
const digits = Buffer.from('0123456789abcdef');

/** Lines are written into one buffer that is hashed whenever it is full: a call of native code for each would take longer than the hash. */
export function keysHash(): KeysHash {
  const hash = createHash('sha256');
  let lines = Buffer.alloc(1 << 16);
  let end = 0;
  const hex = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      const byte = text.charCodeAt(i);
      lines[end++] = digits[byte >> 4]!;
      lines[end++] = digits[byte & 15]!;
    }
  };
  const flush = (): void => {
    hash.update(lines.subarray(0, end));
    end = 0;
  };
  return {
    add: (key, modRevision, digest) => {
      const room = key.length * 2 + digest.length * 2 + 30;
      if (end + room > lines.length) flush();
      if (room > lines.length) lines = Buffer.alloc(room);
      hex(key);
      lines[end++] = tab;
      end += lines.write(modRevision.toString(), end, 'latin1');
      lines[end++] = tab;
      hex(digest);
      lines[end++] = lineEnd;
    },
    digest: () => {
      flush();
      return hash.digest('hex');
    },
  };
}
