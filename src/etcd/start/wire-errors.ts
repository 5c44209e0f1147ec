import { int64 } from '../../formats/int64.js';
import { busError, Death } from '../../formats/bbolt/behaviour/death.js';

/** Which Go library decodes: gogo's generated code (etcd 3.3–3.6) or google.golang.org/protobuf (3.7). */
export type ProtobufLibrary = 'gogo' | 'google';

/** Fields of a message: name and wire type, as the generated code expects them. */
export interface MessageShape {
  readonly name: string;
  readonly fields: Readonly<Record<number, { readonly name: string; readonly wire: 0 | 2 }>>;
}

/** etcd api/mvccpb/kv.proto, lease/leasepb/lease.proto, etcdserverpb/rpc.proto, authpb/auth.proto. */
export const shapes = {
  keyValue: {
    name: 'KeyValue',
    fields: {
      1: { name: 'Key', wire: 2 }, 2: { name: 'CreateRevision', wire: 0 }, 3: { name: 'ModRevision', wire: 0 },
      4: { name: 'Version', wire: 0 }, 5: { name: 'Value', wire: 2 }, 6: { name: 'Lease', wire: 0 },
    },
  },
  lease: { name: 'Lease', fields: { 1: { name: 'ID', wire: 0 }, 2: { name: 'TTL', wire: 0 }, 3: { name: 'RemainingTTL', wire: 0 } } },
  alarm: { name: 'AlarmMember', fields: { 1: { name: 'MemberID', wire: 0 }, 2: { name: 'Alarm', wire: 0 } } },
  user: {
    name: 'User',
    fields: { 1: { name: 'Name', wire: 2 }, 2: { name: 'Password', wire: 2 }, 3: { name: 'Roles', wire: 2 }, 4: { name: 'Options', wire: 2 } },
  },
  userOptions: { name: 'UserAddOptions', fields: { 1: { name: 'NoPassword', wire: 0 } } },
  role: { name: 'Role', fields: { 1: { name: 'Name', wire: 2 }, 2: { name: 'KeyPermission', wire: 2 } } },
  permission: { name: 'Permission', fields: { 1: { name: 'PermType', wire: 0 }, 2: { name: 'Key', wire: 2 }, 3: { name: 'RangeEnd', wire: 2 } } },
} as const satisfies Readonly<Record<string, MessageShape>>;

const unexpectedEnd = 'unexpected EOF';
const negativeLength = 'proto: negative length found during unmarshaling';
const overflow = 'proto: integer overflow';
const invalid = 'proto: cannot parse invalid wire-format data';

/**
 * Called for every field that the library takes. A varint comes as its lower and its upper 32 bits (signed numbers),
 * a range of bytes as its start and end.
 */
export type FieldVisitor = (field: number, lowOrStart: number, highOrEnd: number) => void;

interface Cursor {
  /** Where the message ends; `bytes` may end earlier, where the file does. */
  readonly end: number;
  at: number;
  error: string | null;
  /** The lower and upper 32 bits of the last varint, as signed numbers. */
  low: number;
  high: number;
}

/** The message goes on where the file ends. */
function beyond(): never {
  throw new Death('fault', busError);
}

const fail = (cursor: Cursor, error: string): void => {
  cursor.error = error;
};

/** A varint as both libraries read it; gogo fails at the tenth byte without end, google earlier on overflow. */
function varint(bytes: Uint8Array, cursor: Cursor, library: ProtobufLibrary): void {
  cursor.low = 0;
  cursor.high = 0;
  for (let shift = 0; ; shift += 7) {
    if (shift >= 64) return fail(cursor, library === 'gogo' ? overflow : invalid);
    if (cursor.at >= cursor.end) return fail(cursor, library === 'gogo' ? unexpectedEnd : invalid);
    const byte = bytes[cursor.at] ?? beyond();
    cursor.at += 1;
    if (library === 'google' && shift === 63 && byte > 1) return fail(cursor, invalid);
    if (shift < 32) cursor.low |= (byte & 0x7f) << shift;
    if (shift === 28) cursor.high = (byte & 0x7f) >>> 4;
    else if (shift > 28) cursor.high |= (byte & 0x7f) << (shift - 32);
    if (byte < 0x80) return;
  }
}

/** The last varint as an unsigned number; exact below 2^53. */
const unsigned = (cursor: Cursor): number => (cursor.high >>> 0) * 2 ** 32 + (cursor.low >>> 0);

function lengthField(bytes: Uint8Array, cursor: Cursor, library: ProtobufLibrary): number {
  varint(bytes, cursor, library);
  if (cursor.error !== null) return 0;
  if (cursor.high < 0) fail(cursor, library === 'gogo' ? negativeLength : invalid);
  else if (unsigned(cursor) > cursor.end - cursor.at) fail(cursor, library === 'gogo' ? unexpectedEnd : invalid);
  return unsigned(cursor);
}

