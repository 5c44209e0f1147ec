import { busError, Death } from '../death.js';

/**
 * Which of the two Go libraries that etcd uses decodes: gogo/protobuf (etcd up to 3.6, generated Unmarshal methods) or
 * google.golang.org/protobuf (3.7). They refuse different things: gogo dies on a known field with a wrong wire type,
 * google takes it for an unknown field.
 */
export type ProtobufDialect = 'gogo' | 'google';

/** A field that the message knows: its Go name, as it stands in messages (`wrong wireType = 0 for field ConfState`), and how it is read. */
export type FieldSchema =
  /** `varints` accepts a packed list as well. */
  | { readonly name: string; readonly kind: 'varint' | 'varints' | 'bytes' }
  /** Decoded with its own schema on the way. */
  | { readonly name: string; readonly kind: 'message'; readonly message: MessageSchema };

export interface MessageSchema {
  readonly name: string;
  readonly fields: Readonly<Record<number, FieldSchema>>;
}

/**
 * Called for every field that the library takes, in the order of the bytes. A varint comes as its lower and its upper
 * 32 bits (signed numbers), anything else as the start and the end of its bytes.
 */
export type FieldVisitor = (field: number, lowOrStart: number, highOrEnd: number) => void;

const unexpectedEnd = 'unexpected EOF';
const overflow = 'proto: integer overflow';
const negativeLength = 'proto: negative length found during unmarshaling';
/** All that google says. */
const invalid = 'proto: cannot parse invalid wire-format data';
const deepestGroup = 10_000;
const deepestMessage = 64;

interface Cursor {
  readonly bytes: Uint8Array;
  readonly google: boolean;
  /** Where the message ends; `bytes` may end earlier, where the file does. */
  readonly end: number;
  at: number;
  error: string | null;
  /** The lower and upper 32 bits of the last varint, as signed numbers. */
  low: number;
  high: number;
}

/** Stops with the words of gogo, or google's. */
function fail(cursor: Cursor, gogo: string): void {
  cursor.error = cursor.google ? invalid : gogo;
}

/** The message goes on where the file ends. */
function beyond(): never {
  throw new Death('fault', busError);
}

/** A varint of at most ten bytes; bits beyond 64 are dropped (gogo) or refused (google). */
function varint(cursor: Cursor): void {
  cursor.low = 0;
  cursor.high = 0;
  for (let shift = 0; ; shift += 7) {
    if (shift >= 64) return fail(cursor, overflow);
    if (cursor.at >= cursor.end) return fail(cursor, unexpectedEnd);
    const byte = cursor.bytes[cursor.at] ?? beyond();
    cursor.at += 1;
    if (cursor.google && shift === 63 && byte > 1) return fail(cursor, overflow);
    if (shift < 32) cursor.low |= (byte & 0x7f) << shift;
    if (shift === 28) cursor.high = (byte & 0x7f) >>> 4;
    else if (shift > 28) cursor.high |= (byte & 0x7f) << (shift - 32);
    if (byte < 0x80) return;
  }
}

/** The last varint as an unsigned number; exact below 2^53. */
const unsigned = (cursor: Cursor): number => (cursor.high >>> 0) * 2 ** 32 + (cursor.low >>> 0);

/** The end of a field that begins with its length: Go's int, which is negative from 2^63 on. */
function lengthEnd(cursor: Cursor): number {
  varint(cursor);
  if (cursor.error !== null) return cursor.at;
  const end = cursor.at + unsigned(cursor);
  if (end >= 2 ** 63) fail(cursor, negativeLength);
  else if (end > cursor.end) fail(cursor, unexpectedEnd);
  return end;
}

/** The number of a field by google's tag, and whether it is one. */
const fieldOf = (cursor: Cursor): number => Math.floor(unsigned(cursor) / 8);
const isField = (number: number): boolean => number >= 1 && number <= 0x1fff_ffff;

