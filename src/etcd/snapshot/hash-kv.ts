import { crc32c } from '../../formats/crc32c.js';
import type { ByteSource } from '../../formats/source.js';
import { latin1 } from '../../formats/latin1.js';
import { parseKeyValue } from '../key-value.js';
import { openBackend, rowsOf } from '../mvcc.js';
import { parseRevision } from '../revision-key.js';
import { compactRevision, contentsOf } from './contents.js';
import type { HashKv } from './status-text.js';

/** `compacted`: the revision lies below the compaction; `future`: above the last one; `unreadable`: a row is. */
export type HashKvFailure = 'compacted' | 'future' | 'unreadable';

interface RowRef {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly main: bigint;
  readonly sub: bigint;
  readonly tombstone: boolean;
}

/**
 * HashKV of a file at a revision (0 = the current one), as the server computes it: rows above the
 * compacted revision, and of the older ones those that are live at the revision
 * (etcd 3.6 server/storage/mvcc/hash.go). Reads the bucket twice, keeps one number per key.
 */
export function hashKv(source: ByteSource, at = 0n): HashKv | HashKvFailure {
  const backend = openBackend(source);
  const meta = contentsOf(new Map([['meta', [...rowsOf(backend, 'meta')]]]));
  const compact = compactRevision(meta) ?? -1n;
  let readable = true;
  const rows = function* (): Generator<RowRef> {
    const again = openBackend(source, () => void (readable = false));
    for (const row of rowsOf(again, 'key', () => void (readable = false))) {
      const parsed = parseRevision(row.key);
      if (parsed === null) readable = false;
      else yield { key: row.key, value: row.value, main: parsed.revision.main, sub: parsed.revision.sub, tombstone: parsed.tombstone };
    }
  };
  let last = 1n;
  const newest = new Map<string, { main: bigint; sub: bigint; tombstone: boolean }>();
  for (const row of rows()) {
    last = row.main;
    if (at > 0n && row.main > at) continue;
    const kv = parseKeyValue(row.value);
    if (kv === null) readable = false;
    else newest.set(latin1(kv.key), { main: row.main, sub: row.sub, tombstone: row.tombstone });
  }
  if (!readable) return 'unreadable';
  const current = last > compact ? last : compact;
  if (at > 0n && at < compact) return 'compacted';
  if (at > current) return 'future';
  const revision = at === 0n ? current : at;
  const keep = new Set<string>();
  for (const row of newest.values()) if (!row.tombstone) keep.add(`${row.main}_${row.sub}`);
  let hash = crc32c(Buffer.from('key'));
  for (const row of rows()) {
    if (row.main > revision) continue;
    if (row.main <= compact && keep.size > 0 && !keep.has(`${row.main}_${row.sub}`)) continue;
    if (row.main === compact && row.tombstone) continue;
    hash = crc32c(row.value, crc32c(row.key, hash));
  }
  return { hash, hashRevision: revision, compactRevision: compact };
}
