import { describe, expect, it } from 'vitest';
import { predictCluster, type ClusterPrediction } from '../../../src/etcd/boot/cluster.js';
import { predictBoot, type BootPrediction } from '../../../src/etcd/boot/index.js';
import { scenarios } from '../../../src/etcd/boot/together.js';
import { decodeEntry } from '../../../src/etcd/raft/messages.js';
import type { EtcdLine } from '../../../src/etcd/version.js';
import { recordType } from '../../../src/formats/wal/index.js';
import { baseFiles } from '../../damage/cases.js';
import type { Files } from '../../damage/edits.js';
import { varint, type NewRecord } from '../../formats/wal/written-log.js';
import { dirOf, entryRecord, firstSegment, rewritten } from './rewritten-log.js';

/** The files of one member of a base of three, without what waits to become a segment. */
async function memberOf(base: string, name: 'm1' | 'm2' | 'm3'): Promise<Files> {
  return new Map([...await baseFiles(base)].filter(([path]) => path.startsWith(`${name}/member/`) && !path.endsWith('.tmp')).map(([path, bytes]) => [path.slice(name.length + 1), bytes]));
}

const together = (version: string, ...members: readonly Files[]): ClusterPrediction => predictCluster(members.map(dirOf), { line: version.slice(0, 3) as EtcdLine, version });
const forced = (version: string, files: Files): BootPrediction => predictBoot(dirOf(files), { line: version.slice(0, 3) as EtcdLine, version, forceNewCluster: true });

const indexOf = ({ type, data }: NewRecord): number => (type === recordType.entry ? Number(decodeEntry(data, 'gogo').value?.index ?? 0n) : 0);

/** Entries of one term behind the end of a log, each with the request of its last one; `commit` is recorded after them. */
const append = (term: number, indexes: readonly number[], commit: number) => (records: readonly NewRecord[]): readonly NewRecord[] => {
  const last = decodeEntry(records.filter(({ type }) => type === recordType.entry).at(-1)!.data, 'gogo').value!;
  return [...records, ...indexes.map((index) => entryRecord(term, index, last.data)), { type: recordType.state, data: Uint8Array.from([0x08, term, 0x10, 1, 0x18, ...varint(commit)]) }];
};

/** The log as it was when it ended at an index. */
const upTo = (index: number) => (records: readonly NewRecord[]): readonly NewRecord[] => records.slice(0, records.findIndex((record) => indexOf(record) > index));