/** Passes over an unknown field from its tag on (gogo's skip functions, protowire.ConsumeFieldValue). */
function skip(cursor: Cursor): void {
  const open: number[] = [];
  do {
    varint(cursor);
    const [wire, number] = [cursor.low & 7, fieldOf(cursor)];
    if (cursor.google && !isField(number)) fail(cursor, invalid);
    if (cursor.error !== null) return;
    if (wire === 0) varint(cursor);
    else if (wire === 1) cursor.at += 8;
    else if (wire === 2) cursor.at = lengthEnd(cursor);
    else if (wire === 3) open.push(number);
    else if (wire === 4) {
      const opened = open.pop();
      if (opened === undefined || (cursor.google && opened !== number)) fail(cursor, 'proto: unexpected end of group');
    } else if (wire === 5) cursor.at += 4;
    else fail(cursor, `proto: illegal wireType ${wire}`);
    if (cursor.error !== null) return;
    const isCut = cursor.at > cursor.end || (open.length > 0 && cursor.at >= cursor.end);
    if (isCut || open.length > deepestGroup) fail(cursor, unexpectedEnd);
  } while (open.length > 0 && cursor.error === null);
}

const within = ({ bytes, google, at }: Cursor, end: number): Cursor => ({ bytes, google, end, at, error: null, low: 0, high: 0 });

/** Reads a known field of wire type 2. */
function readBytes(cursor: Cursor, field: number, schema: FieldSchema, visit: FieldVisitor | undefined, depth: number): void {
  const end = lengthEnd(cursor);
  if (cursor.error !== null) return;
  if (end > cursor.bytes.length) beyond();
  if (schema.kind === 'varints') {
    const packed = within(cursor, end);
    while (packed.at < end && packed.error === null) {
      varint(packed);
      if (packed.error === null) visit?.(field, packed.low, packed.high);
    }
    cursor.error = packed.error;
  } else {
    if (schema.kind === 'message') {
      const inner = within(cursor, end);
      readMessage(inner, schema.message, undefined, depth + 1);
      cursor.error = inner.error;
    }
    if (cursor.error === null) visit?.(field, cursor.at, end);
  }
  cursor.at = end;
}

function readMessage(cursor: Cursor, schema: MessageSchema, visit: FieldVisitor | undefined, depth: number): void {
  const { google } = cursor;
  if (depth > deepestMessage) return fail(cursor, unexpectedEnd);
  while (cursor.at < cursor.end) {
    const start = cursor.at;
    varint(cursor);
    if (cursor.error !== null) return;
    const { low, high } = cursor;
    const wire = low & 7;
    // gogo takes the lower 32 bits of what is above the wire type, signed.
    const number = google ? fieldOf(cursor) : (low >>> 3) | (high << 29);
    if (wire === 4) return fail(cursor, `proto: ${schema.name}: wiretype end group for non-group`);
    if (google ? !isField(number) : number <= 0) return fail(cursor, `proto: ${schema.name}: illegal tag ${number} (wire type ${(BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)})`);
    const field = schema.fields[number];
    if (field !== undefined && wire === 0 && (field.kind === 'varint' || field.kind === 'varints')) {
      varint(cursor);
      if (cursor.error === null) visit?.(number, cursor.low, cursor.high);
    } else if (field !== undefined && wire === 2 && field.kind !== 'varint') readBytes(cursor, number, field, visit, depth);
    else if (field !== undefined && !google) return fail(cursor, `proto: wrong wireType = ${wire} for field ${field.name}`);
    else {
      cursor.at = start;
      skip(cursor);
    }
    if (cursor.error !== null) return;
  }
}

/**
 * Goes through a message as etcd's library would (gogo/protobuf 1.3.2 plugin/unmarshal; google.golang.org/protobuf 1.36
 * encoding/protowire). Returns what it would say, without `proto: ` varying blanks, or null when it accepts the bytes;
 * fields before an error are visited. `length` is what the program takes for the message's length from `from` on:
 * throws Death where it goes on behind `bytes`, which is where the file ends.
 */
export function walkStrictly(bytes: Uint8Array, schema: MessageSchema, dialect: ProtobufDialect, visit?: FieldVisitor, length = bytes.length, from = 0): string | null {
  const cursor: Cursor = { bytes, google: dialect === 'google', end: from + length, at: from, error: null, low: 0, high: 0 };
  readMessage(cursor, schema, visit, 0);
  return cursor.error;
}
