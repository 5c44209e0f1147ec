import { openBolt } from '../formats/bbolt/db.js';
import type { ByteSource } from '../formats/source.js';
import { readCensus } from '../etcd/snapshot/pass.js';
import { KeyTable } from '../etcd/key-table.js';
import { PlainWrite, quickWaysTo } from './plain-write.js';
import { writesOfFile } from './writes.js';

/**
 * Calls `use` with the newest write of each living key, in no order of keys; a write holds only inside the call. False
 * when anything in the file is not as etcd writes it: then nothing that was said counts.
 */
export function eachLiveRow(source: ByteSource, use: (write: PlainWrite) => void): boolean {
  if (readCensus(source, openBolt(source), false) === null) return false;
  const rows = quickWaysTo(writesOfFile(source)).newestFirst?.writes();
  const keys = new KeyTable();
  for (let step = rows?.next(); step !== undefined; step = rows?.next()) {
    if (step.done === true) return step.value;
    const write = step.value;
    if (!(write instanceof PlainWrite)) return false;
    const known = keys.size;
    // From the newest back, a key that was met before lives or died by what was met then.
    if (keys.add(write.bytes, write.keyAt, write.keyEnd) === known && !write.deletes) use(write);
  }
  return false;
}
