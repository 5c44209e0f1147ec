/**
 * Decoding with the very verdicts of the two Go libraries that etcd uses: gogo/protobuf (etcd up to
 * 3.6, generated Unmarshal methods) and google.golang.org/protobuf (3.7). They differ in what they
 * refuse: gogo dies on a known field with a wrong wire type, google takes it for an unknown field.
 */
export type ProtobufDialect = 'gogo' | 'google';

/** How the bytes of a known field are read. `varints` accepts a packed list as well. */
export type FieldKind = 'varint' | 'varints' | 'bytes' | 'message';

export interface FieldSchema {
  /** Go name, as it stands in messages: `wrong wireType = 0 for field ConfState`. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly message?: MessageSchema;
}

export interface MessageSchema {
  readonly name: string;
  readonly fields: Readonly<Record<number, FieldSchema>>;
}

/** One field in the order of the bytes. A nested message keeps its bytes: decode them with its schema. */
export interface FieldValue {
  readonly field: number;
  readonly value: bigint | Uint8Array;
}

export interface StrictMessage {
  readonly fields: readonly FieldValue[];
  /** What the library would say, without `proto: ` varying blanks; null when it accepts the bytes. */
  readonly error: string | null;
}

const unexpectedEnd = 'unexpected EOF';
const overflow = 'proto: integer overflow';
const negativeLength = 'proto: negative length found during unmarshaling';
const garbage = 'proto: cannot parse invalid wire-format data';
const maxDepth = 10_000;
const two63 = 2 ** 63;

class Refused extends Error {}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  readonly google: boolean;
}

function refuse(cursor: Cursor, gogo: string): never {
  throw new Refused(cursor.google ? garbage : gogo);
}

/** A varint of at most ten bytes; bits beyond 64 are dropped (gogo) or refused (google). */
function varint(cursor: Cursor): bigint {
  let low = 0;
  let high = 0n;
  for (let shift = 0; ; shift += 7) {
    if (shift >= 64) refuse(cursor, overflow);
    if (cursor.at >= cursor.end) refuse(cursor, unexpectedEnd);
    const byte = cursor.bytes[cursor.at++] ?? 0;
    if (cursor.google && shift === 63 && byte > 1) refuse(cursor, overflow);
    if (shift < 28) low += (byte & 0x7f) * 2 ** shift;
    else high |= BigInt(byte & 0x7f) << BigInt(shift);
    if (byte < 0x80) return high === 0n ? BigInt(low) : BigInt.asUintN(64, high | BigInt(low));
  }
}

/** A tag or length as a number: one to four bytes are read without bigint. */
function smallVarint(cursor: Cursor): number {
  const { bytes, end } = cursor;
  let value = 0;
  let at = cursor.at;
  for (let shift = 0; shift < 28 && at < end; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      cursor.at = at;
      return value;
    }
  }
  return Number(varint(cursor));
}

/** A length prefix as Go's int: negative beyond 2^63. */
function lengthEnd(cursor: Cursor): number {
  const length = smallVarint(cursor);
  if (length >= two63 || cursor.at + length >= two63) refuse(cursor, negativeLength);
  if (length > cursor.end - cursor.at) refuse(cursor, unexpectedEnd);
  return cursor.at + length;
}

/** gogo's skip function: an end that lies beyond the message is noticed by the caller. */
function skip(cursor: Cursor): void {
  const open: bigint[] = [];
  for (;;) {
    const tag = varint(cursor);
    const wire = Number(tag & 7n);
    if (cursor.google && (tag >> 3n === 0n || tag >> 3n > 0x1fff_ffffn)) refuse(cursor, garbage);
    if (wire === 0) varint(cursor);
    else if (wire === 1) cursor.at += 8;
    else if (wire === 2) cursor.at = lengthEnd(cursor);
    else if (wire === 3) open.push(tag >> 3n);
    else if (wire === 4) {
      const opened = open.pop();
      if (opened === undefined) refuse(cursor, 'proto: unexpected end of group');
      if (cursor.google && opened !== tag >> 3n) refuse(cursor, garbage);
    } else if (wire === 5) cursor.at += 4;
    else refuse(cursor, `proto: illegal wireType ${wire}`);
    if (cursor.at > cursor.end || open.length > maxDepth) refuse(cursor, unexpectedEnd);
    if (open.length === 0) return;
    if (cursor.at >= cursor.end) refuse(cursor, unexpectedEnd);
  }
}

