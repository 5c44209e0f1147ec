import { confStateSchema } from '../../formats/raft-snapshot/index.js';
import { allNumbersIn, bytesIn, decodeStrictly, numberIn, type MessageSchema, type ProtobufDialect } from '../../formats/protobuf/strict.js';

const none = new Uint8Array();
const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? none).toString('utf8');

/** raftpb.HardState. All zero when the log holds none. */
export interface HardState {
  readonly term: bigint;
  readonly vote: bigint;
  readonly commit: bigint;
}

export interface ConfState {
  readonly voters: readonly bigint[];
  readonly learners: readonly bigint[];
}

/** walpb.Snapshot: a mark in the log that says "a snapshot exists up to here". */
export interface SnapshotMark {
  readonly index: bigint;
  readonly term: bigint;
  /** Written since 3.5. */
  readonly confState: ConfState | null;
}

/** A message, or the words of the library that refuses it. */
export type Decoded<T> = { readonly value: T; readonly error: null } | { readonly value: null; readonly error: string };

const entrySchema: MessageSchema = {
  name: 'Entry',
  fields: { 1: { name: 'Type', kind: 'varint' }, 2: { name: 'Term', kind: 'varint' }, 3: { name: 'Index', kind: 'varint' }, 4: { name: 'Data', kind: 'bytes' } },
};
const hardStateSchema: MessageSchema = {
  name: 'HardState',
  fields: { 1: { name: 'Term', kind: 'varint' }, 2: { name: 'Vote', kind: 'varint' }, 3: { name: 'Commit', kind: 'varint' } },
};
const markSchema: MessageSchema = {
  name: 'Snapshot',
  fields: { 1: { name: 'Index', kind: 'varint' }, 2: { name: 'Term', kind: 'varint' }, 3: { name: 'ConfState', kind: 'message', message: confStateSchema } },
};
const oldMarkSchema: MessageSchema = { name: 'Snapshot', fields: { 1: { name: 'Index', kind: 'varint' }, 2: { name: 'Term', kind: 'varint' } } };
const metadataSchema: MessageSchema = { name: 'Metadata', fields: { 1: { name: 'NodeID', kind: 'varint' }, 2: { name: 'ClusterID', kind: 'varint' } } };

/** Entry types of raftpb. etcd writes 0 and 1 only. */
export const entryType = { normal: 0, confChange: 1, confChangeV2: 2 } as const;

/** raftpb.Entry. `data` is a view. */
export interface RaftEntry {
  readonly type: number;
  readonly term: bigint;
  readonly index: bigint;
  readonly data: Uint8Array;
}

/** Where the parts of an entry lie in a larger array. */
export interface EntryPlace {
  type: number;
  term: number;
  index: number;
  dataStart: number;
}

/** Value of the varint that `plainVarint` read. */
let number = 0;

/** Reads a varint below 2^49 of one to seven bytes; returns where the next field begins, -1 for any other. */
function plainVarint(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let at = from; at < end && at < from + 7; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      number = value + byte * scale;
      return at + 1;
    }
    value += (byte & 0x7f) * scale;
    scale *= 128;
  }
  return -1;
}

/**
 * Reads an entry in `bytes[start, end)` that has the layout of raft: type, term, index, data, nothing behind
 * it. False for any other layout: decode that with `decodeEntry`.
 */
export function locateEntry(bytes: Uint8Array, start: number, end: number, place: EntryPlace): boolean {
  if (end - start < 6 || bytes[start] !== 0x08 || bytes[start + 1]! > 0x7f || bytes[start + 2] !== 0x10) return false;
  let at = plainVarint(bytes, start + 3, end);
  if (at < 0 || bytes[at] !== 0x18) return false;
  const term = number;
  at = plainVarint(bytes, at + 1, end);
  if (at < 0 || at > end) return false;
  place.type = bytes[start + 1]!;
  place.term = term;
  place.index = number;
  place.dataStart = end;
  if (at === end) return true;
  if (bytes[at] !== 0x22) return false;
  at = plainVarint(bytes, at + 1, end);
  if (at < 0 || at + number !== end) return false;
  place.dataStart = at;
  return true;
}

