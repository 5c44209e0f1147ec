/**
 * Walks the fields of one protobuf message in place (protobuf.dev/programming-guides/encoding).
 * Nothing is copied; nested messages are walked by a cursor over the payload's range. It never throws:
 * `malformed` tells that the bytes stopped making sense at `at`.
 */
export class WireCursor {
  /** Field number and wire type of the current field. */
  field = 0;
  wire = 0;
  /** Range of the payload: the content of a length-delimited field, the bytes of a number. */
  start = 0;
  stop = 0;
  /** Value of a varint as a number; exact below 2^53. */
  value = 0;
  malformed = false;
  /** Start of the current field's tag. */
  tagAt = 0;
  private at: number;
  private readonly end: number;

  constructor(
    readonly bytes: Uint8Array,
    start = 0,
    end = bytes.length,
  ) {
    this.at = start;
    this.end = Math.min(end, bytes.length);
  }

  /** Moves to the next field; false at the end and at the first byte that makes no sense. */
  next(): boolean {
    if (this.at >= this.end) return false;
    this.tagAt = this.at;
    const tag = this.varint();
    if (this.malformed || tag < 8 || tag > 0xffffffff) return this.fail();
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    this.start = this.at;
    if (this.wire === 0) {
      this.value = this.varint();
      if (this.malformed) return false;
    } else if (this.wire === 2) {
      const length = this.varint();
      if (this.malformed || length > this.end - this.at) return this.fail();
      this.start = this.at;
      this.at += length;
    } else if (this.wire === 1 || this.wire === 5) {
      this.at += this.wire === 1 ? 8 : 4;
      if (this.at > this.end) return this.fail();
    } else return this.fail();
    this.stop = this.at;
    return true;
  }

  /** A cursor over the current field's payload. */
  inside(): WireCursor {
    return new WireCursor(this.bytes, this.start, this.stop);
  }

  /** The current payload as UTF-8 text; wrong bytes become U+FFFD. */
  text(): string {
    return utf8(this.bytes, this.start, this.stop);
  }

  /** The current varint as a signed 64-bit number, all bits kept. */
  int64(): bigint {
    let value = 0n;
    let shift = 0n;
    for (let i = this.start; i < this.stop; i++) {
      value |= BigInt((this.bytes[i] ?? 0) & 0x7f) << shift;
      shift += 7n;
    }
    return BigInt.asIntN(64, value);
  }

  private fail(): false {
    this.malformed = true;
    return false;
  }

  private varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) break;
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    this.malformed = true;
    return 0;
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as UTF-8 text; plain ASCII of usual name length is joined without a decoder call. */
export function utf8(bytes: Uint8Array, start: number, stop: number): string {
  if (stop - start <= 24) {
    let text = '';
    for (let i = start; i < stop; i++) {
      const byte = bytes[i] ?? 0;
      if (byte >= 0x80) return decoder.decode(bytes.subarray(start, stop));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decoder.decode(bytes.subarray(start, stop));
}

/**
 * A meta/v1 Time or MicroTime message (1 seconds, 2 nanoseconds) in milliseconds since the epoch,
 * microseconds as fraction; null when it is not one.
 */
export function timeMessage(bytes: Uint8Array, start: number, stop: number): number | null {
  const cursor = new WireCursor(bytes, start, stop);
  let seconds: number | null = null;
  let nanos = 0;
  while (cursor.next()) {
    if (cursor.wire !== 0) return null;
    if (cursor.field === 1) seconds = cursor.value > 2 ** 62 ? Number(cursor.int64()) : cursor.value;
    else if (cursor.field === 2) nanos = cursor.value;
    else return null;
  }
  if (cursor.malformed || seconds === null || nanos >= 1e9) return null;
  return seconds * 1000 + nanos / 1e6;
}
