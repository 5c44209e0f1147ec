import { digestsKnown, readSnapshot } from '../etcd/snapshot/index.js';
import type { SnapshotReport } from '../etcd/verdict.js';
import type { BundleFile } from '../intake/bundle.js';

/** A file whose bytes were hashed when the bundle was opened. */
export type HashedFile = Pick<BundleFile, 'size' | 'sha256' | 'bodySha256' | 'open'>;

/** The verdict on the bytes of a snapshot or db file. */
export function verdictOn(file: HashedFile): SnapshotReport {
  const source = file.open();
  return readSnapshot(source, file.bodySha256 == null || source.byteLength !== file.size ? {} : { digests: digestsKnown(source, file.sha256, file.bodySha256) });
}
