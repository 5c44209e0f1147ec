import type { ByteSource } from '../formats/source.js';

/** Why something in a data directory is not among its files: a link, which is not followed, a folder, or a file whose name is none of etcd's. */
export type OtherKind = 'link' | 'folder' | 'foreign';

/** The files of one data directory, paths relative to it (`member/snap/db`, `member/wal/….wal`). */
export interface DataDir {
  readonly files: ReadonlyMap<string, ByteSource>;
  /** Paths of directories that are known to be missing or empty are simply absent from `files`. */
  readonly complete: boolean;
  /** What else lies in it, by path, as far as it is known. */
  readonly others?: ReadonlyMap<string, OtherKind>;
}
