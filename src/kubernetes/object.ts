import { decodeCbor } from './cbor.js';
import { decodeKind } from './fields/decode.js';
import { parsePlainJson } from './plain-json.js';
import { storedValue } from './stored-value.js';
import { utf8 } from './wire.js';

/** One stored value as a person would see it with `kubectl get`, or why it cannot be seen. */
export type ReadObject =
  | {
      readonly form: 'object';
      readonly storage: 'protobuf' | 'json' | 'cbor';
      readonly object: Record<string, unknown>;
      /** False when the kind's fields are not known: only its metadata is in the object. */
      readonly known: boolean;
      readonly unknownFields: readonly string[];
      /** The value is cut or damaged: what is shown is what could be read. */
      readonly malformed: boolean;
    }
  | { readonly form: 'encrypted'; readonly provider: string; readonly keyName: string }
  | { readonly form: 'unreadable'; readonly reason: 'malformed' | 'too-deep' | 'not-an-object' };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a stored value of any form. `revision` becomes `metadata.resourceVersion`, as the API server does it
 * (0 leaves it out: writes of unknown revision). Never throws.
 */
export function readObject(value: Uint8Array, revision: bigint): ReadObject {
  const stored = storedValue(value);
  let read: ReadObject;
  switch (stored.storage) {
    case 'encrypted':
      return { form: 'encrypted', provider: stored.provider, keyName: stored.keyName };
    case 'other':
      return { form: 'unreadable', reason: 'not-an-object' };
    case 'protobuf': {
      const decoded = decodeKind(stored.apiVersion, stored.kind, value, stored.start, stored.stop);
      read = { form: 'object', storage: 'protobuf', ...decoded, malformed: decoded.malformed || !stored.sound || stored.encoding !== '' };
      break;
    }
    case 'json': {
      const parsed = parsePlainJson(utf8(value, stored.start, value.length));
      if (!parsed.ok) return { form: 'unreadable', reason: parsed.reason };
      if (!isObject(parsed.value)) return { form: 'unreadable', reason: 'not-an-object' };
      read = { form: 'object', storage: 'json', object: parsed.value, known: true, unknownFields: [], malformed: false };
      break;
    }
    case 'cbor': {
      const item = decodeCbor(value, stored.start);
      if (item === null) return { form: 'unreadable', reason: 'malformed' };
      if (!isObject(item.value)) return { form: 'unreadable', reason: 'not-an-object' };
      read = { form: 'object', storage: 'cbor', object: item.value, known: true, unknownFields: [], malformed: item.end !== value.length };
      break;
    }
  }
  const metadata = read.object['metadata'];
  if (revision > 0n && isObject(metadata)) metadata['resourceVersion'] = String(revision);
  return read;
}
