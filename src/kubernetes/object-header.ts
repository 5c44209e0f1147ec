import { earliestTime, latestTime, leaderAnnotation, managedFieldsField, mapEntryField, objectMetaField, ownerReferenceField } from './layout.js';
import { timeMessage, utf8, WireCursor } from './wire.js';

/** The metadata that every kind has, as far as it could be read. Times in ms since the epoch. */
export interface ObjectHeader {
  name: string;
  namespace: string;
  uid: string;
  generation: number;
  created: number | null;
  deleted: number | null;
  /** The newest time in managedFields: a write that changed something happened then. */
  managed: number | null;
  manager: string;
  hostname: string;
  /** Text of the leader annotation (before Kubernetes 1.20), JSON. */
  leader: string;
  owner: string;
  ownerUid: string;
  /** Byte ranges (start, stop pairs) of what people write in metadata: labels, annotations, finalizers. */
  written: number[];
}

/** A header of which nothing is known yet. */
export function emptyHeader(): ObjectHeader {
  return { name: '', namespace: '', uid: '', generation: 0, created: null, deleted: null, managed: null, manager: '', hostname: '', leader: '', owner: '', ownerUid: '', written: [] };
}

/** A time that a clock of a Kubernetes cluster can have shown; else null. */
export function plausible(ms: number | null): number | null {
  return ms !== null && ms >= earliestTime && ms <= latestTime ? ms : null;
}

const hostnameKey = 'kubernetes.io/hostname';

/** Annotations that controllers rewrite as a heartbeat: no work of people. */
export function isHeartbeat(key: string): boolean {
  return key === leaderAnnotation || key.startsWith('volumes.kubernetes.io/') || key.startsWith('node.alpha.kubernetes.io/') || key.startsWith('projectcalico.org/');
}

/** Reads an ObjectMeta message by position; stops quietly where the bytes stop making sense. Returns false there. */
export function readObjectMeta(bytes: Uint8Array, start: number, stop: number, into: ObjectHeader): boolean {
  const cursor = new WireCursor(bytes, start, stop);
  while (cursor.next()) {
    if (cursor.wire !== 2) {
      if (cursor.field === objectMetaField.generation && cursor.wire === 0) into.generation = cursor.value;
      continue;
    }
    switch (cursor.field) {
      case objectMetaField.name:
        into.name = cursor.text();
        break;
      case objectMetaField.namespace:
        into.namespace = cursor.text();
        break;
      case objectMetaField.uid:
        into.uid = utf8(bytes, cursor.start, Math.min(cursor.stop, cursor.start + 64));
        break;
      case objectMetaField.creationTimestamp:
        into.created = plausible(timeMessage(bytes, cursor.start, cursor.stop));
        break;
      case objectMetaField.deletionTimestamp:
        into.deleted = plausible(timeMessage(bytes, cursor.start, cursor.stop));
        break;
      case objectMetaField.labels:
      case objectMetaField.annotations:
        readPair(bytes, cursor, into);
        break;
      case objectMetaField.finalizers:
        into.written.push(cursor.start, cursor.stop);
        break;
      case objectMetaField.ownerReferences:
        readOwner(cursor.inside(), into);
        break;
      case objectMetaField.managedFields:
        readManaged(bytes, cursor.inside(), into);
        break;
    }
  }
  return !cursor.malformed;
}

function readPair(bytes: Uint8Array, cursor: WireCursor, into: ObjectHeader): void {
  const entry = cursor.inside();
  let key = '';
  while (entry.next()) {
    if (entry.wire !== 2) continue;
    if (entry.field === mapEntryField.key) key = utf8(bytes, entry.start, Math.min(entry.stop, entry.start + 128));
    else if (entry.field === mapEntryField.value) {
      if (key === hostnameKey) into.hostname = entry.text();
      else if (key === leaderAnnotation && entry.stop - entry.start < 2000) into.leader = entry.text();
    }
  }
  if (!isHeartbeat(key)) into.written.push(cursor.start, cursor.stop);
}

function readOwner(owner: WireCursor, into: ObjectHeader): void {
  let kind = '';
  let name = '';
  let uid = '';
  let controller = false;
  while (owner.next()) {
    if (owner.field === ownerReferenceField.kind) kind = owner.text();
    else if (owner.field === ownerReferenceField.name) name = owner.text();
    else if (owner.field === ownerReferenceField.uid) uid = owner.text();
    else if (owner.field === ownerReferenceField.controller) controller = owner.value === 1;
  }
  if (into.owner !== '' && !controller) return;
  into.owner = `${kind}/${name}`;
  into.ownerUid = uid;
}

function readManaged(bytes: Uint8Array, entry: WireCursor, into: ObjectHeader): void {
  let manager = '';
  let time: number | null = null;
  while (entry.next()) {
    if (entry.wire !== 2) continue;
    if (entry.field === managedFieldsField.manager && entry.stop - entry.start <= 128) manager = entry.text();
    else if (entry.field === managedFieldsField.time) time = plausible(timeMessage(bytes, entry.start, entry.stop));
  }
  if (time !== null && (into.managed === null || time >= into.managed)) {
    into.managed = time;
    into.manager = manager;
  }
}
