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
  bytes: Uint8Array;
  private at: number;
  private end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = Math.min(end, bytes.length);
  }

  /** The same cursor over another message: for whoever reads millions. */
  over(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = Math.min(end, bytes.length);
    this.malformed = false;
    return this;
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

/** Bytes as UTF-8 text; wrong bytes become U+FFFD. */
export function utf8(bytes: Uint8Array, start: number, stop: number): string {
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8', start, stop) : Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, Math.min(stop, bytes.length) - start)).toString('utf8');
}

/**
 * A meta/v1 Time or MicroTime message (1 seconds, 2 nanoseconds) in milliseconds since the epoch,
 * microseconds as fraction; null when it is not one.
 */
export function timeMessage(bytes: Uint8Array, start: number, stop: number): number | null {
  // As written for every time of this age: seconds in five bytes, nanoseconds 0 or left out.
  if (bytes[start] === 0x08 && (stop - start === 6 || (stop - start === 8 && bytes[start + 6] === 0x10 && bytes[start + 7] === 0))) {
    let seconds = 0;
    for (let i = 5; i >= 1; i--) {
      const byte = bytes[start + i] as number;
      if (byte >= 0x80 !== i < 5) return spelledTime(bytes, start, stop);
      seconds = seconds * 128 + (byte & 0x7f);
    }
    return seconds * 1000;
  }
  return spelledTime(bytes, start, stop);
}

function spelledTime(bytes: Uint8Array, start: number, stop: number): number | null {
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
