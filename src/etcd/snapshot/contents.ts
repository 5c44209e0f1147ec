import { crc32c } from '../../formats/crc32c.js';
import type { Report } from '../../formats/bbolt/db.js';
import type { BucketEntry } from '../../formats/bbolt/db.js';
import { bucketRows } from '../../formats/bbolt/db.js';
import { parseMemberRow, type MemberRow } from '../member-rows.js';
import { parseKeyValue } from '../key-value.js';
import { parseRevision, type Backend } from '../mvcc.js';
import { more, readVarint, readVarint64, skipField, wireReader } from '../../formats/protobuf/reader.js';

/** What the buckets of one db say, read in the order of `snapshot status`. */
export interface Contents {
  /** CRC-32C over bucket names, keys and values in order (etcdutl/snapshot/v3_snapshot.go Status). */
  hash: number;
  /** Rows of all buckets: TOTAL KEYS of 3.3–3.5. */
  rows: number;
  /** Rows of bucket `key`. */
  revisions: number;
  /** First eight bytes of the last row key of bucket `key`; 0n when it has none. */
  lastRevision: bigint;
  liveKeys: number;
  readonly meta: Map<string, Uint8Array>;
  readonly members: MemberRow[];
  readonly alarms: { memberId: string; alarm: string }[];
  clusterVersion: string | null;
  authEnabled: boolean | null;
}

const alarmNames: readonly string[] = ['NONE', 'NOSPACE', 'CORRUPT'];
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** An alarm row's key is a marshalled AlarmMember {1 memberID, 2 alarm}. */
function alarmOf(key: Uint8Array): { memberId: string; alarm: string } | null {
  const reader = wireReader(key);
  let memberId = 0n;
  let alarm = 0;
  while (more(reader)) {
    const tag = readVarint(reader);
    if (tag === 0x08) memberId = readVarint64(reader);
    else if (tag === 0x10) alarm = readVarint(reader);
    else skipField(reader, tag & 7);
  }
  return reader.failed ? null : { memberId: memberId.toString(16), alarm: alarmNames[alarm] ?? String(alarm) };
}

/** Reads every bucket once, in the order of their names. */
export function readContents(backend: Backend, entries: readonly BucketEntry[], report: Report): Contents {
  const contents: Contents = {
    hash: 0, rows: 0, revisions: 0, lastRevision: 0n, liveKeys: 0, meta: new Map(), members: [], alarms: [], clusterVersion: null, authEnabled: null,
  };
  const live = new Set<string>();
  for (const entry of entries) {
    if (!entry.isBucket) continue;
    const name = latin1(entry.name);
    contents.hash = crc32c(entry.name, contents.hash);
    for (const row of bucketRows(backend.bolt, entry, backend.visited, report)) {
      contents.hash = crc32c(row.value, crc32c(row.key, contents.hash));
      contents.rows += 1;
      if (name === 'key') {
        contents.revisions += 1;
        if (row.key.length >= 8) contents.lastRevision = new DataView(row.key.buffer, row.key.byteOffset, 8).getBigInt64(0, false);
        const parsed = parseRevision(row.key);
        const keyValue = parseKeyValue(row.value);
        if (parsed === null || keyValue === null) {
          report({ code: parsed === null ? 'etcd.revision-key' : 'etcd.key-value', severity: 'fatal', page: row.page, offset: row.page * backend.bolt.pageSize, message: `page ${row.page}: a row of bucket key has an unreadable ${parsed === null ? 'revision' : 'value'}` });
        } else if (parsed.tombstone) live.delete(latin1(keyValue.key));
        else live.add(latin1(keyValue.key));
      } else if (name === 'meta') contents.meta.set(latin1(row.key), row.value);
      else if (name === 'members') {
        const member = parseMemberRow(row.key, row.value);
        if (member !== null) contents.members.push(member);
      } else if (name === 'alarm') {
        const alarm = alarmOf(row.key);
        if (alarm !== null) contents.alarms.push(alarm);
      } else if (name === 'cluster' && latin1(row.key) === 'clusterVersion') contents.clusterVersion = latin1(row.value);
      else if (name === 'auth' && latin1(row.key) === 'authEnabled') contents.authEnabled = row.value[0] === 1;
    }
  }
  contents.liveKeys = live.size;
  return contents;
}
