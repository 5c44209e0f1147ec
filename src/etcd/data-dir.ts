import type { ByteSource } from '../formats/source.js';

/** The files of one data directory, paths relative to it (`member/snap/db`, `member/wal/….wal`). */
export interface DataDir {
  readonly files: ReadonlyMap<string, ByteSource>;
  /** Paths of directories that are known to be missing or empty are simply absent from `files`. */
  readonly complete: boolean;
}
