import { createHash } from 'node:crypto';

/** A file without what `etcdctl snapshot save` appends to it: the SHA-256 of what came before. */
const trailerSize = 32;

/** SHA-256 of a file, and of all but its last 32 bytes: a snapshot ends with the digest of what stands before it. */
export interface FileDigests {
  readonly sha256: string;
  /** Null for a file of less than 32 bytes. */
  readonly bodySha256: string | null;
}

/** Hashes a file that comes piece by piece, whose length nobody knows before its end. */
export interface FileDigester {
  /** The next bytes; they may be overwritten afterwards. */
  update(chunk: Uint8Array): void;
  finish(): FileDigests;
}

/** A digester that has seen nothing yet. */
export function fileDigester(): FileDigester {
  const hash = createHash('sha256');
  // What may turn out to be the last 32 bytes is hashed later.
  let tail = Buffer.alloc(0);
  return {
    update: (chunk) => {
      if (chunk.length < trailerSize) {
        const both = Buffer.concat([tail, chunk]);
        const sure = Math.max(0, both.length - trailerSize);
        hash.update(both.subarray(0, sure));
        tail = both.subarray(sure);
        return;
      }
      const sure = chunk.length - trailerSize;
      hash.update(tail).update(chunk.subarray(0, sure));
      tail = Buffer.from(chunk.subarray(sure));
    },
    finish: () => {
      const bodySha256 = tail.length < trailerSize ? null : hash.copy().digest('hex');
      return { sha256: hash.update(tail).digest('hex'), bodySha256 };
    },
  };
}
