import { bytesIn, decodeStrictly, numberIn, type MessageSchema, type ProtobufDialect } from '../protobuf/strict.js';

/** Record types (etcd server/storage/wal/wal.go). */
export const recordType = { metadata: 1, entry: 2, state: 3, crc: 4, snapshot: 5 } as const;

export const recordTypeNames: Readonly<Record<number, string>> = { 1: 'metadata', 2: 'entry', 3: 'state', 4: 'crc', 5: 'snapshot' };

/** walpb.Record: type, CRC-32C of all data so far, data (a view). */
export interface RecordFields {
  /** NaN for a number that no type could have. */
  readonly type: number;
  readonly crc: number;
  readonly data: Uint8Array;
}

const schema: MessageSchema = {
  name: 'Record',
  fields: { 1: { name: 'Type', kind: 'varint' }, 2: { name: 'Crc', kind: 'varint' }, 3: { name: 'Data', kind: 'bytes' } },
};

const none = new Uint8Array();

/** Where the parts of a record lie in a larger array. */
export interface RecordPlace {
  type: number;
  crc: number;
  dataStart: number;
}

/**
 * Reads a record in `bytes[start, end)` that has the layout of etcd's encoder: `08 type 10 crc 1a length
 * data`, nothing behind it. False for any other layout: decode that with `decodeRecord`.
 */
export function locateRecord(bytes: Uint8Array, start: number, end: number, place: RecordPlace): boolean {
  if (end - start < 4 || bytes[start] !== 0x08 || bytes[start + 2] !== 0x10 || bytes[start + 1]! > 0x7f) return false;
  place.type = bytes[start + 1]!;
  let at = start + 3;
  let crc = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= end || shift > 28) return false;
    const byte = bytes[at++]!;
    // The fifth byte holds the four highest bits.
    crc += shift === 28 ? (byte & 0x7f) * 0x1000_0000 : (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (crc > 0xffff_ffff) return false;
  place.crc = crc;
  place.dataStart = end;
  if (at === end) return true;
  if (bytes[at++] !== 0x1a) return false;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= end || shift > 21) return false;
    const byte = bytes[at++]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  place.dataStart = at;
  return at + length === end;
}

/** Decodes a walpb.Record. `error` is what etcd's library would say of bytes that it refuses. */
export function decodeRecord(bytes: Uint8Array, dialect: ProtobufDialect): { readonly record: RecordFields; readonly error: string | null } {
  const place = { type: 0, crc: 0, dataStart: 0 };
  if (locateRecord(bytes, 0, bytes.length, place)) return { record: { type: place.type, crc: place.crc, data: bytes.subarray(place.dataStart) }, error: null };
  const message = decodeStrictly(bytes, schema, dialect);
  const type = BigInt.asIntN(64, numberIn(message, 1));
  return {
    record: {
      type: type >= -0x8000_0000n && type < 0x8000_0000n ? Number(type) : Number.NaN,
      crc: Number(BigInt.asUintN(32, numberIn(message, 2))),
      data: bytesIn(message, 3) ?? none,
    },
    error: message.error,
  };
}
