import { mvccRows } from '../etcd/mvcc.js';
import type { ByteSource } from '../formats/source.js';
import type { StoredWrite } from './survey.js';

/** Every readable write of a snapshot or db file in the order of revisions. Damaged pages are left out. */
export function* writesOfFile(source: ByteSource): Generator<StoredWrite> {
  for (const { revision, tombstone, keyValue } of mvccRows(source)) {
    yield {
      revision: revision.main,
      key: keyValue.key,
      value: tombstone ? null : keyValue.value,
      createRevision: keyValue.createRevision,
      version: keyValue.version,
      lease: keyValue.lease,
    };
  }
}
