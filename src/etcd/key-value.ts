import { more, readBytes, readVarint, readVarint64, skipField, wireReader, wireType } from '../formats/protobuf/reader.js';

/** mvccpb.KeyValue (etcd api/mvccpb/kv.proto, v3.6). Byte fields are views. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  readonly value: Uint8Array;
  /** Lease id as stored: a signed 64-bit number. 0n = none. */
  readonly lease: bigint;
}

const empty: Uint8Array = new Uint8Array();

/** Decodes a KeyValue; null when the bytes are no valid message (gogo protobuf of etcd 3.3–3.6 would refuse them). */
export function parseKeyValue(bytes: Uint8Array): KeyValue | null {
  const reader = wireReader(bytes);
  let key: Uint8Array = empty;
  let value: Uint8Array = empty;
  const numbers = [0n, 0n, 0n, 0n];
  while (more(reader)) {
    const tag = readVarint(reader);
    const field = tag >>> 3;
    const wire = tag & 7;
    if (field === 0) return null;
    if (field === 1 || field === 5) {
      if (wire !== wireType.bytes) return null;
      const view = readBytes(reader);
      if (field === 1) key = view;
      else value = view;
    } else if (field <= 6) {
      if (wire !== wireType.varint) return null;
      numbers[field === 6 ? 3 : field - 2] = BigInt.asIntN(64, readVarint64(reader));
    } else skipField(reader, wire);
  }
  if (reader.failed) return null;
  return { key, value, createRevision: numbers[0]!, modRevision: numbers[1]!, version: numbers[2]!, lease: numbers[3]! };
}
