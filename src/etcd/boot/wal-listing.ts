import { readRecords, recordType, recordTypeNames } from '../../formats/wal/index.js';
import { logFiles } from '../raft/log.js';
import { decodeConfChange, decodeEntry, decodeHardState, decodeMetadata, decodeSnapshotMark, entryType } from '../raft/messages.js';
import { decodeRequest, type RaftOperation, type TxnOperation } from '../raft/request.js';
import type { ByteSource } from '../../formats/source.js';
import { hexId } from './membership.js';

/** One record of the log with what it says. Values are never part of it. */
export interface ListedRecord {
  readonly segment: string;
  readonly offset: number;
  readonly type: string;
  /** Raft index and term of an entry or a snapshot mark; null for others. */
  readonly index: bigint | null;
  readonly term: bigint | null;
  /** What it asks for, in short words: `put /registry/… (1234 bytes)`. */
  readonly what: string;
  /** Keys that the request names. */
  readonly keys: readonly string[];
}

export interface WalListing {
  readonly segments: readonly { readonly name: string; readonly bytes: number; readonly records: number; readonly end: number }[];
  readonly memberId: string | null;
  readonly clusterId: string | null;
  readonly term: bigint;
  readonly commit: bigint;
  readonly lastIndex: bigint | null;
  readonly superseded: number;
  readonly records: readonly ListedRecord[];
  readonly error: { readonly segment: string; readonly offset: number; readonly message: string; readonly repairable: boolean } | null;
}

const printable = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 300)).toString('utf8').replace(/[^\x20-\x7e]/g, '.');
const mostKeys = 12;

function keysOf(operations: readonly TxnOperation[]): string[] {
  return operations.flatMap((operation) => {
    if (operation.kind === 'put' || operation.kind === 'delete-range') return [printable(operation.key)];
    return operation.kind === 'txn' ? keysOf([...operation.success, ...operation.failure]) : [];
  });
}

function describeTxn(operations: readonly TxnOperation[]): string {
  const names = operations.map((operation) => (operation.kind === 'put' || operation.kind === 'delete-range' ? `${operation.kind === 'put' ? 'put' : 'delete'} ${printable(operation.key)}` : operation.kind));
  return names.slice(0, 4).join(', ') + (names.length > 4 ? `, … ${names.length - 4} more` : '');
}

/** A request in a few words. Secrets, values and passwords stay out. */
function describeOperation(operation: RaftOperation): { readonly what: string; readonly keys: readonly string[] } {
  switch (operation.kind) {
    case 'put': return { what: `put ${printable(operation.key)} (${operation.value.length} bytes)`, keys: [printable(operation.key)] };
    case 'delete-range': return { what: operation.rangeEnd.length === 0 ? `delete ${printable(operation.key)}` : `delete ${printable(operation.key)} to ${printable(operation.rangeEnd)}`, keys: [printable(operation.key)] };
    case 'txn': {
      const otherwise = operation.failure.some(({ kind }) => kind !== 'range') ? ` else ${describeTxn(operation.failure)}` : '';
      return { what: `txn with ${operation.compare.length} conditions: ${describeTxn(operation.success)}${otherwise}`, keys: keysOf([operation]).slice(0, mostKeys) };
    }
    case 'compaction': return { what: `compact to revision ${operation.revision}`, keys: [] };
    case 'lease-grant': return { what: `grant lease ${BigInt.asUintN(64, operation.lease).toString(16)} for ${operation.ttl} s`, keys: [] };
    case 'lease-revoke': return { what: `revoke lease ${BigInt.asUintN(64, operation.lease).toString(16)}`, keys: [] };
    case 'alarm': return { what: `alarm ${operation.action} ${operation.alarm === 1 ? 'NOSPACE' : operation.alarm === 2 ? 'CORRUPT' : ''} of ${hexId(operation.memberId)}`, keys: [] };
    case 'cluster-version': return { what: `cluster version ${operation.version}`, keys: [] };
    case 'member-attributes': return { what: `member ${hexId(operation.memberId)} publishes itself as ${operation.name}`, keys: [] };
    case 'v2': return { what: `v2 ${operation.method} ${operation.path}`, keys: [] };
    case 'unknown': return { what: `request of unknown kind (fields ${operation.fields.join(', ')})`, keys: [] };
    default: return { what: 'user' in operation ? `${operation.kind} ${operation.user}` : 'role' in operation ? `${operation.kind} ${operation.role}` : operation.kind, keys: [] };
  }
}

