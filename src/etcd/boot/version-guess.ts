import { latin1 } from '../../formats/latin1.js';
import type { DataDir } from '../data-dir.js';
import { openBackend, rowsOf } from '../mvcc.js';
import { etcdLine, type EtcdLine } from '../version.js';
import { memberFiles } from './member-files.js';

/**
 * The line that a data directory was last used with, as its database says: storage version (3.6 and
 * later), else cluster version. Null when it says nothing.
 */
export function lineOfDataDir(dir: DataDir): EtcdLine | null {
  const { db } = memberFiles(dir);
  if (db === null || db.source.byteLength === 0) return null;
  const backend = openBackend(db.source);
  for (const [bucket, name] of [['meta', 'storageVersion'], ['cluster', 'clusterVersion']] as const) {
    for (const row of rowsOf(backend, bucket)) {
      if (latin1(row.key) !== name) continue;
      const line = etcdLine(latin1(row.value));
      if (line !== null) return line;
    }
  }
  return null;
}
