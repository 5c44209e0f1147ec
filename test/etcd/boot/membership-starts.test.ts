import { describe, expect, it } from 'vitest';
import { predictBoot, type BootPrediction } from '../../../src/etcd/boot/index.js';
import { entryType } from '../../../src/etcd/raft/messages.js';
import type { EtcdLine } from '../../../src/etcd/version.js';
import { crc32c } from '../../../src/formats/crc32c.js';
import { readRaftSnapshot } from '../../../src/formats/raft-snapshot/index.js';
import { bytesSource } from '../../../src/formats/source.js';
import { recordType } from '../../../src/formats/wal/index.js';
import { baseFiles } from '../../damage/cases.js';
import type { Files } from '../../damage/edits.js';
import { varint, type NewRecord } from '../../formats/wal/written-log.js';
import { dirOf, entryRecord, firstSegment, rewritten } from './rewritten-log.js';

async function membersOf(base: string): Promise<Files> {
  return new Map([...await baseFiles(base)].filter(([path]) => path.startsWith('member/') && !path.endsWith('.tmp')));
}

function start(files: Files, version: string, forceNewCluster = false): BootPrediction {
  return predictBoot(dirOf(files), { line: version.slice(0, 3) as EtcdLine, version, forceNewCluster });
}

const field = (number: number, bytes: Uint8Array | readonly number[]): number[] => [number * 8 + 2, ...varint(bytes.length), ...bytes];

/** A request of API v2: id, method, path, value. */
const v2 = (method: string, path: string, value: string): number[] => [0x08, 9, ...field(2, Buffer.from(method)), ...field(3, Buffer.from(path)), ...field(4, Buffer.from(value))];

/** A log with one more entry, which is known to be committed. */
async function withEntry(base: string, version: string, made: (term: number, index: number) => NewRecord): Promise<Files> {
  const files = await membersOf(base);
  const { walLastTerm, walLastIndex } = start(files, version);
  const [term, index] = [Number(walLastTerm), Number(walLastIndex) + 1];
  const committed: NewRecord = { type: recordType.state, data: Uint8Array.from([0x08, term, 0x10, 5, 0x18, ...varint(index)]) };
  return rewritten(files, (records) => [...records, made(term, index), committed]);
}

/** The newest `.snap` file with another v2 store in it. */
function withStore(files: Files, change: (store: string) => string): Files {
  const path = [...files.keys()].filter((name) => name.endsWith('.snap')).sort().at(-1)!;
  const bytes = files.get(path)!;
  const old = Buffer.from(readRaftSnapshot(bytesSource(bytes)).store);
  const store = Buffer.from(change(old.toString('utf8')));
  const data = Buffer.from([...field(1, store), ...bytes.subarray(bytes.indexOf(old) + old.length)]);
  return new Map([...files, [path, Buffer.from([0x08, ...varint(crc32c(data)), ...field(2, data)])]]);
}

