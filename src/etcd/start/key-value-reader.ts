import type { LeafRow } from '../../formats/bbolt/behaviour/pages.js';
import { int64 } from '../../formats/int64.js';
import { walkStrictly, type FieldVisitor } from '../../formats/protobuf/strict-walk.js';
import { storedMessages } from '../stored-messages.js';
import { fatal, isNested, type OpenedBackend } from './backend.js';

const noBytes: Uint8Array = new Uint8Array();

/** A row's mvccpb.KeyValue as far as it is needed: ranges of `bytes`, which hold until the database is read again. */
export interface KeyValueRow {
  bytes: Uint8Array;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
  modRevision: bigint;
}

/**
 * Decodes rows of bucket `key` as a server does that cannot go on without them. What it returns holds until the next one.
 * With `whole`, the bytes are those of the row, name and value, which must lie in the file.
 */
export function keyValueReader(backend: OpenedBackend, whole = false): (row: LeafRow) => KeyValueRow {
  const { behaviour, speaker, tx } = backend;
  const found: KeyValueRow = { bytes: noBytes, keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0, modRevision: 0n };
  const visit: FieldVisitor = (field, a, b) => {
    if (field === 1) {
      found.keyStart = a;
      found.keyEnd = b;
    } else if (field === 5) {
      found.valueStart = a;
      found.valueEnd = b;
    } else if (field === 3) found.modRevision = int64(b, a);
  };
  return (row) => {
    const length = isNested(row) ? 0 : row.value.length;
    const from = whole ? row.key.length : 0;
    found.bytes = tx.map.glance(row.value.at - from, from + length);
    found.keyStart = found.keyEnd = found.valueStart = found.valueEnd = 0;
    found.modRevision = 0n;
    const error = walkStrictly(found.bytes, storedMessages.keyValue, behaviour.library, visit, length, from);
    if (error !== null) {
      const structured = `failed to unmarshal mvccpb.KeyValue | error: ${error}`;
      fatal(backend, structured, behaviour.line === '3.4' && speaker === 'restore' ? structured : `mvcc: cannot unmarshal event: ${error}`);
    }
    return found;
  };
}
