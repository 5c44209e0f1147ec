import { int64 } from '../int64.js';
import { walkStrictly, type MessageSchema, type ProtobufDialect } from './strict-walk.js';

export type { MessageSchema, ProtobufDialect } from './strict-walk.js';

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

/** Decodes a message with the very verdict of etcd's library. Fields read before an error are kept. Never throws for content. */
export function decodeStrictly(bytes: Uint8Array, schema: MessageSchema, dialect: ProtobufDialect = 'gogo'): StrictMessage {
  const fields: FieldValue[] = [];
  const error = walkStrictly(bytes, schema, dialect, (field, a, b) => {
    const kind = schema.fields[field]?.kind;
    fields.push({ field, value: kind === 'varint' || kind === 'varints' ? BigInt.asUintN(64, int64(b, a)) : bytes.subarray(a, b) });
  });
  return { fields, error };
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