describe('members of one cluster', { timeout: 120_000 }, () => {
  it('a longer log of an older term is not the newest: its leader was alone, and nobody was told that its entries are stored', async () => {
    // As seen: a leader kept taking requests without the others, which then elected another and went on.
    const lone = rewritten(await memberOf('trio-3.6-a', 'm1'), append(2, [385, 386, 387, 388, 389], 383));
    const others = [await memberOf('trio-3.6-a', 'm2'), await memberOf('trio-3.6-a', 'm3')].map((files) => rewritten(files, append(3, [385, 386], 386)));
    const cluster = together('3.6.16', lone, ...others);
    expect(cluster.newest).toBe(1);
    expect(cluster.scenarios.map(({ leader, rewritesHistory }) => [leader, rewritesHistory])).toEqual([[1, false], [2, false]]);
    // The old leader drops its own entries for those of the new one.
    const [first, second] = cluster.scenarios[0]!.members;
    expect(first).toEqual(second);
    expect(second).toMatchObject({ result: 'ready', served: { revision: 358n } });
  });

  it('an old leader whose own entries reach below the snapshot of the others gets their database', async () => {
    // Real members: the third led alone and took 12 requests that nobody confirmed, the others went on up to revision 33.
    const cluster = together('3.6.16', await memberOf('trio-3.6-l', 'm1'), await memberOf('trio-3.6-l', 'm2'), await memberOf('trio-3.6-l', 'm3'));
    expect(cluster.newest).toBe(0);
    expect(cluster.members.map(({ walLastTerm, walLastIndex, uncommitted, held }) => [walLastTerm, walLastIndex, uncommitted, held?.revision])).toEqual([[3n, 43n, 1, 32n], [3n, 43n, 1, 32n], [2n, 40n, 12, 21n]]);
    const served = { revision: 33n, keys: 10, keysHash: '1b50fe6735cd275d2b36cc5f0efcdc5b6adf550a18ff0bca9ac2a15dd5b75b10' };
    const ready = { result: 'ready', message: null, served };
    expect(cluster.scenarios).toEqual([{ leader: 0, members: [ready, ready, ready], rewritesHistory: false }, { leader: 1, members: [ready, ready, ready], rewritesHistory: false }]);
  });

  it('a member that begins anew gets the entries of a leader whose log is not cut, not what its database holds beyond them', async () => {
    // As seen with 3.5.16: the leader's log was damaged early and cut there. It served revision 194, the new member 52, from then on for good.
    const cut = rewritten(await memberOf('trio-3.5.30-a', 'm2'), upTo(63));
    const [first] = together('3.5.30', new Map(), cut, await memberOf('trio-3.5.30-a', 'm3')).scenarios.filter(({ leader }) => leader === 1);
    expect(first?.members).toMatchObject([
      { result: 'either', served: { revision: 51n } },
      { result: 'ready', served: { revision: 301n } },
      { result: 'hangs' },
    ]);
  });

  it('a directory that was copied to a second host is no second member', async () => {
    const [m1, m2] = [await memberOf('trio-3.6-l', 'm1'), await memberOf('trio-3.6-l', 'm2')];
    const cluster = together('3.6.16', m1, m2, m1);
    expect(cluster.scenarios).toEqual([]);
  });

  it('what the database of a member that does not start has applied was committed', async () => {
    // Seen: a laggard and a member that was set back came up without 70 revisions that the third one's database held.
    const [m1, m2, m3] = [await memberOf('trio-3.6-l', 'm1'), await memberOf('trio-3.6-l', 'm2'), await memberOf('trio-3.6-l', 'm3')];
    const old = rewritten(new Map([...[...m1].filter(([path]) => !path.includes('0003-')), ['member/snap/db', m3.get('member/snap/db')!]]), upTo(28));
    const log = Buffer.from(m2.get(firstSegment)!);
    log[3000] = log[3000]! ^ 1;
    const broken = new Map([...m2, [firstSegment, log]]);
    const cluster = together('3.6.16', old, broken, m3);
    expect(cluster.members.map(({ result }) => result)).toEqual(['hangs', 'dies', 'hangs']);
    expect(cluster.scenarios.map(({ leader, rewritesHistory }) => [leader, rewritesHistory])).toEqual([[2, true]]);
    expect(scenarios([old, broken, m3].map(dirOf), { line: '3.6', version: '3.6.16' }, new Set([1])).map(({ rewritesHistory }) => rewritesHistory)).toEqual([true]);
  });

  it('a member stays outside when the leader holds something else than what it knows to be committed', async () => {
    // Seen: the old leader and a member that was set back came up with entries that nobody had confirmed, the third never got ready.
    const [m1, m2, m3] = [await memberOf('trio-3.6-l', 'm1'), await memberOf('trio-3.6-l', 'm2'), await memberOf('trio-3.6-l', 'm3')];
    const old = rewritten(new Map([...[...m2].filter(([path]) => !path.includes('0003-')), ['member/snap/db', m3.get('member/snap/db')!]]), upTo(28));
    const { scenarios: ways } = together('3.6.16', m1, old, m3);
    expect(ways.map(({ leader, rewritesHistory, members }) => [leader, rewritesHistory, members.map(({ result }) => result)])).toEqual([[0, false, ['ready', 'ready', 'ready']], [2, true, ['hangs', 'ready', 'ready']]]);
  });

  it('a log that lost entries from its end, though more is known to be committed, contradicts nobody', async () => {
    // Seen: the other two came up without loss.
    const [m1, m2, m3] = [await memberOf('trio-3.6-l', 'm1'), await memberOf('trio-3.6-l', 'm2'), await memberOf('trio-3.6-l', 'm3')];
    const short = rewritten(m2, (records) => records.filter((record) => indexOf(record) < 40));
    const cluster = together('3.6.16', m1, short, m3);
    expect(cluster.members[1]).toMatchObject({ result: 'dies', message: expect.stringContaining('state.commit 42 is out of range [36, 39]') });
    expect(cluster.scenarios.map(({ leader, rewritesHistory }) => [leader, rewritesHistory])).toEqual([[0, false]]);
  });

  it('a member without a term of its own dies when it refuses a vote, unless the leader is faster', async () => {
    // Seen with 3.7.3: "term should be set when sending MsgPreVoteResp".
    const m2 = rewritten(await memberOf('trio-3.6-a', 'm2'), (records) => records.filter(({ type }) => type !== recordType.state));
    const { scenarios: ways } = together('3.6.16', await memberOf('trio-3.6-a', 'm1'), m2, await memberOf('trio-3.6-a', 'm3'));
    expect(ways[0]).toMatchObject({ leader: 0, members: [{ result: 'ready' }, { result: 'either', message: 'term should be set when sending MsgPreVoteResp' }, { result: 'ready' }] });
  });

  it.each([['3.4.23 goes on', 'ready'], ['3.5.30 ends', 'dies']])('%s beside others, as alone, where a request that its database has already has no id', async (words, result) => {
    const [m1, m2, m3] = await Promise.all((['m1', 'm2', 'm3'] as const).map((name) => memberOf('trio-3.4.23-a', name)));
    const nameless = rewritten(m1!, (records) => records.map((record) => {
      if (indexOf(record) !== 320) return record;
      const { term, data } = decodeEntry(record.data, 'gogo').value!;
      // The header, which holds the id alone, is the last field and 14 bytes long.
      return entryRecord(Number(term), 320, data.subarray(0, -14));
    }));
    expect(together(words.split(' ')[0]!, nameless, m2!, m3!).scenarios.find(({ leader }) => leader === 1)?.members[0]).toMatchObject({ result });
  });

  it('what a member that is left out is known to have committed counts, and what nobody else can have had does not', async () => {
    const [m1, m2, m3] = [await memberOf('trio-3.6-a', 'm1'), await memberOf('trio-3.6-a', 'm2'), await memberOf('trio-3.6-a', 'm3')];
    const ways = (out: Files): readonly boolean[] => scenarios([m1, m2, out].map(dirOf), { line: '3.6', version: '3.6.16' }, new Set([2])).map(({ rewritesHistory }) => rewritesHistory);
    expect(ways(m3)).toEqual([false, false]);
    expect(ways(rewritten(m3, append(2, [385, 386], 383)))).toEqual([false, false]);
    expect(ways(rewritten(m3, append(2, [385, 386], 385)))).toEqual([true, true]);
  });
});

