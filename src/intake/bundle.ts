import type { ByteSource } from '../formats/source.js';

/** One regular file of the input, however deep in archives it lay. */
export interface BundleFile {
  /**
   * Unique display path: relative to the input, `/`-separated, control characters escaped; the inside
   * of an archive follows `!/` (`255/var_lib_etcd.tar.gz!/var/lib/etcd/member/snap/db`). With several
   * inputs the input's base name comes first.
   */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** SHA-256 of all but the last 32 bytes, where a snapshot keeps its digest; null or absent where nobody took it. */
  readonly bodySha256?: string | null;
  /** Milliseconds since the epoch; null where the container keeps none. */
  readonly mtime: number | null;
  /** True when mtime comes from an archive (evidence), false from a plain folder (may be the copy's time). */
  readonly mtimeFromArchive: boolean;
  /** `user:group` as the archive recorded it (names where it has them, else numbers); absent for folders and zip. */
  readonly owner?: string;
  /** Permission bits as the archive recorded them. */
  readonly mode?: number;
  /** True when the container ended inside this file: its size is not the size it had. */
  readonly cut?: boolean;
  /** Where a file on this machine holds exactly these bytes; absent for what is kept in memory. Never shown. */
  readonly onDisk?: string;
  /** Opens the bytes; cheap to call again. */
  open(): ByteSource;
}

/** Something refused or odd at the door. `code` is a finding code of the area `intake`. */
export interface IntakeFinding {
  readonly code: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** The opened input: a read-only virtual tree. */
export interface Bundle {
  readonly files: readonly BundleFile[];
  readonly findings: readonly IntakeFinding[];
  /** SHA-256 over the sorted manifest lines `sha256  size  path\n`. */
  readonly manifestSha256: string;
  /** Lists the plain input files whose bytes changed since `openBundle`; reads those again whose times do not rule it out. */
  verifyUnchanged(): readonly string[];
  /** Removes the private scratch folder. Safe to call twice. */
  close(): void;
}

/** Limits against hostile archives; every one is a finding when hit, never a crash. */
export interface IntakeLimits {
  readonly maxEntries: number;
  readonly maxTotalBytes: number;
  readonly maxFileBytes: number;
  /** Unpacked size against packed size, checked only beyond `ratioFreeBytes`: preallocated WAL files compress a thousandfold. */
  readonly maxRatio: number;
  readonly ratioFreeBytes: number;
  readonly maxDepth: number;
}

export const defaultLimits: IntakeLimits = {
  maxEntries: 200_000,
  maxTotalBytes: 64 * 2 ** 30,
  maxFileBytes: 16 * 2 ** 30,
  maxRatio: 200,
  ratioFreeBytes: 2 * 2 ** 30,
  maxDepth: 3,
};