describe('starts that end over who belongs to the cluster, as real servers made them', { timeout: 120_000 }, () => {
  it('3.7 ends at the requests by which members up to 3.5 publish themselves, 3.6 takes them', async () => {
    const files = await membersOf('dir-3.4.23-b');
    expect(start(files, '3.6.16')).toMatchObject({ result: 'ready', served: { revision: 241n, keys: 133 } });
    expect(start(files, '3.7.3')).toMatchObject({ result: 'dies', diesAt: 'start', message: 'unmarshal should never fail (proto: cannot parse invalid wire-format data)', causeFile: firstSegment });
  });

  it.each([
    ['PUT', '/1/old', 'detected disallowed v2 WAL for stage --v2-deprecation=write-only | {"method": "PUT"}'],
    ['DELETE', '/0/members/8e9e05c52164694d/attributes', 'detected disallowed v2 WAL for stage --v2-deprecation=write-only | {"method": "DELETE"}'],
    ['PUT', '/0/members/77/attributes', 'failed to update; member unknown | {"unknown-remote-peer-id": "77"}'],
    ['PUT', '/0/members/8e9e05c52164694d/attributes', null],
  ])('3.6 takes of API v2 what a member says of itself: %s %s', async (method, path, message) => {
    const files = await withEntry('dir-3.6-a', '3.6.16', (term, index) => entryRecord(term, index, v2(method, path, '{"name":"default"}')));
    expect(start(files, '3.6.16')).toMatchObject(message === null ? { result: 'ready', served: { revision: 1711n, keys: 928 } } : { result: 'dies', diesAt: 'start', message, causeFile: firstSegment });
  });

  it('3.6 refuses a snapshot in which clients of API v2 stored something, 3.5 does not', async () => {
    const files = withStore(await membersOf('dir-3.4.23-a'), (store) => store.replace(/("1":\{"Path":"\/1",[^{}]*"Children":\{)\}/, '$1"old":{"Path":"/1/old","CreatedIndex":3,"ModifiedIndex":3,"ExpireTime":"0001-01-01T00:00:00Z","Value":"x","Children":null}}'));
    expect(start(files, '3.5.30').result).toBe('ready');
    expect(start(files, '3.6.16')).toMatchObject({ result: 'dies', message: 'discovery failed | error: detected disallowed custom content in v2store for stage --v2-deprecation=write-only', causeFile: 'member/snap/0000000000000002-00000000000005df.snap' });
  });

  it('3.6 ends where the log is that of a member which the database does not list', async () => {
    const log = new Map([...await membersOf('dir-3.6-a')].filter(([path]) => !path.endsWith('.snap')));
    const files = new Map([...log, ['member/snap/db', (await membersOf('dir-3.6-k')).get('member/snap/db')!]]);
    expect(start(files, '3.6.16')).toMatchObject({ result: 'dies', message: 'failed to update; member unknown | {"unknown-remote-peer-id": "8e9e05c52164694d"}' });
  });

  it('3.3 knows no learners', async () => {
    const learner = (term: number, index: number): NewRecord => ({ type: recordType.entry, data: Uint8Array.from([0x08, entryType.confChange, 0x10, term, 0x18, ...varint(index), ...field(4, [0x08, 1, 0x10, 3, 0x18, 5])]) });
    const files = await withEntry('dir-3.3.25-a', '3.3.25', learner);
    expect(start(files, '3.3.25')).toMatchObject({ result: 'dies', message: 'ConfChange type should be either AddNode, RemoveNode or UpdateNode' });
    expect(start(files, '3.3.25', true)).toMatchObject({ result: 'dies', message: 'ConfChange Type should be either ConfChangeAddNode or ConfChangeRemoveNode!' });
  });
});

describe('--force-new-cluster as real servers took it', { timeout: 120_000 }, () => {
  it('takes the last entry for committed where the log ends below the commit index and nobody needs removing', async () => {
    const files = rewritten(await membersOf('dir-3.6-a'), (records) => {
      const last = records.filter(({ type }) => type === recordType.entry).slice(-5);
      return records.filter((record) => !last.includes(record));
    });
    expect(start(files, '3.6.16')).toMatchObject({ result: 'dies', message: '8e9e05c52164694d state.commit 1842 is out of range [1503, 1838]' });
    expect(start(files, '3.6.16', true)).toMatchObject({ result: 'ready', served: { revision: 1706n, keys: 926 } });
  });

  it.each([['dir-3.4.23-a', '3.4.23'], ['dir-3.5.30-a', '3.5.30'], ['dir-3.6-a', '3.6.16']])('%s with another member id in its log is left without voters, because the peer URL that it would get is taken', async (base, version) => {
    const files = rewritten(await membersOf(base), (records) => records.map((record) => {
      if (record.type !== recordType.metadata) return record;
      const data = Uint8Array.from(record.data);
      data[1]! ^= 1;
      return { type: record.type, data };
    }));
    expect(start(files, version, true)).toMatchObject({ result: 'dies', message: 'removed all voters' });
  });

  it.each([
    ['dir-3.5.30-b', '3.5.30', 'missing log entry [last: 0, append at: 203]'],
    ['dir-3.5.30-b', '3.5.16', 'cannot use none as id'],
    ['dir-3.4.23-a', '3.4.23', 'cannot use none as id'],
    ['dir-3.7-a', '3.7.3', 'runtime error: invalid memory address or nil pointer dereference'],
  ])('%s with a zeroed head of its log ends %s', async (base, version, message) => {
    const files = await membersOf(base);
    const log = Buffer.from(files.get(firstSegment)!).fill(0, 0, 8);
    expect(start(new Map([...files, [firstSegment, log]]), version, true)).toMatchObject({ result: 'dies', message, causeFile: firstSegment });
  });
});
