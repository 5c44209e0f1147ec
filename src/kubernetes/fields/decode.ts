import { utf8, WireCursor } from '../wire.js';
import { durationText, integer, intOrString, quantityText, rawJson, timeText } from './scalars.js';
import { fieldsOf, objectMetaType, typeOfKind, type Field } from './table.js';

/** A decoded object: what `kubectl get` would show before the API server fills in defaults. */
export interface DecodedObject {
  readonly object: Record<string, unknown>;
  /** False when the kind is not in the table: only metadata is there. */
  readonly known: boolean;
  /** Paths of fields that the table lacks, for example `spec.#37`; at most 50. */
  readonly unknownFields: readonly string[];
  /** The bytes stopped making sense, or nested too deeply. */
  readonly malformed: boolean;
}

/** CRD schemas nest; each level is two messages. */
const maxDepth = 300;
const maxUnknown = 50;

interface Walk {
  readonly bytes: Uint8Array;
  readonly unknown: string[];
  malformed: boolean;
}

/** Sets an own property whatever its name. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/**
 * Decodes the protobuf message `[start, stop)` of a stored kind into a plain object with the JSON names
 * and forms of the Kubernetes API. Never throws.
 */
export function decodeKind(apiVersion: string, kind: string, bytes: Uint8Array, start: number, stop: number): DecodedObject {
  const walk: Walk = { bytes, unknown: [], malformed: false };
  const object: Record<string, unknown> = { apiVersion, kind };
  const type = typeOfKind(apiVersion, kind);
  if (type !== null) Object.assign(object, message(walk, type, start, stop, '', 0));
  else {
    const cursor = new WireCursor(bytes, start, stop);
    let seen = false;
    while (cursor.next()) {
      if (cursor.field === 1 && cursor.wire === 2 && !seen) {
        object['metadata'] = message(walk, objectMetaType, cursor.start, cursor.stop, 'metadata', 1);
        seen = true;
      } else missing(walk, `#${cursor.field}`);
    }
    if (cursor.malformed) walk.malformed = true;
  }
  return { object, known: type !== null, unknownFields: walk.unknown, malformed: walk.malformed };
}

function missing(walk: Walk, path: string): void {
  if (walk.unknown.length < maxUnknown && !walk.unknown.includes(path)) walk.unknown.push(path);
}

function message(walk: Walk, type: string, start: number, stop: number, path: string, depth: number): unknown {
  if (depth > maxDepth) {
    walk.malformed = true;
    return {};
  }
  const fields = fieldsOf(type);
  const found = new Map<number, unknown>();
  const cursor = new WireCursor(walk.bytes, start, stop);
  while (cursor.next()) {
    const field = fields.find((f) => f.number === cursor.field);
    if (field === undefined) {
      missing(walk, path === '' ? `#${cursor.field}` : `${path}.#${cursor.field}`);
      continue;
    }
    read(walk, field, cursor, found, path, depth);
  }
  if (cursor.malformed) walk.malformed = true;
  const one = union(type, found);
  return one === null ? shaped(walk, fields, found, path, depth) : one.value;
}

function read(walk: Walk, field: Field, cursor: WireCursor, found: Map<number, unknown>, path: string, depth: number): void {
  const below = field.name === '' ? path : path === '' ? field.name : `${path}.${field.name}`;
  if (field.shape === 'map') {
    const target = (found.get(field.number) ?? {}) as Record<string, unknown>;
    const entry = cursor.inside();
    let key = '';
    let value: unknown = zero(walk, field, below, depth);
    while (entry.next()) {
      if (entry.field === 1 && entry.wire === 2) key = entry.text();
      else if (entry.field === 2) value = single(walk, field, entry, below, depth);
    }
    if (cursor.wire !== 2 || entry.malformed) walk.malformed = true;
    put(target, key, value);
    found.set(field.number, target);
  } else if (field.shape === 'list') {
    const list = (found.get(field.number) ?? []) as unknown[];
    if (field.scalar === 'i' && cursor.wire === 2) walk.malformed = true;
    else list.push(single(walk, field, cursor, below, depth));
    found.set(field.number, list);
  } else found.set(field.number, single(walk, field, cursor, below, depth));
}

