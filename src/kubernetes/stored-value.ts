import { fingerprint } from './fingerprint.js';
import { cborMagic, encryptedPrefix, protobufMagic, typeMetaField, unknownField } from './layout.js';
import { utf8, WireCursor } from './wire.js';

/** How a value is stored, and where its content lies. Ranges are byte offsets in the value. */
export type StoredValue =
  | { readonly storage: 'protobuf'; readonly apiVersion: string; readonly kind: string; readonly start: number; readonly stop: number; readonly encoding: string; readonly sound: boolean }
  | { readonly storage: 'json'; readonly start: number }
  | { readonly storage: 'cbor'; readonly start: number }
  | { readonly storage: 'encrypted'; readonly provider: string; readonly version: string; readonly keyName: string }
  /** Not an object: `compact_rev_key`, other programs' data, damage. */
  | { readonly storage: 'other' };

function starts(bytes: Uint8Array, magic: readonly number[]): boolean {
  for (let i = 0; i < magic.length; i++) if (bytes[i] !== magic[i]) return false;
  return true;
}

const encryptedMagic = [...encryptedPrefix].map((c) => c.charCodeAt(0));

/**
 * Recognises the storage form of a value by its first bytes: protobuf (`k8s\0` + runtime.Unknown), CBOR
 * (`d9 d9 f7`), encrypted at rest (`k8s:enc:PROVIDER:VERSION:KEY:`), JSON (first byte `{`).
 */
export function storedValue(bytes: Uint8Array): StoredValue {
  if (starts(bytes, protobufMagic)) return envelope(bytes);
  if (starts(bytes, encryptedMagic)) return encrypted(bytes);
  if (starts(bytes, cborMagic)) return { storage: 'cbor', start: cborMagic.length };
  let at = 0;
  while (at < bytes.length && at < 64 && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09)) at++;
  return bytes[at] === 0x7b ? { storage: 'json', start: at } : { storage: 'other' };
}

interface TypeOfValue {
  readonly bytes: Uint8Array;
  readonly apiVersion: string;
  readonly kind: string;
}

/** Type metas seen, by fingerprint: a cluster has a hundred kinds and millions of values. */
const typesSeen = new Map<number, TypeOfValue>();
const mostTypes = 4096;

/** The usual envelope: type meta, raw value, and two empty texts or nothing. Null when it is spelled otherwise. */
function usualEnvelope(bytes: Uint8Array): StoredValue | null {
  const length = bytes[5] ?? 0xff;
  if (bytes[4] !== 0x0a || length >= 0x80) return null;
  const typeEnd = 6 + length;
  if (bytes[typeEnd] !== 0x12) return null;
  const seen = typesSeen.get(fingerprint(bytes, 6, typeEnd, 0));
  if (seen === undefined || seen.bytes.length !== length) return null;
  for (let i = 0; i < length; i++) if (seen.bytes[i] !== bytes[6 + i]) return null;
  let start = typeEnd + 1;
  let size = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[start++];
    if (byte === undefined || scale > 2 ** 35) return null;
    size += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  const stop = start + size;
  const usualEnd = stop === bytes.length || (stop + 4 === bytes.length && bytes[stop] === 0x1a && bytes[stop + 1] === 0 && bytes[stop + 2] === 0x22 && bytes[stop + 3] === 0);
  return usualEnd ? { storage: 'protobuf', apiVersion: seen.apiVersion, kind: seen.kind, start, stop, encoding: '', sound: true } : null;
}

function remember(bytes: Uint8Array, apiVersion: string, kind: string): void {
  const length = bytes[5] ?? 0xff;
  if (typesSeen.size >= mostTypes || bytes[4] !== 0x0a || length >= 0x80 || 6 + length > bytes.length) return;
  const hash = fingerprint(bytes, 6, 6 + length, 0);
  if (!typesSeen.has(hash)) typesSeen.set(hash, { bytes: bytes.slice(6, 6 + length), apiVersion, kind });
}

function envelope(bytes: Uint8Array): StoredValue {
  const usual = usualEnvelope(bytes);
  if (usual !== null) return usual;
  const cursor = new WireCursor(bytes, protobufMagic.length);
  let apiVersion = '';
  let kind = '';
  let start = bytes.length;
  let stop = bytes.length;
  let encoding = '';
  let types = 0;
  while (cursor.next()) {
    if (cursor.wire !== 2) continue;
    if (cursor.field === unknownField.typeMeta) {
      types++;
      const type = cursor.inside();
      while (type.next()) {
        if (type.wire !== 2) continue;
        if (type.field === typeMetaField.apiVersion) apiVersion = type.text();
        else if (type.field === typeMetaField.kind) kind = type.text();
      }
    } else if (cursor.field === unknownField.raw) {
      start = cursor.start;
      stop = cursor.stop;
    } else if (cursor.field === unknownField.contentEncoding) encoding = cursor.text();
  }
  if (!cursor.malformed && types === 1) remember(bytes, apiVersion, kind);
  return { storage: 'protobuf', apiVersion, kind, start, stop, encoding, sound: !cursor.malformed };
}

/** Provider and key name only: `aescbc`, `aesgcm`, `secretbox`, `kms`; what follows is never read. */
function encrypted(bytes: Uint8Array): StoredValue {
  const words = utf8(bytes, encryptedMagic.length, Math.min(bytes.length, 600)).split(':', 3);
  const clean = (word: string | undefined): string => (word ?? '').replace(/[^\w.@/-]/g, '?').slice(0, 128);
  return { storage: 'encrypted', provider: clean(words[0]), version: clean(words[1]), keyName: clean(words[2]) };
}
