import { randomUUID } from 'node:crypto';

/** Deepest nesting that is read; kube-apiserver refuses objects far below it. */
export const deepestNesting = 500;

export type PlainJson =
  | { readonly ok: true; readonly value: unknown }
  /** `reason`: `malformed` (cut or no JSON) or `too-deep`. */
  | { readonly ok: false; readonly reason: 'malformed' | 'too-deep' };

/** Stands before an integer that travels as text; no stored text can know it. */
const mark = `integer:${randomUUID()}:`;
const marked = new RegExp(`"${mark}(-?\\d+)"`, 'g');

/** The text with every integer that a double cannot hold put into a marked string. A loop: texts may be of many megabytes. */
function withLongIntegersMarked(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const start = i;
      while (i + 1 < text.length && /[\d.eE+-]/.test(text.charAt(i + 1))) i++;
      const token = text.slice(start, i + 1);
      if (!/^-?\d{16,}$/.test(token) || Number.isSafeInteger(Number(token))) continue;
      parts.push(text.slice(copied, start), `"${mark}${token}"`);
      copied = i + 1;
    }
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

/**
 * Parses JSON text; integers beyond 2^53 become bigints, so that they are shown as they were written.
 * Never throws and never nests deeper than `deepestNesting`.
 */
export function parsePlainJson(text: string): PlainJson {
  if (depthOf(text) > deepestNesting) return { ok: false, reason: 'too-deep' };
  try {
    if (!/\d{16}/.test(text)) return { ok: true, value: JSON.parse(text) as unknown };
    const value: unknown = JSON.parse(withLongIntegersMarked(text), (_, v: unknown) => (typeof v === 'string' && v.startsWith(mark) && /^-?\d+$/.test(v.slice(mark.length)) ? BigInt(v.slice(mark.length)) : v));
    return { ok: true, value };
  } catch {
    return { ok: false, reason: 'malformed' };
  }
}

/** JSON text in which bigints are plain numbers. */
export function plainJsonText(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${mark}${v}` : v), indent);
  return text.replace(marked, '$1');
}