/** One value of a field at the cursor. */
function single(walk: Walk, field: Field, cursor: WireCursor, path: string, depth: number): unknown {
  const { bytes } = walk;
  const { start, stop } = cursor;
  const wanted = field.scalar === 'b' || field.scalar === 'i' ? 0 : field.scalar === 'd' ? 1 : 2;
  if (cursor.wire !== (field.wrapped ? 2 : wanted)) {
    walk.malformed = true;
    return zero(walk, field, path, depth);
  }
  if (field.wrapped) {
    const items: unknown[] = [];
    const inner = cursor.inside();
    while (inner.next()) if (inner.field === 1 && inner.wire === 2) items.push(inner.text());
    if (inner.malformed) walk.malformed = true;
    return items;
  }
  switch (field.scalar) {
    case 's':
      return cursor.text();
    case 'b':
      return cursor.value !== 0;
    case 'i':
      return integer(cursor);
    case 'd': {
      const value = new DataView(bytes.buffer, bytes.byteOffset + start, 8).getFloat64(0, true);
      return Number.isFinite(value) ? value : null;
    }
    case 'y':
      return Buffer.from(bytes.buffer, bytes.byteOffset + start, stop - start).toString('base64');
    case 'T':
      return timeText(bytes, start, stop, false);
    case 'U':
      return timeText(bytes, start, stop, true);
    case 'D':
      return durationText(bytes, start, stop);
    case 'Q':
      return quantityText(bytes, start, stop);
    case 'I':
      return intOrString(bytes, start, stop);
    case 'R':
      return rawJson(bytes, start, stop);
    case 'm':
      return message(walk, field.type, start, stop, path, depth + 1);
    default:
      return utf8(bytes, start, stop);
  }
}

/** What JSON shows for a value that is not there and not left out. */
function zero(walk: Walk, field: Field, path: string, depth: number): unknown {
  if (field.wrapped) return null;
  switch (field.scalar) {
    case 's':
      return '';
    case 'b':
      return false;
    case 'i':
    case 'd':
    case 'I':
      return 0;
    case 'D':
      return '0s';
    case 'Q':
      return '0';
    case 'm':
      return message(walk, field.type, 0, 0, path, depth + 1);
    default:
      return field.shape === 'map' && field.scalar === 'y' ? '' : null;
  }
}

const emptyText = (value: unknown): boolean => value === '' || value === false || value === 0 || value === null;

/** Puts the found values under their names, as Go's encoding/json would. */
function shaped(walk: Walk, fields: readonly Field[], found: ReadonlyMap<number, unknown>, path: string, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    const below = field.name === '' ? path : path === '' ? field.name : `${path}.${field.name}`;
    const present = found.has(field.number);
    const single = field.shape === 'one';
    if (!present && field.gone) continue;
    if (!present && (field.pointer || !single)) {
      if (!field.omitEmpty && !field.omitZero && !field.inline) put(result, field.name, null);
      continue;
    }
    const value = present ? found.get(field.number) : zero(walk, field, below, depth);
    if (field.inline) {
      if (typeof value === 'object' && value !== null) Object.assign(result, value);
      continue;
    }
    const scalar = 'sbidy'.includes(field.scalar);
    if (single && !field.pointer && field.omitEmpty && scalar && emptyText(value)) continue;
    if (single && !field.pointer && field.omitZero && (emptyText(value) || (!present && field.scalar === 'm'))) continue;
    put(result, field.name, value);
  }
  return result;
}

/** Types of apiextensions that print one of their fields in their own place (their MarshalJSON). */
const unions: Readonly<Record<string, unknown>> = { JSONSchemaPropsOrBool: false, JSONSchemaPropsOrArray: null, JSONSchemaPropsOrStringArray: null };

function union(type: string, found: ReadonlyMap<number, unknown>): { readonly value: unknown } | null {
  const name = type.slice(type.lastIndexOf('.') + 1);
  if (!Object.hasOwn(unions, name)) return null;
  return { value: found.get(2) ?? found.get(1) ?? unions[name] };
}
