import { leaderAnnotation } from './layout.js';
import { emptyHeader, hostnameKey, isHeartbeat, longestUid, plausible, type ObjectHeader } from './object-header.js';
import { utf8 } from './wire.js';

/** What the text of one object says about itself, found by position: the object is never built. */
export interface JsonHeader {
  readonly apiVersion: string;
  readonly kind: string;
  readonly header: ObjectHeader;
  /** Byte ranges (start, stop pairs) of the top-level members that people write: all but metadata and status. */
  readonly substance: readonly number[];
  /** False when the text ends early or is not JSON. */
  readonly sound: boolean;
}

const quote = 0x22;
const backslash = 0x5c;

/** End of the string that starts at `at` (its opening quote), past the closing quote; -1 when it never ends. */
function stringEnd(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === backslash) i++;
    else if (byte === quote) return i + 1;
  }
  return -1;
}

/** End of the value at `at`; -1 when the text ends inside it. Depth is a counter, not a stack. */
function valueEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === quote) return stringEnd(bytes, at);
  let i = at;
  if (first !== 0x7b && first !== 0x5b) {
    while (i < bytes.length && bytes[i] !== 0x2c && bytes[i] !== 0x7d && bytes[i] !== 0x5d && (bytes[i] ?? 0) > 0x20) i++;
    return i === at ? -1 : i;
  }
  let depth = 0;
  while (i < bytes.length) {
    const byte = bytes[i];
    if (byte === quote) {
      i = stringEnd(bytes, i);
      if (i < 0) return -1;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return i + 1;
    i++;
  }
  return -1;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  while (i < bytes.length && (bytes[i] ?? 0) <= 0x20) i++;
  return i;
}

/** Calls `visit` for each member of the object (or element of the array) at `at`. False when it is cut or malformed. */
function members(bytes: Uint8Array, at: number, visit: (key: string, start: number, stop: number, keyAt: number) => void): boolean {
  const list = bytes[at] === 0x5b;
  const close = list ? 0x5d : 0x7d;
  let i = skipSpace(bytes, at + 1);
  if (bytes[i] === close) return true;
  for (;;) {
    const keyAt = i;
    let key = '';
    if (!list) {
      if (bytes[i] !== quote) return false;
      const end = stringEnd(bytes, i);
      if (end < 0) return false;
      key = textAt(bytes, i, end);
      i = skipSpace(bytes, end);
      if (bytes[i] !== 0x3a) return false;
      i = skipSpace(bytes, i + 1);
    }
    const stop = valueEnd(bytes, i);
    if (stop < 0) return false;
    visit(key, i, stop, keyAt);
    i = skipSpace(bytes, stop);
    if (bytes[i] === close) return true;
    if (bytes[i] !== 0x2c) return false;
    i = skipSpace(bytes, i + 1);
  }
}

function textAt(bytes: Uint8Array, start: number, stop: number): string {
  if (bytes[start] !== quote || stop - start > 4096) return '';
  const raw = utf8(bytes, start + 1, stop - 1);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

function timeAt(bytes: Uint8Array, start: number, stop: number): number | null {
  return plausible(rfc3339(textAt(bytes, start, stop)));
}

/** RFC 3339 as Kubernetes writes it, with up to nine digits of fraction, in ms since the epoch; else null. */
export function rfc3339(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return null;
  const whole = Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`);
  return Number.isNaN(whole) ? null : whole + (match[2] === undefined ? 0 : Number(match[2]) * 1000);
}

/** Reads apiVersion, kind and metadata of the JSON object that starts at `start`. */
export function readJsonHeader(bytes: Uint8Array, start: number): JsonHeader {
  const header = emptyHeader();
  const substance: number[] = [];
  let apiVersion = '';
  let kind = '';
  let inner = true;
  const outer = members(bytes, start, (key, at, stop, keyAt) => {
    if (key === 'apiVersion') apiVersion = textAt(bytes, at, stop);
    else if (key === 'kind') kind = textAt(bytes, at, stop);
    else if (key === 'metadata') {
      if (bytes[at] === 0x7b) inner = readMetadata(bytes, at, header) && inner;
    } else if (key !== 'status') substance.push(keyAt, stop);
  });
  return { apiVersion, kind, header, substance, sound: outer && inner };
}

function readMetadata(bytes: Uint8Array, start: number, into: ObjectHeader): boolean {
  return members(bytes, start, (key, at, stop, keyAt) => {
    switch (key) {
      case 'name':
        into.name = textAt(bytes, at, stop);
        if (bytes[at] === quote) [into.nameStart, into.nameStop] = [at + 1, stop - 1];
        break;
      case 'namespace':
        into.namespace = textAt(bytes, at, stop);
        if (bytes[at] === quote) [into.namespaceStart, into.namespaceStop] = [at + 1, stop - 1];
        break;
      case 'uid':
        if (bytes[at] === quote) [into.uidStart, into.uidStop] = [at + 1, Math.min(stop - 1, at + 1 + longestUid)];
        break;
      case 'creationTimestamp':
        into.created = timeAt(bytes, at, stop);
        break;
      case 'deletionTimestamp':
        into.deleted = timeAt(bytes, at, stop);
        break;
      case 'labels':
      case 'annotations':
        if (bytes[at] === 0x7b) readWords(bytes, at, into);
        break;
      case 'finalizers':
        into.written.push(keyAt, stop);
        break;
      case 'managedFields':
        if (bytes[at] === 0x5b) readManaged(bytes, at, into);
        break;
    }
  });
}

function readWords(bytes: Uint8Array, start: number, into: ObjectHeader): void {
  members(bytes, start, (key, at, stop, keyAt) => {
    if (key === hostnameKey) into.hostname = textAt(bytes, at, stop);
    else if (key === leaderAnnotation) into.leader = textAt(bytes, at, stop);
    if (!isHeartbeat(key)) into.written.push(keyAt, stop);
  });
}

function readManaged(bytes: Uint8Array, start: number, into: ObjectHeader): void {
  members(bytes, start, (_, at) => {
    if (bytes[at] !== 0x7b) return;
    members(bytes, at, (key, from, to) => {
      const time = key === 'time' ? timeAt(bytes, from, to) : null;
      if (time !== null && (into.managed === null || time > into.managed)) into.managed = time;
    });
  });
}