/** Lists a log from its first segment on, up to the first record that etcd would not take. */
export function listWal(files: ReadonlyMap<string, ByteSource>, version: string): WalListing {
  const log = logFiles(files, version);
  const { protobuf } = log.dialect;
  const counts = log.segments.map(() => ({ records: 0, end: 0 }));
  const records: ListedRecord[] = [];
  const seen = new Map<bigint, number>();
  let memberId: string | null = null;
  let clusterId: string | null = null;
  let [term, commit] = [0n, 0n];
  let lastIndex: bigint | null = null;
  let superseded = 0;
  const reader = readRecords(log.segments, log.dialect);
  for (let next = reader.next(); ; next = reader.next()) {
    if (next.done === true) {
      const { error } = next.value;
      return {
        segments: log.segments.map(({ name, source }, at) => ({ name, bytes: source.byteLength, ...counts[at]! })),
        memberId, clusterId, term, commit, lastIndex, superseded, records,
        error: error === null ? null : { segment: log.segments[error.segment]?.name ?? '', offset: error.offset, message: error.message, repairable: error.repairable && error.segment === log.segments.length - 1 },
      };
    }
    const { type, data, segment, offset, end } = next.value;
    const count = counts[segment]!;
    count.records += 1;
    count.end = end;
    const at = { segment: log.segments[segment]!.name, offset, type: recordTypeNames[type] ?? `type ${type}`, index: null, term: null, keys: [] };
    if (type === recordType.entry) {
      const entry = decodeEntry(data, protobuf);
      if (entry.error !== null) records.push({ ...at, what: `cannot be decoded: ${entry.error}` });
      else {
        const { index } = entry.value;
        if (seen.has(index)) superseded += 1;
        seen.set(index, records.length);
        lastIndex = index;
        const described = describeEntry(entry.value.type, entry.value.data, protobuf);
        records.push({ ...at, index, term: entry.value.term, ...described });
      }
    } else if (type === recordType.state) {
      const state = decodeHardState(data, protobuf).value;
      if (state !== null) [term, commit] = [state.term, state.commit];
      records.push({ ...at, what: state === null ? 'cannot be decoded' : `term ${state.term}, vote ${hexId(state.vote)}, commit ${state.commit}` });
    } else if (type === recordType.metadata) {
      const ids = decodeMetadata(data, protobuf).value;
      if (ids !== null) [memberId, clusterId] = [hexId(ids.memberId), hexId(ids.clusterId)];
      records.push({ ...at, what: ids === null ? 'cannot be decoded' : `member ${hexId(ids.memberId)}, cluster ${hexId(ids.clusterId)}` });
    } else if (type === recordType.snapshot) {
      const mark = decodeSnapshotMark(data, protobuf, log.dialect.marksNameMembers).value;
      records.push({ ...at, index: mark?.index ?? null, term: mark?.term ?? null, what: mark === null ? 'cannot be decoded' : `snapshot at index ${mark.index}, term ${mark.term}` });
    } else records.push({ ...at, what: type === recordType.crc ? `checksum so far ${next.value.crc.toString(16).padStart(8, '0')}` : 'unknown record type' });
  }
}

function describeEntry(type: number, data: Uint8Array, protobuf: 'gogo' | 'google'): { readonly what: string; readonly keys: readonly string[] } {
  if (type === entryType.confChange) {
    const change = decodeConfChange(data, protobuf).value;
    return { what: change === null ? 'membership change that cannot be decoded' : `${change.kind} ${hexId(change.memberId)} ${change.name} ${change.peerUrls.join(',')}`.trim(), keys: [] };
  }
  if (data.length === 0) return { what: 'empty entry of a new leader', keys: [] };
  const { request, error } = decodeRequest(data, protobuf);
  return request === null ? { what: `cannot be decoded: ${error ?? ''}`, keys: [] } : describeOperation(request.operation);
}
