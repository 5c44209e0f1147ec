import { decodeCbor } from './cbor.js';
import { readJsonHeader } from './json-header.js';
import { metadataField } from './layout.js';
import { emptyHeader, readObjectMeta, type ObjectHeader } from './object-header.js';
import { plainJsonText } from './plain-json.js';
import { prefixFromObject, storageIdentity, type StorageIdentity } from './storage-key.js';
import { storedValue } from './stored-value.js';
import { WireCursor } from './wire.js';

/** Kind and metadata of one stored value. */
export interface ValueHeader {
  readonly apiVersion: string;
  readonly kind: string;
  readonly header: ObjectHeader;
}

/** Reads kind and metadata without building the object; null for encrypted values and what is no object. */
export function valueHeader(value: Uint8Array): ValueHeader | null {
  const stored = storedValue(value);
  if (stored.storage === 'json') return readJsonHeader(value, stored.start);
  if (stored.storage === 'cbor') {
    const item = decodeCbor(value, stored.start);
    return item === null ? null : readJsonHeader(Buffer.from(plainJsonText(item.value) ?? ''), 0);
  }
  if (stored.storage !== 'protobuf') return null;
  const header = emptyHeader();
  const cursor = new WireCursor(value, stored.start, stored.stop);
  while (cursor.next()) {
    if (cursor.field !== metadataField || cursor.wire !== 2) continue;
    readObjectMeta(value, cursor.start, cursor.stop, header);
    break;
  }
  return { apiVersion: stored.apiVersion, kind: stored.kind, header };
}

/** The group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Identity of a key below a usual prefix, or below the one that its own value shows. */
export function identityOfRow(key: string, header: ValueHeader | null): StorageIdentity | null {
  const usual = storageIdentity(key);
  if (usual !== null || header === null) return usual;
  const prefix = prefixFromObject(key, header.header.namespace, header.header.name, groupOf(header.apiVersion));
  return prefix === null ? null : storageIdentity(key, [prefix]);
}
