import { parsePlainJson } from '../plain-json.js';
import { utf8, WireCursor } from '../wire.js';

/** A 64-bit number as a plain number where that is exact. */
export function integer(cursor: WireCursor): number | bigint {
  if (cursor.value <= Number.MAX_SAFE_INTEGER && cursor.stop - cursor.start < 9) return cursor.value;
  const value = cursor.int64();
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** The first field with this number in a small message, or null. */
function fieldIn(bytes: Uint8Array, start: number, stop: number, number: number, wire: number): WireCursor | null {
  const cursor = new WireCursor(bytes, start, stop);
  while (cursor.next()) if (cursor.field === number && cursor.wire === wire) return cursor;
  return null;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/**
 * meta/v1 Time (`2006-01-02T15:04:05Z`) or MicroTime (six digits of fraction) as kube-apiserver prints it.
 * Null for the zero time (an empty message) and for seconds that no calendar holds.
 */
export function timeText(bytes: Uint8Array, start: number, stop: number, micro: boolean): string | null {
  if (start === stop) return null;
  const seconds = fieldIn(bytes, start, stop, 1, 0);
  const whole = seconds === null ? 0 : Number(seconds.int64());
  const nanos = fieldIn(bytes, start, stop, 2, 0)?.value ?? 0;
  const date = new Date(whole * 1000);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999) return null;
  const day = `${pad(year, 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
  const clock = `${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}`;
  return `${day}T${clock}${micro ? `.${pad(nanos < 1e9 ? Math.floor(nanos / 1000) : 0, 6)}` : ''}Z`;
}

/** A Go duration in nanoseconds (field 1) as `time.Duration.String` prints it: `1h0m5.5s`, `100ms`, `0s`. */
export function durationText(bytes: Uint8Array, start: number, stop: number): string {
  const total = fieldIn(bytes, start, stop, 1, 0)?.int64() ?? 0n;
  const sign = total < 0n ? '-' : '';
  const nanos = total < 0n ? -total : total;
  if (nanos === 0n) return '0s';
  const fraction = (value: bigint, digits: number): string => {
    const text = String(value).padStart(digits + 1, '0');
    return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, '');
  };
  if (nanos < 1_000n) return `${sign}${nanos}ns`;
  if (nanos < 1_000_000n) return `${sign}${fraction(nanos, 3)}µs`;
  if (nanos < 1_000_000_000n) return `${sign}${fraction(nanos, 6)}ms`;
  const minutes = nanos / 60_000_000_000n;
  const seconds = fraction(nanos % 60_000_000_000n, 9);
  if (minutes === 0n) return `${sign}${seconds}s`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}s` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}s`;
}

/** resource.Quantity: field 1 is its canonical text. */
export function quantityText(bytes: Uint8Array, start: number, stop: number): string {
  const text = fieldIn(bytes, start, stop, 1, 2)?.text() ?? '';
  return text === '' ? '0' : text;
}

/** util/intstr.IntOrString: 1 type (0 integer, 1 text), 2 integer, 3 text. */
export function intOrString(bytes: Uint8Array, start: number, stop: number): number | string {
  if (fieldIn(bytes, start, stop, 1, 0)?.value === 1) return fieldIn(bytes, start, stop, 3, 2)?.text() ?? '';
  const value = fieldIn(bytes, start, stop, 2, 0);
  return value === null ? 0 : Number(BigInt.asIntN(32, value.int64()));
}

/** RawExtension, FieldsV1 and apiextensions JSON: field 1 is JSON text. What is no JSON is shown as base64. */
export function rawJson(bytes: Uint8Array, start: number, stop: number): unknown {
  const raw = fieldIn(bytes, start, stop, 1, 2);
  if (raw === null || raw.start === raw.stop) return null;
  const parsed = parsePlainJson(utf8(bytes, raw.start, raw.stop));
  return parsed.ok ? parsed.value : Buffer.from(bytes.subarray(raw.start, raw.stop)).toString('base64');
}