function readKnown(cursor: Cursor, schema: FieldSchema, field: number, wire: number, out: FieldValue[], depth: number): void {
  if (schema.kind === 'varint' || (schema.kind === 'varints' && wire === 0)) {
    out.push({ field, value: varint(cursor) });
    return;
  }
  const end = lengthEnd(cursor);
  const value = cursor.bytes.subarray(cursor.at, end);
  if (schema.kind === 'varints') {
    const inner: Cursor = { bytes: cursor.bytes, at: cursor.at, end, google: cursor.google };
    while (inner.at < end) out.push({ field, value: varint(inner) });
  } else {
    if (schema.message !== undefined) readMessage({ bytes: cursor.bytes, at: cursor.at, end, google: cursor.google }, schema.message, [], depth + 1);
    out.push({ field, value });
  }
  cursor.at = end;
}

function readMessage(cursor: Cursor, schema: MessageSchema, out: FieldValue[], depth: number): void {
  if (depth > 64) refuse(cursor, unexpectedEnd);
  while (cursor.at < cursor.end) {
    const start = cursor.at;
    const first = cursor.bytes[start]!;
    // Beyond one byte the tag may be so long that only a bigint holds it.
    const tag: number | bigint = first < 0x80 ? (cursor.at++, first) : varint(cursor);
    const wire = typeof tag === 'number' ? tag & 7 : Number(tag & 7n);
    const field = typeof tag === 'number' ? tag >> 3 : Number(BigInt.asIntN(32, tag >> 3n));
    if (wire === 4) refuse(cursor, `proto: ${schema.name}: wiretype end group for non-group`);
    if (field <= 0) refuse(cursor, `proto: ${schema.name}: illegal tag ${field} (wire type ${tag})`);
    const known = schema.fields[field];
    const wanted = known === undefined ? -1 : known.kind === 'varint' ? 0 : known.kind === 'varints' && wire === 0 ? 0 : 2;
    if (known !== undefined && wire === wanted) readKnown(cursor, known, field, wire, out, depth);
    else {
      if (known !== undefined && !cursor.google) throw new Refused(`proto: wrong wireType = ${wire} for field ${known.name}`);
      cursor.at = start;
      skip(cursor);
    }
  }
}

/**
 * Decodes a message as etcd's library would. Fields read before an error are kept. Never throws for
 * content (gogo/protobuf 1.3.2 plugin/unmarshal; google.golang.org/protobuf 1.36 encoding/protowire).
 */
export function decodeStrictly(bytes: Uint8Array, schema: MessageSchema, dialect: ProtobufDialect = 'gogo'): StrictMessage {
  const fields: FieldValue[] = [];
  try {
    readMessage({ bytes, at: 0, end: bytes.length, google: dialect === 'google' }, schema, fields, 0);
    return { fields, error: null };
  } catch (error) {
    if (error instanceof Refused) return { fields, error: error.message };
    throw error;
  }
}

/** Last value of a varint field, 0 when absent. */
export function numberIn(message: StrictMessage, field: number): bigint {
  let value = 0n;
  for (const entry of message.fields) if (entry.field === field && typeof entry.value === 'bigint') value = entry.value;
  return value;
}

/** Last value of a length-delimited field; null when absent. */
export function bytesIn(message: StrictMessage, field: number): Uint8Array | null {
  let value: Uint8Array | null = null;
  for (const entry of message.fields) if (entry.field === field && typeof entry.value !== 'bigint') value = entry.value;
  return value;
}

/** All values of a repeated length-delimited field. */
export function allBytesIn(message: StrictMessage, field: number): readonly Uint8Array[] {
  return message.fields.flatMap((entry) => (entry.field === field && typeof entry.value !== 'bigint' ? [entry.value] : []));
}

/** All values of a repeated varint field. */
export function allNumbersIn(message: StrictMessage, field: number): readonly bigint[] {
  return message.fields.flatMap((entry) => (entry.field === field && typeof entry.value === 'bigint' ? [entry.value] : []));
}
