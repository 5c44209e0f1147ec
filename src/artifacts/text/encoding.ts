import type { ByteSource } from '../../formats/source.js';

/** How the bytes of a file are to be read; `binary` files are never read as text. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030' | 'binary';

const windowSize = 8192;

/** First bytes of formats that are never text, whatever their share of printable characters. */
const magics: readonly { readonly offset: number; readonly bytes: readonly number[] }[] = [
  { offset: 0, bytes: [0x7f, 0x45, 0x4c, 0x46] }, // ELF
  { offset: 0, bytes: [0x1f, 0x8b] }, // gzip
  { offset: 0, bytes: [0x50, 0x4b, 0x03, 0x04] }, // zip
  { offset: 0, bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] }, // xz
  { offset: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd] }, // zstd
  { offset: 0, bytes: [0x89, 0x50, 0x4e, 0x47] }, // PNG
  { offset: 0, bytes: [0xff, 0xd8, 0xff] }, // JPEG
  { offset: 0, bytes: [0x25, 0x50, 0x44, 0x46] }, // PDF
  { offset: 0, bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66] }, // SQLite
  { offset: 0, bytes: [0x4c, 0x50, 0x4b, 0x53, 0x48, 0x48, 0x52, 0x48] }, // systemd journal
  { offset: 16, bytes: [0xed, 0xda, 0x0c, 0xed] }, // bbolt meta page 0 (magic 0xED0CDAED, little endian)
];

/**
 * Decides how to read a file from three windows of 8 KiB. UTF-16 is known by its mark or by the zero
 * half of ASCII letters; bytes that are not UTF-8 but are whole GB18030 characters are GBK text.
 */
export function detectEncoding(source: ByteSource): TextEncoding {
  const head = Uint8Array.from(source.read(0, windowSize));
  if (head.length === 0) return 'utf-8';
  if (magics.some(({ offset, bytes }) => bytes.every((byte, i) => head[offset + i] === byte))) return 'binary';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const wide = zeroHalf(head);
  if (wide !== null) return wide;
  const windows = [head];
  if (source.byteLength > 4 * windowSize) {
    windows.push(Uint8Array.from(source.read(Math.floor(source.byteLength / 2), windowSize)));
    windows.push(Uint8Array.from(source.read(source.byteLength - windowSize, windowSize)));
  }
  if (windows.every(looksBinary)) return 'binary';
  return windows.some(looksGb18030) ? 'gb18030' : 'utf-8';
}

function zeroHalf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes.length < 8) return null;
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    if (bytes[i] === 0 && bytes[i + 1] !== 0) even++;
    if (bytes[i + 1] === 0 && bytes[i] !== 0) odd++;
  }
  const pairs = bytes.length / 2;
  if (odd > pairs * 0.6 && even < pairs * 0.05) return 'utf-16le';
  if (even > pairs * 0.6 && odd < pairs * 0.05) return 'utf-16be';
  return null;
}

function looksBinary(bytes: Uint8Array): boolean {
  let control = 0;
  let zero = 0;
  for (const byte of bytes) {
    if (byte === 0) zero++;
    else if (byte < 9 ? byte < 7 : byte > 13 && byte < 32 && byte !== 27) control++;
  }
  // A log that lost power may hold long runs of zeros, but the rest of it is text.
  const rest = bytes.length - zero;
  return rest === 0 ? true : control > rest * 0.04 || (zero > bytes.length * 0.2 && rest < 64);
}

function looksGb18030(bytes: Uint8Array): boolean {
  if (isUtf8(bytes)) return false;
  let pairs = 0;
  let bad = 0;
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!;
    if (lead < 0x80) continue;
    const trail = bytes[i + 1];
    if (lead >= 0x81 && lead <= 0xfe && trail !== undefined && trail >= 0x40 && trail !== 0x7f && trail <= 0xfe) {
      pairs++;
      i++;
    } else if (i < bytes.length - 1) bad++;
  }
  return pairs > 0 && bad <= pairs * 0.1;
}

/** True when the bytes are UTF-8, apart from a character cut at either end of the window. */
function isUtf8(bytes: Uint8Array): boolean {
  let start = 0;
  while (start < 3 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start++;
  for (let cut = 0; cut < 4; cut++) {
    try {
      strictUtf8.decode(bytes.subarray(start, bytes.length - cut));
      return true;
    } catch {
      // the window may end inside a character: try one byte less
    }
  }
  return false;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
