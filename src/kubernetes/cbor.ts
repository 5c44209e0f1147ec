/** Deepest nesting that is built; kube-apiserver refuses more than 64 (apimachinery cbor modes). */
const maxDepth = 512;

interface Frame {
  readonly list: unknown[] | null;
  readonly map: Record<string, unknown> | null;
  key: string | null;
  left: number;
}

/**
 * Decodes one CBOR item (RFC 8949) into plain values: maps with text or byte-string keys become objects,
 * integers beyond 2^53 bigints, byte strings text (as kube-apiserver writes field names and strings).
 * A work list instead of recursion; no allocation from an unchecked length. Null when malformed.
 */
export function decodeCbor(bytes: Uint8Array, start = 0): { readonly value: unknown; readonly end: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  const stack: Frame[] = [];
  let at = start;
  for (;;) {
    let item: unknown;
    let opened: Frame | null = null;
    if (at >= bytes.length) return null;
    const head = bytes[at++] ?? 0;
    const major = head >> 5;
    const info = head & 31;
    const top = stack[stack.length - 1];
    if (head === 0xff) {
      if (top === undefined || top.left !== Infinity || top.key !== null) return null;
      top.left = 0;
      item = undefined;
    } else {
      let count = 0;
      let wide: bigint | null = null;
      const indefinite = info === 31;
      if (info < 24) count = info;
      else if (info <= 27) {
        const size = 1 << (info - 24);
        if (at + size > bytes.length) return null;
        count = size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at) : size === 4 ? view.getUint32(at) : 0;
        if (size === 8) {
          wide = view.getBigUint64(at);
          count = Number(wide);
        }
        at += size;
      } else if (!indefinite || major < 2 || major > 5) return null;
      if (major === 0) item = wide !== null && count > Number.MAX_SAFE_INTEGER ? wide : count;
      else if (major === 1) item = wide !== null && count >= Number.MAX_SAFE_INTEGER ? -1n - wide : -1 - count;
      else if (major === 2 || major === 3) {
        if (indefinite) {
          const joined = chunks(bytes, view, at, major, text);
          if (joined === null) return null;
          item = joined.text;
          at = joined.end;
        } else {
          if (count > bytes.length - at) return null;
          item = text.decode(bytes.subarray(at, at + count));
          at += count;
        }
      } else if (major === 4 || major === 5) {
        if (!indefinite && count > bytes.length - at) return null;
        if (stack.length >= maxDepth) return null;
        opened = major === 4 ? { list: [], map: null, key: null, left: indefinite ? Infinity : count } : { list: null, map: {}, key: null, left: indefinite ? Infinity : count };
        item = opened.list ?? opened.map;
      } else if (major === 6) continue;
      else {
        const simple = simpleValue(info, view, at, count);
        if (simple === null) return null;
        item = simple.value;
      }
    }
    if (head !== 0xff) {
      if (top === undefined) {
        if (opened === null || opened.left === 0) return { value: item, end: at };
      } else if (top.list !== null) {
        top.list.push(item);
        top.left--;
      } else if (top.key === null) {
        if (opened !== null || (typeof item !== 'string' && typeof item !== 'number')) return null;
        top.key = String(item);
      } else {
        Object.defineProperty(top.map, top.key, { value: item, enumerable: true, writable: true, configurable: true });
        top.key = null;
        top.left--;
      }
      if (opened !== null) stack.push(opened);
    }
    let done: Frame | undefined;
    while (stack.length > 0 && stack[stack.length - 1]?.left === 0) done = stack.pop();
    if (stack.length === 0 && done !== undefined) return { value: done.list ?? done.map, end: at };
  }
}

function simpleValue(info: number, view: DataView, end: number, count: number): { readonly value: unknown } | null {
  if (info === 20) return { value: false };
  if (info === 21) return { value: true };
  if (info === 22 || info === 23) return { value: null };
  if (info === 26) return { value: view.getFloat32(end - 4) };
  if (info === 27) return { value: view.getFloat64(end - 8) };
  if (info !== 25) return null;
  const exponent = (count >> 10) & 31;
  const fraction = count & 0x3ff;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction === 0 ? Infinity : NaN) : (1024 + fraction) * 2 ** (exponent - 25);
  return { value: count & 0x8000 ? -size : size };
}

function chunks(bytes: Uint8Array, view: DataView, from: number, major: number, text: { decode(bytes: Uint8Array): string }): { readonly text: string; readonly end: number } | null {
  let at = from;
  const parts: string[] = [];
  for (;;) {
    if (at >= bytes.length) return null;
    const head = bytes[at++] ?? 0;
    if (head === 0xff) return { text: parts.join(''), end: at };
    const info = head & 31;
    if (head >> 5 !== major || info > 26) return null;
    const size = info < 24 ? 0 : 1 << (info - 24);
    if (at + size > bytes.length) return null;
    const count = size === 0 ? info : size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at) : view.getUint32(at);
    at += size;
    if (count > bytes.length - at) return null;
    parts.push(text.decode(bytes.subarray(at, at + count)));
    at += count;
  }
}
