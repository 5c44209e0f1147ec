/** A file to hash, and where another thread waits for the digests. */
export interface DigestTask {
  readonly path: string;
  readonly size: number;
  /** Where, besides the end, the digest of what came before is wanted. */
  readonly positions: readonly number[];
  /** Two cells of 32 bits, then from byte 16 on room for the answer as JSON: cell 0 is 1 when it is there and 2 when it failed, cell 1 its length. */
  readonly place: SharedArrayBuffer;
}

/** Hashes `size` bytes of a file front to back and leaves the digests in `place`. Never throws. */
export function digestFile(task: DigestTask): void;
