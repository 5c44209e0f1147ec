import { leaderAnnotation, managedFieldsField, mapEntryField, objectMetaField } from './layout.js';
import { isHeartbeat, plausible } from './object-header.js';
import { timeMessage, utf8, WireCursor } from './wire.js';

/** What the survey of a whole file needs of ObjectMeta: times and places, no text that is not asked for. */
export interface MetaScan {
  /** Empty unless names were wanted. */
  name: string;
  namespace: string;
  uidStart: number;
  uidStop: number;
  created: number | null;
  deleted: number | null;
  managed: number | null;
  hostname: string;
  leader: string;
  /** Ranges (start, stop pairs) of what people write: labels, annotations, finalizers; neighbours joined. */
  readonly written: number[];
}

/** An empty scan; `scanMeta` clears it before use. */
export function metaScan(): MetaScan {
  return { name: '', namespace: '', uidStart: 0, uidStop: 0, created: null, deleted: null, managed: null, hostname: '', leader: '', written: [] };
}

const nothing = new Uint8Array(0);
const outer = new WireCursor(nothing);
const inner = new WireCursor(nothing);
const hostnameKey = 'kubernetes.io/hostname';
/** First letters of keys that matter here: control-plane.…, kubernetes.io/…, node.alpha.…, projectcalico.org/…, volumes.…. */
const telling = new Set(['c', 'k', 'n', 'p', 'v'].map((letter) => letter.charCodeAt(0)));

/** Scans an ObjectMeta message in place. False where the bytes stop making sense; what came before counts. */
export function scanMeta(bytes: Uint8Array, start: number, stop: number, names: boolean, into: MetaScan): boolean {
  into.name = into.namespace = into.hostname = into.leader = '';
  into.uidStart = into.uidStop = 0;
  into.created = into.deleted = into.managed = null;
  into.written.length = 0;
  const cursor = outer.over(bytes, start, stop);
  while (cursor.next()) {
    if (cursor.wire !== 2) continue;
    switch (cursor.field) {
      case objectMetaField.name:
        if (names) into.name = cursor.text();
        break;
      case objectMetaField.namespace:
        if (names) into.namespace = cursor.text();
        break;
      case objectMetaField.uid:
        into.uidStart = cursor.start;
        into.uidStop = Math.min(cursor.stop, cursor.start + 64);
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
function isWritten(bytes: Uint8Array, cursor: WireCursor, into: MetaScan): boolean {
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
