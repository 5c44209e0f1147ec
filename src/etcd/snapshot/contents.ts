import { latin1 } from '../../formats/latin1.js';
import { more, readVarint, readVarint64, skipField, wireReader } from '../../formats/protobuf/reader.js';
import type { Row } from '../../formats/bbolt/db.js';
import { parseMemberRow, type MemberRow } from '../member-rows.js';

/** What the small buckets of one db say. */
export interface Contents {
  readonly meta: ReadonlyMap<string, Uint8Array>;
  readonly members: readonly MemberRow[];
  readonly alarms: readonly { readonly memberId: string; readonly alarm: string }[];
  readonly clusterVersion: string | null;
  readonly authEnabled: boolean | null;
}

/** Names of buckets that etcd 3.3–3.7 make (schema/bucket.go). */
export const knownBuckets: ReadonlySet<string> = new Set(['alarm', 'auth', 'authRoles', 'authUsers', 'cluster', 'key', 'lease', 'members', 'members_removed', 'meta', 'test']);

const alarmNames: readonly string[] = ['NONE', 'NOSPACE', 'CORRUPT'];

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

const present = <T>(value: T | null): value is T => value !== null;

/** Reads the rows of the small buckets, by bucket name. */
export function contentsOf(buckets: ReadonlyMap<string, readonly Row[]>): Contents {
  const rows = (name: string): readonly Row[] => buckets.get(name) ?? [];
  const value = (bucket: string, key: string): Uint8Array | null => rows(bucket).find((row) => latin1(row.key) === key)?.value ?? null;
  const clusterVersion = value('cluster', 'clusterVersion');
  const authEnabled = value('auth', 'authEnabled');
  return {
    meta: new Map(rows('meta').map((row) => [latin1(row.key), row.value])),
    members: rows('members').map((row) => parseMemberRow(row.key, row.value)).filter(present),
    alarms: rows('alarm').map((row) => alarmOf(row.key)).filter(present),
    clusterVersion: clusterVersion === null ? null : latin1(clusterVersion),
    authEnabled: authEnabled === null ? null : authEnabled[0] === 1,
  };
}

/** A big-endian 64-bit number of bucket `meta`; null when it is missing or short. */
export function metaNumber(contents: Contents, key: string): bigint | null {
  const bytes = contents.meta.get(key);
  return bytes === undefined || bytes.length < 8 ? null : new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0, false);
}

/** The revision up to which history is compacted, finished or not; null when it never was. */
export function compactRevision(contents: Contents): bigint | null {
  const [scheduled, finished] = [metaNumber(contents, 'scheduledCompactRev'), metaNumber(contents, 'finishedCompactRev')];
  if (scheduled === null || finished === null) return scheduled ?? finished;
  return scheduled > finished ? scheduled : finished;
}
