import { openText } from '../artifacts/sections/section.js';
import { namesDataObject, objectDataMask } from '../artifacts/object-data.js';
import { keyBlockMask, variableMask } from '../artifacts/secret-blocks.js';
import { maskSecrets } from '../artifacts/secrets.js';
import { lineText, rawLines } from '../artifacts/text/lines.js';
import type { BundleFile } from '../intake/bundle.js';
import type { Redactor } from './pseudonyms.js';

/** Why a file is not in a reduced bundle, or `null` for one that is. */
export type LeftOut = 'database' | 'not-text' | 'private-key' | 'container';

/** How often the secrets of one file were dropped. */
export interface SecretCount {
  readonly line: number;
  readonly rule: 'secret' | 'object-data';
}

/** One file of the reduced bundle. Line numbers are those of the original. */
export interface SharedFile {
  readonly left: LeftOut | null;
  /** The lines that may leave; read once. */
  lines(onSecret: (count: SecretCount) => void): Generator<string>;
}

const containerName = /\.(?:tar|tgz|tar\.\w+|zip|gz|zst|xz|bz2)$/i;
const none: SharedFile = { left: null, *lines() { /* nothing */ } };

function hasDataObject(file: BundleFile): { readonly object: boolean; readonly privateKey: boolean } {
  const text = openText(file);
  let object = false;
  if (text !== null) {
    for (const raw of rawLines(text.range)) {
      const line = lineText(raw, text.range.encoding);
      if (raw.number === 1 && /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(line)) return { object, privateKey: true };
      if (namesDataObject(line)) object = true;
    }
  }
  return { object, privateKey: false };
}

/**
 * What of one file may be given to others: text, with secrets dropped and the chosen words replaced.
 * Databases hold every Secret of the cluster and stay at home; so do key files and what is not text.
 */
export function shareFile(file: BundleFile, isDatabase: boolean, words: Redactor): SharedFile {
  if (isDatabase) return { ...none, left: 'database' };
  const text = openText(file);
  if (text === null) return { ...none, left: containerName.test(file.path) ? 'container' : 'not-text' };
  const { object, privateKey } = hasDataObject(file);
  if (privateKey) return { ...none, left: 'private-key' };
  return {
    left: null,
    *lines(onSecret) {
      const maskData = object ? objectDataMask() : (line: string): string => line;
      const maskKey = keyBlockMask();
      const maskVariable = variableMask();
      for (const raw of rawLines(text.range)) {
        const line = lineText(raw, text.range.encoding);
        const withoutKey = maskKey(line);
        const withoutData = maskData(withoutKey);
        if (withoutData !== withoutKey) onSecret({ line: raw.number, rule: 'object-data' });
        const clean = maskSecrets(maskVariable(withoutData));
        if (clean !== withoutData || withoutKey !== line) onSecret({ line: raw.number, rule: 'secret' });
        yield words.redact(clean, file.path);
      }
    },
  };
}
