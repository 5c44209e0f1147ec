import { predictBoot } from '../../src/etcd/boot/index.js';
import { predictCluster } from '../../src/etcd/boot/cluster.js';
import { listWal } from '../../src/etcd/boot/wal-listing.js';
import { logFiles, readLog, validSnapshots } from '../../src/etcd/raft/log.js';
import { decodeConfChange, decodeEntry } from '../../src/etcd/raft/messages.js';
import { decodeRequest } from '../../src/etcd/raft/request.js';
import { readRaftSnapshot } from '../../src/formats/raft-snapshot/index.js';
import { bytesSource, type ByteSource } from '../../src/formats/source.js';
import { readRecords, walDialect } from '../../src/formats/wal/index.js';
import { baseFiles } from '../../test/damage/cases.js';
import type { FuzzTarget } from './fuzz-target.js';

const walName = '0000000000000000-0000000000000000.wal';
const walPath = `member/wal/${walName}`;
const versions = ['3.3.25', '3.4.23', '3.5.4', '3.5.30', '3.6.16', '3.7.3'];

/** A log without its zero tail, which says nothing. */
async function usedLog(base: string): Promise<Uint8Array> {
  const bytes = (await baseFiles(base)).get(walPath) ?? Buffer.alloc(0);
  const reader = readRecords([{ name: walName, source: bytesSource(bytes) }]);
  let next = reader.next();
  while (next.done !== true) next = reader.next();
  return bytes.subarray(0, next.value.offset + 4096);
}

/** Payloads of real records: entries, states, marks. */
async function payloads(): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = [];
  const reader = readRecords([{ name: walName, source: bytesSource(await usedLog('dir-3.5.30-b')) }]);
  for (let next = reader.next(); next.done !== true; next = reader.next()) if (found.length < 400) found.push(Uint8Array.from(next.value.data));
  return found;
}

let directory: Map<string, ByteSource> | null = null;

async function youngDirectory(): Promise<Map<string, ByteSource>> {
  const files = await baseFiles('dir-3.5.30-b');
  directory = new Map([['member/snap/db', bytesSource(files.get('member/snap/db') ?? Buffer.alloc(0))], [walPath, bytesSource(await usedLog('dir-3.5.30-b'))]]);
  return directory;
}

function withFile(path: string, bytes: Uint8Array): ReadonlyMap<string, ByteSource> {
  return new Map([...(directory ?? new Map<string, ByteSource>()), [path, bytesSource(bytes)]]);
}

export const logTargets: readonly FuzzTarget[] = [
  {
    name: 'wal',
    seeds: async () => [await usedLog('dir-3.5.30-b'), await usedLog('dir-3.4.23-b')],
    run: (bytes) => {
      const files = new Map([[walName, bytesSource(bytes)]]);
      for (const version of versions) {
        const log = logFiles(files, version);
        const { endOffset } = readLog(log, { index: 0n, term: 0n });
        if (endOffset > bytes.length) throw new Error(`the log ends at ${endOffset}, the file at ${bytes.length}`);
        validSnapshots(log);
      }
      listWal(files, '3.5.30');
    },
  },
  { name: 'raft-snapshot', seeds: async () => [...(await baseFiles('dir-3.5.30-a'))].filter(([path]) => path.endsWith('.snap')).map(([, bytes]) => bytes), run: (bytes) => void readRaftSnapshot(bytesSource(bytes)) },
  {
    name: 'raft-entry',
    seeds: payloads,
    run: (bytes) => {
      for (const dialect of ['gogo', 'google'] as const) {
        const entry = decodeEntry(bytes, dialect).value;
        if (entry !== null) decodeRequest(entry.data, dialect);
        decodeRequest(bytes, dialect);
        decodeConfChange(bytes, dialect);
        walDialect('3.7.3');
      }
    },
  },
  {
    name: 'boot-log',
    seeds: async () => [(await youngDirectory(), await usedLog('dir-3.5.30-b'))],
    run: (bytes) => {
      const files = withFile(walPath, bytes);
      for (const line of ['3.4', '3.5', '3.6', '3.7'] as const) predictBoot({ files, complete: true }, { line });
    },
  },
  {
    name: 'boot-database',
    seeds: async () => [(await youngDirectory(), (await baseFiles('dir-3.5.30-b')).get('member/snap/db') ?? Buffer.alloc(0))],
    run: (bytes) => {
      const files = withFile('member/snap/db', bytes);
      for (const line of ['3.3', '3.5', '3.7'] as const) predictBoot({ files, complete: true }, { line });
      predictCluster([{ files, complete: true }, { files: directory ?? new Map(), complete: true }], { line: '3.5' });
    },
  },
];
