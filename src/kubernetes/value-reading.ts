import { decodeCbor } from './cbor.js';
import { kindStamps, metadataStamps, plainStamps, type StampSink } from './clock-stamps.js';
import { fingerprint } from './fingerprint.js';
import { readJsonHeader } from './json-header.js';
import { metadataField, statusFieldOf } from './layout.js';
import { emptyHeader, readObjectMeta, type ObjectHeader } from './object-header.js';
import { belongsTo, type KeyPlace } from './own-key.js';
import { parsePlainJson, plainJsonText } from './plain-json.js';
import { storedValue } from './stored-value.js';
import { groupOf } from './value-header.js';
import { utf8, WireCursor } from './wire.js';

/** How values are stored. */
export const storages = ['protobuf', 'json', 'cbor', 'encrypted', 'other'] as const;
export type Storage = (typeof storages)[number];

/** What the survey takes from one value. One object is filled again and again. */
export interface Reading {
  storage: Storage;
  kind: string;
  group: string;
  /** Empty unless names were wanted. */
  name: string;
  namespace: string;
  /** Text of the UID, where names were wanted. */
  uidText: string;
  /** Fingerprint of the UID; 0 without one. */
  uid: number;
  deleting: number | null;
  substance: number;
  sound: boolean;
  /** Its object belongs to another key: damage. */
  misplaced: boolean;
  /** Provider and key name, joined by a line end; empty when not encrypted. */
  encryption: string;
}

/** A reading of nothing. */
export function emptyReading(): Reading {
  return { storage: 'other', kind: '', group: '', name: '', namespace: '', uidText: '', uid: 0, deleting: null, substance: 0, sound: true, misplaced: false, encryption: '' };
}

/** Kinds whose names the survey and its clock need. */
const namedKinds = new Set(['Lease', 'Node', 'Namespace']);
const scan = emptyHeader();
const outer = new WireCursor(new Uint8Array(0));

/** What to read of a value. */
export interface Wish {
  /** The row creates its object. */
  readonly creates: boolean;
  /** Also name, namespace and UID as text. */
  readonly names: boolean;
  /** Also the fingerprint of what people wrote, and of the UID. */
  readonly substance: boolean;
  /** The key of the value: an object of another name says nothing of time or place. Null: it is not compared. */
  readonly key: KeyPlace | null;
}

/** Reads kind, metadata, times and what else is wanted, by position. Never throws. */
export function readValue(value: Uint8Array, wish: Wish, sink: StampSink, into: Reading): void {
  into.kind = into.group = into.name = into.namespace = into.uidText = into.encryption = '';
  into.uid = 0;
  into.deleting = null;
  into.sound = true;
  into.misplaced = false;
  const stored = storedValue(value);
  into.storage = stored.storage;
  switch (stored.storage) {
    case 'protobuf':
      into.kind = stored.kind;
      into.group = groupOf(stored.apiVersion);
      into.sound = stored.sound && stored.encoding === '';
      readProtobuf(value, stored.start, stored.stop, wish, sink, into);
      return;
    case 'json':
      readText(value, stored.start, wish, sink, into);
      return;
    case 'cbor': {
      const item = decodeCbor(value, stored.start);
      into.sound = item !== null;
      if (item === null) into.substance = fingerprint(value, 0, value.length, 0);
      else readText(Buffer.from(plainJsonText(item.value) ?? ''), 0, wish, sink, into);
      return;
    }
    case 'encrypted':
      into.substance = fingerprint(value, 0, value.length, 0);
      into.encryption = `${stored.provider}\n${stored.keyName}`;
      return;
    case 'other':
      into.substance = fingerprint(value, 0, value.length, 0);
  }
}

function readProtobuf(value: Uint8Array, start: number, stop: number, wish: Wish, sink: StampSink, into: Reading): void {
  const names = wish.names || namedKinds.has(into.kind);
  const cursor = outer.over(value, start, stop);
  const statusField = statusFieldOf[into.kind] ?? 3;
  let substance = 0;
  let from = -1;
  let to = -1;
  let seen = false;
  while (cursor.next()) {
    if (cursor.field === metadataField && cursor.wire === 2 && !seen && from < 0) {
      seen = true;
      if (!readObjectMeta(value, cursor.start, cursor.stop, names, scan)) into.sound = false;
      continue;
    }
    if (!wish.substance || cursor.field === statusField) continue;
    if (to !== cursor.tagAt) {
      if (from >= 0) substance = fingerprint(value, from, to, substance);
      from = cursor.tagAt;
    }
    to = cursor.stop;
  }
  if (from >= 0) substance = fingerprint(value, from, to, substance);
  if (cursor.malformed) into.sound = false;
  if (seen) {
    const { written } = scan;
    for (let i = 0; wish.substance && i < written.length; i += 2) substance = fingerprint(value, written[i] as number, written[i + 1] as number, substance);
    into.name = scan.name;
    into.namespace = scan.namespace;
    into.deleting = scan.deleted;
    if (wish.substance) readUid(value, scan, names, into);
    into.misplaced = wish.key !== null && !belongsTo(wish.key, into.kind, value, scan);
    if (!into.misplaced) {
      metadataStamps(scan, wish.creates, sink);
      kindStamps(into.kind, value, start, stop, scan, sink);
    }
  }
  into.substance = substance;
}

function readUid(value: Uint8Array, { uidStart, uidStop }: ObjectHeader, text: boolean, into: Reading): void {
  if (uidStop <= uidStart) return;
  into.uid = fingerprint(value, uidStart, uidStop, 0);
  if (text) into.uidText = utf8(value, uidStart, uidStop);
}

/** Longest Lease or Event that is built for its times. */
const longestBuilt = 65_536;

function readText(value: Uint8Array, start: number, wish: Wish, sink: StampSink, into: Reading): void {
  const json = readJsonHeader(value, start);
  const { header } = json;
  let substance = 0;
  for (const ranges of [json.substance, header.written])
    for (let i = 0; i < ranges.length; i += 2) substance = fingerprint(value, ranges[i] as number, ranges[i + 1] as number, substance);
  into.kind = json.kind;
  into.group = groupOf(json.apiVersion);
  into.name = header.name;
  into.namespace = header.namespace;
  readUid(value, header, true, into);
  into.deleting = header.deleted;
  into.sound = json.sound && json.kind !== '';
  into.substance = substance;
  into.misplaced = wish.key !== null && !belongsTo(wish.key, json.kind, value, header);
  if (into.misplaced) return;
  metadataStamps(header, wish.creates, sink);
  if (!json.sound || (json.kind !== 'Lease' && json.kind !== 'Event') || value.length > longestBuilt) return;
  const parsed = parsePlainJson(utf8(value, start, value.length));
  if (parsed.ok) plainStamps(json.kind, parsed.value, header, sink);
}
