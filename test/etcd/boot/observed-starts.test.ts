import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { predictBoot, type BootPrediction } from '../../../src/etcd/boot/index.js';
import { mvccRows } from '../../../src/etcd/mvcc.js';
import { readSnapshot } from '../../../src/etcd/snapshot/index.js';
import type { EtcdLine } from '../../../src/etcd/version.js';
import { bucketEntries, bucketRows, leafElements, openBolt, readPage, writeBolt } from '../../../src/formats/bbolt/index.js';
import { metaAt } from '../../../src/formats/bbolt/layout.js';
import { fnv1a64 } from '../../../src/formats/bbolt/meta.js';
import { bytesSource } from '../../../src/formats/source.js';
import { readRecords, recordType } from '../../../src/formats/wal/index.js';
import { baseFiles } from '../../damage/cases.js';
import type { Files } from '../../damage/edits.js';
import type { NewRecord } from '../../formats/wal/written-log.js';
import { dirOf, entryRecord, firstSegment, rewritten } from './rewritten-log.js';

async function membersOf(base: string): Promise<Files> {
  return new Map([...await baseFiles(base)].filter(([path]) => path.startsWith('member/') && !path.endsWith('.tmp')));
}

function start(files: Files, version: string): BootPrediction {
  return predictBoot(dirOf(files), { line: version.slice(0, 3) as EtcdLine, version });
}

const pageSize = 4096;

/** The database with another number of overflow pages in one page's header. */
function withOverflow(files: Files, page: number, overflow: number): Files {
  const db = Buffer.from(files.get('member/snap/db')!);
  db.writeUInt32LE(overflow, page * pageSize + 12);
  return new Map([...files, ['member/snap/db', db]]);
}

/** The database written anew, with one row more. */
function withRow(db: Buffer, bucket: string, key: string, value: string): Buffer {
  const bolt = openBolt(bytesSource(db));
  const added = { key: Buffer.from(key), value: Buffer.from(value) };
  const buckets = [...bucketEntries(bolt, new Set(), () => undefined)].map((entry) => {
    const rows = [...bucketRows(bolt, entry, new Set(), () => undefined)];
    const all = Buffer.from(entry.name).toString() === bucket ? [...rows, added].sort((a, b) => Buffer.compare(a.key, b.key)) : rows;
    return { name: entry.name, rows: all };
  });
  const pages: [Uint8Array, number][] = [];
  const out = Buffer.alloc(writeBolt(buckets, (bytes, offset) => pages.push([bytes, offset])));
  for (const [bytes, offset] of pages) out.set(bytes, offset);
  return out;
}

