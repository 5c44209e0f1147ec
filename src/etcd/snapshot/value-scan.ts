/** Where key and value of a KeyValue lie and which numbers stand in it; filled by `scanKeyValue`, good until the next one. */
export interface ScannedValue {
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
  create: number;
  version: number;
}

/** An empty result to be filled again and again. */
export const scannedValue = (): ScannedValue => ({ keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0, create: 0, version: 0 });

/** The number that `varint` read; its own result is where the next field begins, or -1. */
let number = 0;

/** Reads a varint of up to eight bytes. */
function varint(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let i = from; i < end && i < from + 8; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x80) {
      number = value + byte * scale;
      return i + 1;
    }
    value += (byte & 0x7f) * scale;
    scale *= 128;
  }
  return -1;
}

/** Passes over a lease id: up to ten bytes. */
function passVarint(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end && i < from + 10; i++) if ((bytes[i] ?? 0) < 0x80) return i + 1;
  return -1;
}

/**
 * Reads `bytes[from, end)` as a mvccpb.KeyValue whose fields stand in etcd's own order, each at most once
 * (etcd api/mvccpb/kv.proto: key 1, create 2, mod 3, version 4, value 5, lease 6), and fits a row of revision
 * `main`: numbers that agree with each other, and a key alone in a tombstone. False for everything else.
 */
export function scanKeyValue(bytes: Uint8Array, from: number, end: number, main: number, tombstone: boolean, into: ScannedValue): boolean {
  let at = from;
  let keyStart = from;
  let keyEnd = from;
  let valueStart = from;
  let valueEnd = from;
  let create = 0;
  let mod = 0;
  let version = 0;
  let previous = 0;
  while (at < end) {
    const tag = bytes[at++] ?? 0;
    if (tag <= previous) return false;
    previous = tag;
    if (tag === 0x30) at = passVarint(bytes, at, end);
    else {
      at = varint(bytes, at, end);
      if (at < 0) return false;
      if (tag === 0x10) create = number;
      else if (tag === 0x18) mod = number;
      else if (tag === 0x20) version = number;
      else if (tag !== 0x0a && tag !== 0x2a) return false;
      else {
        if (number > end - at) return false;
        const stop = at + number;
        if (tag === 0x0a) {
          keyStart = at;
          keyEnd = stop;
        } else {
          valueStart = at;
          valueEnd = stop;
        }
        at = stop;
      }
    }
    if (at < 0) return false;
  }
  if (keyEnd === keyStart) return false;
  if (tombstone ? previous !== 0x0a : mod !== main || create > mod || create < 1 || version < 1 || version > mod || (version === 1) !== (create === mod)) return false;
  into.keyStart = keyStart;
  into.keyEnd = keyEnd;
  into.valueStart = valueStart;
  into.valueEnd = valueEnd;
  into.create = create;
  into.version = version;
  return true;
}