function skipLength(bytes: Uint8Array, cursor: Cursor, library: ProtobufLibrary): void {
  const length = lengthField(bytes, cursor, library);
  cursor.at += length;
}

/** skipKv and its likes of gogo: passes over one unknown field whose tag is read again. */
function skipGogo(bytes: Uint8Array, cursor: Cursor): void {
  let depth = 0;
  do {
    varint(bytes, cursor, 'gogo');
    const wire = cursor.low & 7;
    if (cursor.error !== null) return;
    if (wire === 0) varint(bytes, cursor, 'gogo');
    else if (wire === 1) cursor.at += 8;
    else if (wire === 2) skipLength(bytes, cursor, 'gogo');
    else if (wire === 3) depth += 1;
    else if (wire === 4) {
      if (depth === 0) cursor.error = 'proto: unexpected end of group';
      depth -= 1;
    } else if (wire === 5) cursor.at += 4;
    else cursor.error = `proto: illegal wireType ${wire}`;
    if (cursor.error === null && cursor.at > cursor.end) cursor.error = unexpectedEnd;
    if (cursor.error !== null) return;
    if (depth > 0 && cursor.at >= cursor.end) cursor.error = unexpectedEnd;
  } while (depth > 0 && cursor.error === null);
}

/** The number of a field by google's tag, and whether it is one. */
const fieldOf = (cursor: Cursor): number => Math.floor(unsigned(cursor) / 8);
const isField = (number: number): boolean => number >= 1 && number <= 0x1fff_ffff;

/** protowire.ConsumeFieldValue: passes over the value of a field whose tag is read. */
function skipGoogle(bytes: Uint8Array, cursor: Cursor, field: number, wire: number, depth = 0): void {
  if (wire === 0) varint(bytes, cursor, 'google');
  else if (wire === 1) cursor.at += 8;
  else if (wire === 2) skipLength(bytes, cursor, 'google');
  else if (wire === 5) cursor.at += 4;
  else if (wire === 3 && depth < 1000) {
    while (cursor.error === null) {
      varint(bytes, cursor, 'google');
      const number = fieldOf(cursor);
      if (!isField(number)) cursor.error = invalid;
      if (cursor.error !== null) return;
      if ((cursor.low & 7) === 4) {
        if (number !== field) cursor.error = invalid;
        return;
      }
      skipGoogle(bytes, cursor, number, cursor.low & 7, depth + 1);
    }
  } else cursor.error = invalid;
  if (cursor.error === null && cursor.at > cursor.end) cursor.error = invalid;
}

/**
 * Decodes a message as one of the libraries does. Returns its error text, or null. `length` is what the
 * program takes for its length from `from` on; reading past `bytes` is a read past the end of the file.
 */
export function decodeAs(library: ProtobufLibrary, shape: MessageShape, bytes: Uint8Array, visit?: FieldVisitor, length = bytes.length, from = 0): string | null {
  const cursor: Cursor = { end: from + length, at: from, error: null, low: 0, high: 0 };
  while (cursor.at < cursor.end) {
    const start = cursor.at;
    varint(bytes, cursor, library);
    if (cursor.error !== null) return cursor.error;
    const { low, high } = cursor;
    const wire = low & 7;
    // gogo takes the lower 32 bits of what is above the wire type, signed.
    const number = library === 'gogo' ? (low >>> 3) | (high << 29) : fieldOf(cursor);
    if (library === 'gogo' && wire === 4) return `proto: ${shape.name}: wiretype end group for non-group`;
    if (library === 'gogo' && number <= 0) return `proto: ${shape.name}: illegal tag ${number} (wire type ${BigInt.asUintN(64, int64(high, low))})`;
    if (library === 'google' && (!isField(number) || wire === 4)) return invalid;
    const field = shape.fields[number];
    if (field !== undefined && wire === field.wire) {
      if (wire === 0) {
        varint(bytes, cursor, library);
        visit?.(number, cursor.low, cursor.high);
      } else {
        const size = lengthField(bytes, cursor, library);
        if (cursor.error !== null) return cursor.error;
        if (cursor.at + size > bytes.length) beyond();
        visit?.(number, cursor.at, cursor.at + size);
        cursor.at += size;
      }
    } else if (field !== undefined && library === 'gogo') return `proto: wrong wireType = ${wire} for field ${field.name}`;
    else if (library === 'gogo') {
      cursor.at = start;
      skipGogo(bytes, cursor);
    } else skipGoogle(bytes, cursor, number, wire);
    if (cursor.error !== null) return cursor.error;
  }
  return null;
}
