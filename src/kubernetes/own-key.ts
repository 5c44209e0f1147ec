import type { ObjectHeader } from './object-header.js';

/** Where the bytes of a storage key lie. */
export interface KeyPlace {
  bytes: Uint8Array;
  start: number;
  stop: number;
}

const slash = 0x2f;

/** The segment below which kube-apiserver keeps the kinds that show clocks (kubernetes pkg/registry storage prefixes). */
const segmentsOf: Readonly<Record<string, readonly Buffer[] | undefined>> = {
  Lease: [Buffer.from('/leases/')],
  Node: [Buffer.from('/minions/'), Buffer.from('/nodes/')],
};

/** Whether `bytes[.., stop)` ends with `text[from, to)` behind a slash. */
function endsWith(bytes: Uint8Array, start: number, stop: number, text: Uint8Array, from: number, to: number): boolean {
  const at = stop - (to - from);
  if (at <= start || bytes[at - 1] !== slash) return false;
  for (let i = from, k = at; i < to; i++, k++) if (bytes[k] !== text[i]) return false;
  return true;
}

/**
 * Whether a value can belong to its key: kube-apiserver keeps an object below a key that ends with its namespace and name
 * (apiserver registry/generic/registry store.go). Objects without a name, as in `masterleases`, belong anywhere.
 */
export function belongsTo({ bytes, start, stop }: KeyPlace, kind: string, value: Uint8Array, header: ObjectHeader): boolean {
  const { nameStart, nameStop, namespaceStart, namespaceStop } = header;
  if (nameStop <= nameStart) return true;
  if (!endsWith(bytes, start, stop, value, nameStart, nameStop)) return false;
  const above = stop - (nameStop - nameStart) - 1;
  if (namespaceStop > namespaceStart && !endsWith(bytes, start, above, value, namespaceStart, namespaceStop)) return false;
  const segments = segmentsOf[kind];
  if (segments === undefined) return true;
  const key = Buffer.from(bytes.buffer, bytes.byteOffset + start, stop - start);
  return segments.some((segment) => key.includes(segment));
}
