/** Longest name of one archive entry that is accepted, in bytes; Linux's PATH_MAX. */
const maxNameBytes = 4096;

export type NameVerdict =
  | { readonly ok: true; readonly name: string; readonly changed: boolean }
  | { readonly ok: false; readonly why: 'traversal' | 'drive' | 'too-long' | 'empty'; readonly shown: string };

const utf8 = new TextDecoder('utf-8', { fatal: true });
const gbk = new TextDecoder('gbk');

/** Names are bytes: UTF-8 where they are valid, else GBK (Chinese Windows and old tars). */
export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return gbk.decode(bytes);
  }
}

/** Makes control, bidirectional and zero-width characters visible, so that a name cannot imitate another. */
export function showName(name: string): string {
  return name.replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Turns the name of an archive entry into a display path, or says why it is refused. The result is
 * only ever shown and compared, never used to open or create a file.
 */
export function entryName(bytes: Uint8Array): NameVerdict {
  if (bytes.length > maxNameBytes) {
    return { ok: false, why: 'too-long', shown: showName(decodeName(bytes.subarray(0, 80))) };
  }
  const raw = decodeName(bytes);
  const slashed = raw.includes('/') ? raw : raw.replaceAll('\\', '/');
  if (/^[A-Za-z]:/.test(slashed)) return { ok: false, why: 'drive', shown: showName(raw) };
  const segments = slashed.split('/').filter((s) => s !== '' && s !== '.');
  if (segments.some((s) => s === '..' || s.split('\\').includes('..'))) return { ok: false, why: 'traversal', shown: showName(raw) };
  if (segments.length === 0) return { ok: false, why: 'empty', shown: showName(raw) };
  const name = showName(segments.join('/'));
  return { ok: true, name, changed: slashed.startsWith('/') };
}