describe('--force-new-cluster', { timeout: 120_000 }, () => {
  it('serves what the log records as committed, whatever the database has on disk', async () => {
    expect(forced('3.6.16', await memberOf('trio-3.6-a', 'm1'))).toMatchObject({ result: 'ready', served: { revision: 355n }, members: [{ peerUrls: [expect.stringContaining('http://')] }] });
  });

  it.each([
    // The database has applied 329; two entries that remove the others are appended.
    ['3.6.16', 300, 'state.commit 331 is out of range [202, 302]'],
    ['3.7.3', 300, 'state.commit 331 is out of range [202, 302]'],
    // No entry follows the snapshot.
    ['3.6.16', 202, 'missing log entry [last: 202, append at: 330]'],
  ])('%s ends when the database has applied what the log, cut at %i, does not hold', async (version, end, message) => {
    const files = rewritten(await memberOf('trio-3.6-a', 'm1'), upTo(end));
    expect(forced(version, files)).toMatchObject({ result: 'dies', message: expect.stringContaining(message) });
    expect(forced('3.6.0', files)).not.toMatchObject({ result: 'dies' });
  });
});

describe('a member that was removed from its cluster', { timeout: 120_000 }, () => {
  // `etcdctl member remove`, and the commit of it: 3.5.30 then stops with exit code 0, and `--force-new-cluster` panics.
  const removal = (id: bigint, index: number) => (records: readonly NewRecord[]): readonly NewRecord[] => {
    const node = Buffer.alloc(10);
    let length = 0;
    for (let rest = id; ; rest >>= 7n) {
      node[length++] = Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0);
      if (rest <= 0x7fn) break;
    }
    const change = [0x08, 1, 0x10, 1, 0x18, ...node.subarray(0, length)];
    const entry: NewRecord = { type: recordType.entry, data: Uint8Array.from([0x08, 1, 0x10, 2, 0x18, ...varint(index), 0x22, change.length, ...change]) };
    return [...records.filter((record) => indexOf(record) < index), entry, { type: recordType.state, data: Uint8Array.from([0x08, 2, 0x10, 1, 0x18, ...varint(index)]) }];
  };

  it('stops at once, and cannot be made a cluster of its own', async () => {
    const files = await memberOf('trio-3.5.30-a', 'm1');
    const before = predictBoot(dirOf(files), { line: '3.5', version: '3.5.30' });
    const removed = rewritten(files, removal(BigInt(`0x${before.memberId!}`), Number(before.walLastIndex!) + 1));
    expect(before.result).toBe('hangs');
    expect(predictBoot(dirOf(removed), { line: '3.5', version: '3.5.30' })).toMatchObject({ result: 'dies', diesAt: 'start', message: 'the member has been permanently removed from the cluster' });
    expect(forced('3.5.30', removed)).toMatchObject({ result: 'dies', message: 'removed all voters' });
    const other = rewritten(files, removal(1n, Number(before.walLastIndex!) + 1));
    expect(predictBoot(dirOf(other), { line: '3.5', version: '3.5.30' }).result).toBe('hangs');
  });
});

describe('entries that cannot be decoded', { timeout: 120_000 }, () => {
  it('end the server also when the database has applied them: every entry above the snapshot is decoded', async () => {
    const files = rewritten(await memberOf('trio-3.6-a', 'm1'), (records) => records.map((record) => (indexOf(record) === 310 ? { ...record, data: Uint8Array.from(record.data, (byte, i) => (i < record.data.length - 12 ? byte : 0xff)) } : record)));
    const boot = predictBoot(dirOf(files), { line: '3.6', version: '3.6.16' });
    expect(boot).toMatchObject({ result: 'dies', causeFile: firstSegment, message: expect.stringContaining('unmarshal should never fail') });
    // Seen: the member dies beside the others as well, which come up without it.
    const { scenarios: ways } = together('3.6.16', files, await memberOf('trio-3.6-a', 'm2'), await memberOf('trio-3.6-a', 'm3'));
    expect(ways.find(({ leader }) => leader === 1)!.members.map(({ result }) => result)).toEqual(['dies', 'ready', 'ready']);
  });
});