export function decodeEntry(bytes: Uint8Array, dialect: ProtobufDialect): Decoded<RaftEntry> {
  const place = { type: 0, term: 0, index: 0, dataStart: 0 };
  if (locateEntry(bytes, 0, bytes.length, place)) {
    return { value: { type: place.type, term: BigInt(place.term), index: BigInt(place.index), data: bytes.subarray(place.dataStart) }, error: null };
  }
  const message = decodeStrictly(bytes, entrySchema, dialect);
  if (message.error !== null) return { value: null, error: message.error };
  return {
    value: { type: Number(BigInt.asIntN(32, numberIn(message, 1))), term: numberIn(message, 2), index: numberIn(message, 3), data: bytesIn(message, 4) ?? none },
    error: null,
  };
}

export function decodeHardState(bytes: Uint8Array, dialect: ProtobufDialect): Decoded<HardState> {
  const message = decodeStrictly(bytes, hardStateSchema, dialect);
  if (message.error !== null) return { value: null, error: message.error };
  return { value: { term: numberIn(message, 1), vote: numberIn(message, 2), commit: numberIn(message, 3) }, error: null };
}

/** `namesMembers`: the third field is known, as it is since 3.5; before, it is passed over whatever it is. */
export function decodeSnapshotMark(bytes: Uint8Array, dialect: ProtobufDialect, namesMembers = true): Decoded<SnapshotMark> {
  const message = decodeStrictly(bytes, namesMembers ? markSchema : oldMarkSchema, dialect);
  if (message.error !== null) return { value: null, error: message.error };
  const conf = namesMembers ? bytesIn(message, 3) : null;
  const state = conf === null ? null : decodeStrictly(conf, confStateSchema, dialect);
  return {
    value: {
      index: numberIn(message, 1),
      term: numberIn(message, 2),
      confState: state === null ? null : { voters: allNumbersIn(state, 1), learners: allNumbersIn(state, 2) },
    },
    error: null,
  };
}

/** etcdserverpb.Metadata at the head of each segment: whose log it is. */
export function decodeMetadata(bytes: Uint8Array, dialect: ProtobufDialect): Decoded<{ readonly memberId: bigint; readonly clusterId: bigint }> {
  const message = decodeStrictly(bytes, metadataSchema, dialect);
  if (message.error !== null) return { value: null, error: message.error };
  return { value: { memberId: numberIn(message, 1), clusterId: numberIn(message, 2) }, error: null };
}

/** A change of who belongs to the cluster (raftpb.ConfChange with etcd's JSON context). */
export interface ConfChange {
  readonly kind: 'add-voter' | 'add-learner' | 'promote' | 'remove' | 'update' | 'other';
  /** The type of its own that learners have since 3.4. */
  readonly learner: boolean;
  readonly memberId: bigint;
  readonly name: string;
  readonly peerUrls: readonly string[];
}

const confChangeSchema: MessageSchema = {
  name: 'ConfChange',
  fields: { 1: { name: 'ID', kind: 'varint' }, 2: { name: 'Type', kind: 'varint' }, 3: { name: 'NodeID', kind: 'varint' }, 4: { name: 'Context', kind: 'bytes' } },
};

function memberOf(context: Uint8Array | null): { name: string; peerUrls: string[]; promote: boolean } {
  try {
    const parsed: unknown = JSON.parse(text(context));
    if (typeof parsed !== 'object' || parsed === null) throw new SyntaxError('no object');
    const { name, peerURLs, isPromote } = parsed as Record<string, unknown>;
    return {
      name: typeof name === 'string' ? name : '',
      peerUrls: Array.isArray(peerURLs) ? peerURLs.filter((url) => typeof url === 'string') : [],
      promote: isPromote === true,
    };
  } catch {
    return { name: '', peerUrls: [], promote: false };
  }
}

export function decodeConfChange(bytes: Uint8Array, dialect: ProtobufDialect): Decoded<ConfChange> {
  const message = decodeStrictly(bytes, confChangeSchema, dialect);
  if (message.error !== null) return { value: null, error: message.error };
  const type = Number(numberIn(message, 2));
  const { name, peerUrls, promote } = memberOf(bytesIn(message, 4));
  const kinds = [promote ? 'promote' : 'add-voter', 'remove', 'update', promote ? 'promote' : 'add-learner'] as const;
  return { value: { kind: kinds[type] ?? 'other', learner: type === 3, memberId: numberIn(message, 3), name, peerUrls }, error: null };
}


