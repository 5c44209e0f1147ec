import { decodeCbor } from './cbor.js';
import { readJsonHeader } from './json-header.js';
import { metadataField } from './layout.js';
import { emptyHeader, readObjectMeta, type ObjectHeader } from './object-header.js';
import { plainJsonText } from './plain-json.js';
import { prefixFromObject, storageIdentity, usualPrefixes, type StorageIdentity } from './storage-key.js';
import { storedValue } from './stored-value.js';
import { utf8, WireCursor } from './wire.js';

/** Kind and metadata of one stored value. */
export interface ValueHeader {
  readonly apiVersion: string;
  readonly kind: string;
  readonly header: ObjectHeader;
  /** Empty when it has none. */
  readonly uid: string;
}

/** Reads kind and metadata without building the object; null for encrypted values and what is no object. */
export function valueHeader(value: Uint8Array): ValueHeader | null {
  const stored = storedValue(value);
  if (stored.storage === 'json') return withUid(value, readJsonHeader(value, stored.start));
  if (stored.storage === 'cbor') {
    const item = decodeCbor(value, stored.start);
    if (item === null) return null;
    const json = Buffer.from(plainJsonText(item.value) ?? '');
    return withUid(json, readJsonHeader(json, 0));
  }
  if (stored.storage !== 'protobuf') return null;
  const header = emptyHeader();
  const cursor = new WireCursor(value, stored.start, stored.stop);
  while (cursor.next()) {
    if (cursor.field !== metadataField || cursor.wire !== 2) continue;
    readObjectMeta(value, cursor.start, cursor.stop, true, header);
    break;
  }
  return withUid(value, { apiVersion: stored.apiVersion, kind: stored.kind, header });
}

function withUid(bytes: Uint8Array, { apiVersion, kind, header }: Omit<ValueHeader, 'uid'>): ValueHeader {
  return { apiVersion, kind, header, uid: utf8(bytes, header.uidStart, header.uidStop) };
}

/** The group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Identity of a key below one of the prefixes, or below the one that its own value shows. */
export function identityOfRow(key: string, header: ValueHeader | null, prefixes: readonly string[] = usualPrefixes): StorageIdentity | null {
  const usual = storageIdentity(key, prefixes);
  if (usual !== null || header === null) return usual;
  const prefix = prefixFromObject(key, header.header.namespace, header.header.name, groupOf(header.apiVersion));
  return prefix === null ? null : storageIdentity(key, [prefix]);
}