describe('starts as real servers were seen to make them', { timeout: 120_000 }, () => {
  it.each([
    ['dir-3.4.23-a', '3.3.25', 'etcdserver/membership: cluster cannot be downgraded (current version: 3.3.25 is lower than determined cluster version: 3.4).'],
    ['dir-3.5.30-a', '3.4.23', 'etcdserver/membership: cluster cannot be downgraded (current version: 3.4.23 is lower than determined cluster version: 3.5).'],
    ['dir-3.6-k', '3.5.30', 'invalid downgrade; server version is lower than determined cluster version | {"current-server-version": "3.5.30", "determined-cluster-version": "3.6"}'],
  ])('%s is refused by %s', async (base, version, message) => {
    expect(start(await membersOf(base), version)).toMatchObject({ result: 'dies', diesAt: 'start', message });
  });

  it('a younger directory without snapshot files is refused when the log says which version the cluster has', async () => {
    const files = new Map([...await membersOf('dir-3.4.23-b')].filter(([path]) => !path.endsWith('.snap')));
    expect(start(files, '3.3.25').message).toContain('lower than determined cluster version: 3.4');
    expect(start(files, '3.5.30')).toMatchObject({ result: 'ready' });
    // 3.6 writes its version with a request that 3.4 does not know.
    const newer = new Map([...await membersOf('dir-3.6-a')].filter(([path]) => !path.endsWith('.snap')));
    expect(start(newer, '3.4.23')).toMatchObject({ result: 'ready', served: { revision: 1711n, keys: 928 } });
  });

  it('a newer version takes the directory', async () => {
    expect(start(await membersOf('dir-3.5.30-a'), '3.6.16')).toMatchObject({ result: 'ready', served: { revision: 1667n, keys: 923 } });
  });

  it('3.3 takes any file in the wal folder for a log', async () => {
    const files = await membersOf('dir-3.3.25-a');
    for (const path of [...files.keys()]) if (path.endsWith('.wal')) files.delete(path);
    expect(start(files, '3.3.25').result).toBe('ready');
    files.set('member/wal/0.tmp', Buffer.alloc(16));
    expect(start(files, '3.3.25')).toMatchObject({ result: 'dies', message: 'etcdmain: wal: file not found' });
    expect(start(files, '3.4.23').result).toBe('ready');
  });

  it('3.7 ends when the log marks no snapshot, not even the empty one', async () => {
    const files = rewritten(await membersOf('dir-3.7-a'), (records) => records.filter(({ type }) => type !== recordType.snapshot));
    expect(start(files, '3.7.3')).toMatchObject({ result: 'dies', message: 'runtime error: invalid memory address or nil pointer dereference' });
  });

  it('3.4 passes over what a mark holds beyond index and term, 3.5 does not', async () => {
    const odd = (records: readonly NewRecord[]): readonly NewRecord[] => [...records, { type: recordType.snapshot, data: Buffer.from([0x08, 1, 0x10, 99, 0x18, 7]) }];
    expect(start(rewritten(await membersOf('dir-3.4.23-b'), odd), '3.4.23').result).toBe('ready');
    expect(start(rewritten(await membersOf('dir-3.4.23-b'), odd), '3.5.30')).toMatchObject({ result: 'dies', message: 'unmarshal should never fail (proto: wrong wireType = 0 for field ConfState)' });
  });

  it.each([
    // The root page is the last of 510 and of 448: both were seen to end with "pgid (N) above high water mark (N)", before they were ready or soon after.
    ['dir-3.7-a', 509, '3.7.3', 1699n],
    ['dir-3.5.30-a', 447, '3.5.30', 1667n],
  ])('%s dies as it writes when page %i claims a page that the file does not have', async (base, page, version, revision) => {
    const files = withOverflow(await membersOf(base), page, 1);
    expect(start(files, version)).toMatchObject({ result: 'dies', diesAt: 'write', message: 'above high water mark', causeFile: 'member/snap/db', writable: false, served: { revision } });
    expect(readSnapshot(bytesSource(files.get('member/snap/db')!)).verdict).toBe('damaged');
  });

  it.each(['dir-3.3.25-a', 'dir-3.4.23-a', 'dir-3.5.30-a', 'dir-3.6-a', 'dir-3.7-a'])('%s dies as it writes when its transaction number starts from 0 again', async (base) => {
    // Seen of each: "page N already freed", at the start or soon after, when up to 4 writes were left; with 8 it was ready, and died later.
    const files = await membersOf(base);
    const db = Buffer.from(files.get('member/snap/db')!);
    const active = db.readBigUInt64LE(pageSize + metaAt.txid) > db.readBigUInt64LE(metaAt.txid) ? pageSize : 0;
    db.writeBigUInt64LE(2n ** 64n - 2n, active + metaAt.txid);
    db.writeBigUInt64LE(fnv1a64(db.subarray(active + 16, active + metaAt.checksum)), active + metaAt.checksum);
    expect(start(new Map([...files, ['member/snap/db', db]]), base.includes('-3.6') ? '3.6.16' : base.includes('-3.7') ? '3.7.3' : base.slice(4, -2))).toMatchObject({ result: 'dies', diesAt: 'write', message: 'already freed', causeFile: 'member/snap/db', writable: false });
    expect(readSnapshot(bytesSource(db))).toMatchObject({ verdict: 'damaged', problems: expect.arrayContaining([expect.objectContaining({ code: 'bbolt.txid' })]) as unknown });
  });

  it('bbolt prints the number of a page as a signed one', async () => {
    const files = await membersOf('dir-3.3.25-a');
    const db = Buffer.from(files.get('member/snap/db')!);
    const leaf = Array.from({ length: db.length / pageSize }, (_, page) => page).find((page) => page > 1 && db[page * pageSize + 8] === 2 && db.readUInt32LE(page * pageSize) === page)!;
    db.writeBigUInt64LE(17851473344741034240n, leaf * pageSize);
    expect(start(new Map([...files, ['member/snap/db', db]]), '3.3.25').message).toMatch(/^freepages: failed to get all reachable pages \(page -595270728968517376: out of bounds: \d+\)$/);
  });

  it('names no revision that a range misses when the log adds rows to a tree out of order', async () => {
    const files = await membersOf('dir-3.3.25-a');
    const db = Buffer.from(files.get('member/snap/db')!);
    // The first byte of a key in a branch page: 3.3.25 missed (1519,0) once its own rows were committed, where the tree of the file leads to (1511,0).
    db[2267008]! ^= 2;
    expect(start(new Map([...files, ['member/snap/db', db]]), '3.3.25')).toMatchObject({ result: 'dies', diesAt: 'range', message: 'mvcc: range cannot find rev' });
  });

  it('a role that a user has must decode, one that nobody has is not looked at', async () => {
    const files = await membersOf('dir-3.5.30-b');
    const db = Buffer.from(files.get('member/snap/db')!);
    // Role root, in both places where the file holds it: the type of its first field.
    for (const at of [188832, 258464]) db[at + 4] = 0x0e;
    expect(start(new Map([...files, ['member/snap/db', db]]), '3.5.30')).toMatchObject({ result: 'dies', diesAt: 'start', message: "failed to unmarshal 'authpb.Role' | error: proto: wrong wireType = 6 for field Name" });

    const without = await membersOf('dir-3.6-k');
    const inline = Buffer.from(without.get('member/snap/db')!);
    for (let at = inline.indexOf('authRoles'); at >= 0; at = inline.indexOf('authRoles', at + 1)) inline[at + 'authRoles'.length + 25] = 0xca;
    expect(start(new Map([...without, ['member/snap/db', inline]]), '3.6.16')).toMatchObject({ result: 'ready', served: { revision: 1170n, keys: 292 } });
  });

  it('up to 3.5 an alarm that is raised lets whoever asks through until the server starts again', async () => {
    // Authentication is on in this directory. Nobody says who asks for the deletion.
    const key = Buffer.from('/cfg/a/node-06381');
    const entry = (index: number, request: readonly number[]): NewRecord => entryRecord(2, index, request);
    const noSpace = entry(263, [0x08, 9, 0x52, 4, 0x08, 1, 0x18, 1]);
    const deletion = (index: number): NewRecord => entry(index, [0x08, 9, 0x2a, 2 + key.length, 0x0a, key.length, ...key]);
    const files = await membersOf('dir-3.5.30-b');
    expect(start(rewritten(files, (records) => [...records, deletion(263)]), '3.5.30').served).toMatchObject({ revision: 236n, keys: 130 });
    const raised = rewritten(files, (records) => [...records, noSpace, deletion(264)]);
    expect(start(raised, '3.5.30').served).toMatchObject({ revision: 237n, keys: 129 });
    expect(start(raised, '3.6.16').served).toMatchObject({ revision: 236n, keys: 130 });
    // Where that leaves open which requests were refused, a value that no request ever gave is damage all the same.
    const db = Buffer.from(raised.get('member/snap/db')!);
    const newest = new Map([...mvccRows(bytesSource(db))].map((row) => [Buffer.from(row.keyValue.key).toString(), row]));
    const flipped = [...newest.values()].find(({ tombstone, keyValue }) => !tombstone && keyValue.value.length > 40 && db.indexOf(keyValue.value) === db.lastIndexOf(keyValue.value))!.keyValue;
    db[db.indexOf(flipped.value) + 20]! ^= 1;
    expect(start(raised, '3.5.30').hazard).toBe(null);
    expect(start(new Map([...raised, ['member/snap/db', db]]), '3.5.30')).toMatchObject({ result: 'ready', hazard: 'keys-damaged', problems: expect.arrayContaining([expect.objectContaining({ code: 'boot.differs-from-log', keys: [Buffer.from(flipped.key).toString()] })]) as unknown });
    // A request without an id and without a header ends the server.
    const nameless = rewritten(files, (records) => [...records, entry(263, [0x52, 4, 0x08, 1, 0x18, 1])]);
    expect(start(nameless, '3.5.30')).toMatchObject({ result: 'dies', message: 'runtime error: invalid memory address or nil pointer dereference' });
    expect(start(nameless, '3.6.16')).toMatchObject({ result: 'dies', message: 'applyEntryNormal, could not find a header' });
  });

  it('no server of 3.5 starts while the cluster is on its way to 3.4', async () => {
    const message = 'invalid downgrade; server version is not allowed to join when downgrade is enabled | {"target-cluster-version": "3.4.0"}';
    const files = await membersOf('dir-3.5.30-a');
    const entry = (index: number, request: readonly number[]): NewRecord => entryRecord(2, index, request);
    const begun = entry(1788, [0x08, 9, 0xb2, 0x51, 9, 0x08, 1, 0x12, 5, ...Buffer.from('3.4.0')]);
    const versionSet = entry(1789, [0x08, 9, 0xa2, 0x51, 7, 0x0a, 5, ...Buffer.from('3.5.0')]);
    // As the log is applied, nothing happens until the version of the cluster is looked at.
    expect(start(rewritten(files, (records) => [...records, begun]), '3.5.30').result).toBe('ready');
    expect(start(rewritten(files, (records) => [...records, begun, versionSet]), '3.5.30')).toMatchObject({ result: 'dies', message });

    // From then on the database says so.
    const db = withRow(files.get('member/snap/db')!, 'cluster', 'downgrade', '{"target-version":"3.4.0","enabled":true}');
    expect(start(new Map([...files, ['member/snap/db', db]]), '3.5.30')).toMatchObject({ result: 'dies', diesAt: 'start', message, causeFile: 'member/snap/db' });
    expect(start(new Map([...files, ['member/snap/db', db]]), '3.6.16').result).toBe('ready');
    const { restore } = readSnapshot(bytesSource(Buffer.concat([db, createHash('sha256').update(db).digest()])));
    expect(restore?.['3.5']).toMatchObject({ accepted: true, boot: 'dies', bootMessage: message });
    expect(restore?.['3.6']).toMatchObject({ accepted: true, boot: 'ready' });
  });

  it('up to 3.4 a bucket of the membership that is none ends the start, not the restore', async () => {
    const db = Buffer.from((await baseFiles('snapshot-3.4.23-a')).get('snapshot.db')!.subarray(0, -32));
    const bolt = openBolt(bytesSource(db));
    const root = readPage(bytesSource(db), Number(bolt.metas.active!.root), pageSize, true)!;
    const row = [...leafElements(root)].findIndex((element) => Buffer.from(element!.key).toString() === 'members');
    db.writeUInt32LE(0, root.at + 16 + row * 16);
    const { restore } = readSnapshot(bytesSource(Buffer.concat([db, createHash('sha256').update(db).digest()])));
    expect(restore?.['3.4']).toMatchObject({ accepted: true, boot: 'dies', bootMessage: 'mvcc/backend: cannot create bucket members (incompatible value)' });
    expect(restore?.['3.5']).toMatchObject({ accepted: false });
  });

  it('foreign bytes behind the last record are cut off, and nothing is lost with them; a last record whose length is damaged is', async () => {
    const files = await membersOf('dir-3.6-n');
    const end = 1932496;
    const noise = Buffer.from(files.get(firstSegment)!);
    createHash('sha512').update('noise').digest().copy(noise, end);
    expect(start(new Map([...files, [firstSegment, noise]]), '3.6.16')).toMatchObject({ result: 'ready', hazard: null, served: { revision: 1677n, keys: 971 } });

    const reader = readRecords([{ name: 'log.wal', source: bytesSource(files.get(firstSegment)!) }]);
    let last = 0;
    for (let next = reader.next(); next.done !== true; next = reader.next()) if (next.value.type === recordType.entry) last = next.value.offset;
    const longer = Buffer.from(files.get(firstSegment)!);
    longer[last + 5]! ^= 0x40;
    expect(start(new Map([...files, [firstSegment, longer]]), '3.6.16')).toMatchObject({ result: 'ready', hazard: 'acknowledged-writes-lost' });
  });

  it('a page that claims one that is free does no harm', async () => {
    expect(start(withOverflow(await membersOf('dir-3.5.30-n'), 401, 1), '3.5.30')).toMatchObject({ result: 'ready', hazard: null });
  });

  it.each([
    // Seen: ready and writable; the second start died with "freepages: failed to get all reachable pages".
    ['dir-3.5.30-a', 438, '3.5.30'],
    ['dir-3.6-a', 421, '3.6.16'],
    ['dir-3.3.25-a', 570, '3.3.25'],
  ])('%s is ready, but its next writes destroy it when page %i does not claim what it fills', async (base, page, version) => {
    const files = withOverflow(await membersOf(base), page, 0);
    expect(start(files, version)).toMatchObject({ result: 'ready', hazard: 'write-dies', problems: expect.arrayContaining([expect.objectContaining({ code: 'bbolt.claims-too-little' })]) });
    expect(readSnapshot(bytesSource(files.get('member/snap/db')!)).verdict).toBe('damaged');
  });
});
