import { bytesIn, decodeStrictly, numberIn, type MessageSchema, type ProtobufDialect } from '../protobuf/strict.js';

/** Record types (etcd server/storage/wal/wal.go). */
export const recordType = { metadata: 1, entry: 2, state: 3, crc: 4, snapshot: 5 } as const;

export const recordTypeNames: Readonly<Record<number, string>> = { 1: 'metadata', 2: 'entry', 3: 'state', 4: 'crc', 5: 'snapshot' };

/** walpb.Record: type, CRC-32C of all data so far, data (a view). */
export interface RecordFields {
  readonly type: bigint;
  readonly crc: number;
  readonly data: Uint8Array;
}

const schema: MessageSchema = {
  name: 'Record',
  fields: { 1: { name: 'Type', kind: 'varint' }, 2: { name: 'Crc', kind: 'varint' }, 3: { name: 'Data', kind: 'bytes' } },
};

const none = new Uint8Array();

/** The layout that etcd's encoder writes: `08 type 10 crc 1a length data`, nothing behind it. Null for any other. */
function asWritten(bytes: Uint8Array): RecordFields | null {
  if (bytes[0] !== 0x08 || bytes[2] !== 0x10) return null;
  const type = bytes[1]!;
  if (type > 0x7f) return null;
  let at = 3;
  let crc = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) return null;
    crc += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (crc > 0xffff_ffff) return null;
  if (at === bytes.length) return { type: BigInt(type), crc, data: none };
  if (bytes[at++] !== 0x1a) return null;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) return null;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return at + length === bytes.length ? { type: BigInt(type), crc, data: bytes.subarray(at) } : null;
}

/** Decodes a walpb.Record. `error` is what etcd's library would say of bytes that it refuses. */
export function decodeRecord(bytes: Uint8Array, dialect: ProtobufDialect): { readonly record: RecordFields; readonly error: string | null } {
  const written = asWritten(bytes);
  if (written !== null) return { record: written, error: null };
  const message = decodeStrictly(bytes, schema, dialect);
  return {
    record: {
      type: BigInt.asIntN(64, numberIn(message, 1)),
      crc: Number(BigInt.asUintN(32, numberIn(message, 2))),
      data: bytesIn(message, 3) ?? none,
    },
    error: message.error,
  };
}
