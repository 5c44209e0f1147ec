import { earliestTime, latestTime, leaderAnnotation, managedFieldsField, mapEntryField, objectMetaField } from './layout.js';
import { timeMessage, utf8, WireCursor } from './wire.js';

/** What ObjectMeta says of an object's identity, its times and its places. Times in ms since the epoch; ranges are byte offsets. */
export interface ObjectHeader {
  name: string;
  namespace: string;
  /** Where name and namespace stand; empty ranges without them. */
  nameStart: number;
  nameStop: number;
  namespaceStart: number;
  namespaceStop: number;
  /** Text of the UID, at most 64 bytes of it; an empty range without one. */
  uidStart: number;
  uidStop: number;
  created: number | null;
  deleted: number | null;
  /** The newest time in managedFields: a write that changed something happened then. */
  managed: number | null;
  hostname: string;
  /** Text of the leader annotation (before Kubernetes 1.20), JSON. */
  leader: string;
  /** Ranges (start, stop pairs) of what people write: labels, annotations, finalizers; neighbours joined. */
  readonly written: number[];
}

/** A header of which nothing is known yet. */
export function emptyHeader(): ObjectHeader {
  return { name: '', namespace: '', nameStart: 0, nameStop: 0, namespaceStart: 0, namespaceStop: 0, uidStart: 0, uidStop: 0, created: null, deleted: null, managed: null, hostname: '', leader: '', written: [] };
}

function clear(header: ObjectHeader): void {
  header.name = header.namespace = header.hostname = header.leader = '';
  header.nameStart = header.nameStop = header.namespaceStart = header.namespaceStop = 0;
  header.uidStart = header.uidStop = 0;
  header.created = header.deleted = header.managed = null;
  header.written.length = 0;
}

/** A time that a clock of a Kubernetes cluster can have shown; else null. */
export function plausible(ms: number | null): number | null {
  return ms !== null && ms >= earliestTime && ms <= latestTime ? ms : null;
}

/** Most bytes of a UID that are looked at. */
export const longestUid = 64;
export const hostnameKey = 'kubernetes.io/hostname';

/** Annotations that controllers rewrite as a heartbeat: no work of people. */
export function isHeartbeat(key: string): boolean {
  return key === leaderAnnotation || key.startsWith('volumes.kubernetes.io/') || key.startsWith('node.alpha.kubernetes.io/') || key.startsWith('projectcalico.org/');
}

/** First letters of keys that matter here: control-plane.…, kubernetes.io/…, node.alpha.…, projectcalico.org/…, volumes.…. */
const telling = new Set(['c', 'k', 'n', 'p', 'v'].map((letter) => letter.charCodeAt(0)));
const nothing = new Uint8Array(0);
const outer = new WireCursor(nothing);
const inner = new WireCursor(nothing);

/**
 * Reads an ObjectMeta message in place, into a header that is used again and again; name and namespace as text only
 * when `names` are wanted. False where the bytes stop making sense; what came before counts.
 */
export function readObjectMeta(bytes: Uint8Array, start: number, stop: number, names: boolean, into: ObjectHeader): boolean {
  clear(into);
  const cursor = outer.over(bytes, start, stop);
  while (cursor.next()) {
    if (cursor.wire !== 2) continue;
    switch (cursor.field) {
      case objectMetaField.name:
        if (names) into.name = cursor.text();
        into.nameStart = cursor.start;
        into.nameStop = cursor.stop;
        break;
      case objectMetaField.namespace:
        if (names) into.namespace = cursor.text();
        into.namespaceStart = cursor.start;
        into.namespaceStop = cursor.stop;
        break;
      case objectMetaField.uid:
        into.uidStart = cursor.start;
        into.uidStop = Math.min(cursor.stop, cursor.start + longestUid);
        break;
      case objectMetaField.creationTimestamp:
        into.created = plausible(timeMessage(bytes, cursor.start, cursor.stop));
        break;
      case objectMetaField.deletionTimestamp:
        into.deleted = plausible(timeMessage(bytes, cursor.start, cursor.stop));
        break;
      case objectMetaField.labels:
      case objectMetaField.annotations:
        if (isWritten(bytes, cursor, into)) join(into.written, cursor.tagAt, cursor.stop);
        break;
      case objectMetaField.finalizers:
        join(into.written, cursor.tagAt, cursor.stop);
        break;
      case objectMetaField.managedFields: {
        const entry = inner.over(bytes, cursor.start, cursor.stop);
        while (entry.next()) {
          if (entry.field !== managedFieldsField.time || entry.wire !== 2) continue;
          const time = plausible(timeMessage(bytes, entry.start, entry.stop));
          if (time !== null && (into.managed === null || time > into.managed)) into.managed = time;
        }
        break;
      }
    }
  }
  return !cursor.malformed;
}

function join(ranges: number[], start: number, stop: number): void {
  if (ranges.length > 0 && ranges[ranges.length - 1] === start) ranges[ranges.length - 1] = stop;
  else ranges.push(start, stop);
}

/** Reads what a label or annotation tells; true when people wrote it. */
function isWritten(bytes: Uint8Array, cursor: WireCursor, into: ObjectHeader): boolean {
  // An entry starts with its key: tag 0x0a, length, text.
  if (bytes[cursor.start] === 0x0a && !telling.has(bytes[cursor.start + 2] ?? 0)) return true;
  const entry = inner.over(bytes, cursor.start, cursor.stop);
  let key = '';
  while (entry.next()) {
    if (entry.wire !== 2) continue;
    if (entry.field === mapEntryField.key) key = utf8(bytes, entry.start, Math.min(entry.stop, entry.start + 128));
    else if (entry.field === mapEntryField.value) {
      if (key === hostnameKey) into.hostname = entry.text();
      else if (key === leaderAnnotation && entry.stop - entry.start < 2000) into.leader = entry.text();
    }
  }
  return !isHeartbeat(key);
}
