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
  role: { name: 'Role', fields: { 1: { name: 'Name', wire: 2 }, 2: { name: 'KeyPermission', wire: 2 } } },
} as const satisfies Readonly<Record<string, MessageShape>>;

const unexpectedEnd = 'unexpected EOF';
const negativeLength = 'proto: negative length found during unmarshaling';
const overflow = 'proto: integer overflow';
const invalid = 'proto: cannot parse invalid wire-format data';

/** Called for every field that the library takes: number, value of a varint, range of bytes. */
export type FieldVisitor = (field: number, varint: bigint, start: number, end: number) => void;

interface Cursor {
  /** Length of the message; `bytes` may end earlier, where the file does. */
  readonly end: number;
  at: number;
  error: string | null;
}

/** The message goes on where the file ends. */
function beyond(): never {
  throw new Death('fault', busError);
}

/** A varint as both libraries read it; gogo fails at the tenth byte without end, google earlier on overflow. */
function varint(bytes: Uint8Array, cursor: Cursor, library: ProtobufLibrary): bigint {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    if (shift >= 64n) {
      cursor.error = library === 'gogo' ? overflow : invalid;
      return 0n;
    }
    const byte = cursor.at < cursor.end ? (bytes[cursor.at] ?? beyond()) : undefined;
    if (byte === undefined) {
      cursor.error = library === 'gogo' ? unexpectedEnd : invalid;
      return 0n;
    }
    cursor.at += 1;
    if (library === 'google' && shift === 63n && byte > 1) {
      cursor.error = invalid;
      return 0n;
    }
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
}

function lengthField(bytes: Uint8Array, cursor: Cursor, library: ProtobufLibrary): number {
  const length = BigInt.asIntN(64, varint(bytes, cursor, library));
  if (cursor.error !== null) return 0;
  if (length < 0n) cursor.error = library === 'gogo' ? negativeLength : invalid;
  else if (length > BigInt(cursor.end - cursor.at)) cursor.error = library === 'gogo' ? unexpectedEnd : invalid;
  return Number(length);
}

function skipLength(bytes: Uint8Array, cursor: Cursor, library: ProtobufLibrary): void {
  const length = lengthField(bytes, cursor, library);
  cursor.at += length;
}

/** skipKv and its likes of gogo: passes over one unknown field whose tag is read again. */
function skipGogo(bytes: Uint8Array, cursor: Cursor): void {
  let depth = 0;
  do {
    const wire = Number(varint(bytes, cursor, 'gogo') & 7n);
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

/** protowire.ConsumeFieldValue: passes over the value of a field whose tag is read. */
function skipGoogle(bytes: Uint8Array, cursor: Cursor, field: bigint, wire: number, depth = 0): void {
  if (wire === 0) varint(bytes, cursor, 'google');
  else if (wire === 1) cursor.at += 8;
  else if (wire === 2) skipLength(bytes, cursor, 'google');
  else if (wire === 5) cursor.at += 4;
  else if (wire === 3 && depth < 1000) {
    while (cursor.error === null) {
      const tag = varint(bytes, cursor, 'google');
      const number = tag >> 3n;
      if (number < 1n || number > 0x1fff_ffffn) cursor.error = invalid;
      if (cursor.error !== null) return;
      if ((tag & 7n) === 4n) {
        if (number !== field) cursor.error = invalid;
        return;
      }
      skipGoogle(bytes, cursor, number, Number(tag & 7n), depth + 1);
    }
  } else cursor.error = invalid;
  if (cursor.error === null && cursor.at > cursor.end) cursor.error = invalid;
}

/**
 * Decodes a message as one of the libraries does. Returns its error text, or null. `length` is what the
 * program takes for its length; reading past `bytes` is a read past the end of the file.
 */
export function decodeAs(library: ProtobufLibrary, shape: MessageShape, bytes: Uint8Array, visit?: FieldVisitor, length = bytes.length): string | null {
  const cursor: Cursor = { end: length, at: 0, error: null };
  while (cursor.at < cursor.end) {
    const start = cursor.at;
    const tag = varint(bytes, cursor, library);
    if (cursor.error !== null) return cursor.error;
    const wire = Number(tag & 7n);
    const number = library === 'gogo' ? BigInt.asIntN(32, tag >> 3n) : tag >> 3n;
    if (library === 'gogo' && wire === 4) return `proto: ${shape.name}: wiretype end group for non-group`;
    if (library === 'gogo' && number <= 0n) return `proto: ${shape.name}: illegal tag ${number} (wire type ${tag})`;
    if (library === 'google' && (number < 1n || number > 0x1fff_ffffn || wire === 4)) return invalid;
    const field = shape.fields[Number(number)];
    if (field !== undefined && wire === field.wire) {
      if (wire === 0) {
        const value = varint(bytes, cursor, library);
        visit?.(Number(number), value, 0, 0);
      } else {
        const size = lengthField(bytes, cursor, library);
        if (cursor.error !== null) return cursor.error;
        if (cursor.at + size > bytes.length) beyond();
        visit?.(Number(number), 0n, cursor.at, cursor.at + size);
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
