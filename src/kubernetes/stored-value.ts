import { sharedText } from './fingerprint.js';
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

function envelope(bytes: Uint8Array): StoredValue {
  const cursor = new WireCursor(bytes, protobufMagic.length);
  let apiVersion = '';
  let kind = '';
  let start = bytes.length;
  let stop = bytes.length;
  let encoding = '';
  while (cursor.next()) {
    if (cursor.wire !== 2) continue;
    if (cursor.field === unknownField.typeMeta) {
      const type = cursor.inside();
      while (type.next()) {
        if (type.wire !== 2) continue;
        if (type.field === typeMetaField.apiVersion) apiVersion = sharedText(bytes, type.start, type.stop, utf8);
        else if (type.field === typeMetaField.kind) kind = sharedText(bytes, type.start, type.stop, utf8);
      }
    } else if (cursor.field === unknownField.raw) {
      start = cursor.start;
      stop = cursor.stop;
    } else if (cursor.field === unknownField.contentEncoding) encoding = cursor.text();
  }
  return { storage: 'protobuf', apiVersion, kind, start, stop, encoding, sound: !cursor.malformed };
}

/** Provider and key name only: `aescbc`, `aesgcm`, `secretbox`, `kms`; what follows is never read. */
function encrypted(bytes: Uint8Array): StoredValue {
  const words = utf8(bytes, encryptedMagic.length, Math.min(bytes.length, 600)).split(':', 3);
  const clean = (word: string | undefined): string => (word ?? '').replace(/[^\w.@/-]/g, '?').slice(0, 128);
  return { storage: 'encrypted', provider: clean(words[0]), version: clean(words[1]), keyName: clean(words[2]) };
}
