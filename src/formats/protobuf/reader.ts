/**
 * Protobuf wire format (protobuf.dev, "Encoding"): a cursor over bytes that never throws for content.
 * A broken varint, a length beyond the end or an unknown wire type sets `failed`, and the reader stops.
 */
export interface WireReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  failed: boolean;
}

/** Wire types. 3 and 4 (groups) are skipped, 6 and 7 do not exist. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** A reader over `bytes[start, end)`. */
export function wireReader(bytes: Uint8Array, start = 0, end = bytes.length): WireReader {
  return { bytes, at: start, end, failed: false };
}

/** True while there is another field and nothing failed. */
export function more(reader: WireReader): boolean {
  return !reader.failed && reader.at < reader.end;
}

/** An unsigned varint of up to 64 bits. Returns 0n and fails on a cut or overlong one. */
export function readVarint64(reader: WireReader): bigint {
  let low = 0;
  let high = 0n;
  for (let shift = 0; shift < 70; shift += 7) {
    if (reader.at >= reader.end) break;
    const byte = reader.bytes[reader.at++] ?? 0;
    // Below 2^49 a number is exact, and much faster.
    if (shift < 49) low += (byte & 0x7f) * 2 ** shift;
    else high |= BigInt(byte & 0x7f) << BigInt(shift);
    if (byte < 0x80) return shift < 49 ? BigInt(low) : BigInt.asUintN(64, high | BigInt(low));
  }
  reader.failed = true;
  return 0n;
}

/** A varint as a number: exact below 2^53, for tags, lengths and small values. */
export function readVarint(reader: WireReader): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (reader.at >= reader.end) break;
    const byte = reader.bytes[reader.at++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  reader.failed = true;
  return 0;
}

/** The end of a length-delimited field that starts here; fails when it lies beyond the message. */
function readLength(reader: WireReader): number {
  const length = readVarint(reader);
  if (reader.failed || length > reader.end - reader.at) {
    reader.failed = true;
    return reader.at;
  }
  return reader.at + length;
}

/** A length-delimited field as a view (not a copy). Empty when it fails. */
export function readBytes(reader: WireReader): Uint8Array {
  const end = readLength(reader);
  const view = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return view;
}

const text = new TextDecoder('utf-8');

/** A length-delimited field as UTF-8 text; invalid bytes become U+FFFD. */
export function readText(reader: WireReader): string {
  return text.decode(readBytes(reader));
}

/** Passes over a field of this wire type. Groups are passed over with their contents, 64 deep at most. */
export function skipField(reader: WireReader, type: number): void {
  let depth = 0;
  for (let wire = type; ; ) {
    if (wire === wireType.varint) readVarint64(reader);
    else if (wire === wireType.fixed64) reader.at += 8;
    else if (wire === wireType.bytes) reader.at = readLength(reader);
    else if (wire === wireType.fixed32) reader.at += 4;
    else if (wire === wireType.startGroup) depth += 1;
    else if (wire === wireType.endGroup) depth -= 1;
    if (wire > 5 || reader.at > reader.end || depth < 0 || depth > 64) reader.failed = true;
    if (reader.failed || depth === 0) return;
    wire = readVarint(reader) & 7;
  }
}
