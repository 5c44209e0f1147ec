import { crc32c } from '../crc32c.js';
import { allNumbersIn, bytesIn, decodeStrictly, numberIn, type MessageSchema } from '../protobuf/strict.js';
import type { ByteSource } from '../source.js';

/** raftpb.SnapshotMetadata: where in the log a snapshot stands, and who votes there. */
export interface SnapshotMetadata {
  readonly index: bigint;
  readonly term: bigint;
  readonly voters: readonly bigint[];
  readonly learners: readonly bigint[];
}

/** A `.snap` file. `error` is what etcd logs before it renames the file to `.broken`; null when it loads. */
export interface RaftSnapshot {
  readonly error: string | null;
  readonly metadata: SnapshotMetadata | null;
  /** The v2 store as JSON. */
  readonly store: Uint8Array;
}

/** raftpb.ConfState; 3.3 calls voters `Nodes`. */
export const confStateSchema: MessageSchema = {
  name: 'ConfState',
  fields: {
    1: { name: 'Voters', kind: 'varints' },
    2: { name: 'Learners', kind: 'varints' },
    3: { name: 'VotersOutgoing', kind: 'varints' },
    4: { name: 'LearnersNext', kind: 'varints' },
    5: { name: 'AutoLeave', kind: 'varint' },
  },
};

const metadataSchema: MessageSchema = {
  name: 'SnapshotMetadata',
  fields: { 1: { name: 'ConfState', kind: 'message', message: confStateSchema }, 2: { name: 'Index', kind: 'varint' }, 3: { name: 'Term', kind: 'varint' } },
};

const raftSchema: MessageSchema = {
  name: 'Snapshot',
  fields: { 1: { name: 'Data', kind: 'bytes' }, 2: { name: 'Metadata', kind: 'message', message: metadataSchema } },
};

const fileSchema: MessageSchema = { name: 'Snapshot', fields: { 1: { name: 'Crc', kind: 'varint' }, 2: { name: 'Data', kind: 'bytes' } } };

/** A real one holds a few kilobytes of membership; v2 users reached some hundred megabytes. */
const maxSize = 1 << 30;

const none = new Uint8Array();

/** `TERM-INDEX.snap`, both hex. */
export function parseSnapshotName(name: string): { readonly term: bigint; readonly index: bigint } | null {
  const match = /^([0-9a-f]{16})-([0-9a-f]{16})\.snap$/.exec(name);
  return match === null ? null : { term: BigInt(`0x${match[1]}`), index: BigInt(`0x${match[2]}`) };
}

/**
 * Reads a `.snap` file: snappb.Snapshot {crc, data} around raftpb.Snapshot {store, metadata}; the CRC-32C
 * covers `data` alone (etcd 3.6 server/etcdserver/api/snap/snapshotter.go Read). Never throws for content.
 */
export function readRaftSnapshot(source: ByteSource): RaftSnapshot {
  const failed = (error: string): RaftSnapshot => ({ error, metadata: null, store: none });
  if (source.byteLength > maxSize) return failed('snap: file too large');
  const bytes = Uint8Array.from(source.read(0, source.byteLength));
  if (bytes.length === 0) return failed('snap: empty snapshot');
  const file = decodeStrictly(bytes, fileSchema);
  if (file.error !== null) return failed(file.error);
  const data = bytesIn(file, 2) ?? none;
  const crc = Number(BigInt.asUintN(32, numberIn(file, 1)));
  if (data.length === 0 || crc === 0) return failed('snap: empty snapshot');
  if (crc32c(data) !== crc) return failed('snap: crc mismatch');
  const raft = decodeStrictly(data, raftSchema);
  if (raft.error !== null) return failed(raft.error);
  const metadata = decodeStrictly(bytesIn(raft, 2) ?? none, metadataSchema);
  const conf = decodeStrictly(bytesIn(metadata, 1) ?? none, confStateSchema);
  return {
    error: null,
    metadata: { index: numberIn(metadata, 2), term: numberIn(metadata, 3), voters: allNumbersIn(conf, 1), learners: allNumbersIn(conf, 2) },
    store: bytesIn(raft, 1) ?? none,
  };
}
