import { statSync } from 'node:fs';
import { fileSource } from '../intake/file-source.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';
import type { ByteSource } from '../formats/source.js';

/** Opens one file named on the command line, read-only; throws a sentence for people. */
export function databaseSource(path: string, language: Language): ByteSource {
  try {
    if (statSync(path).isDirectory()) throw new Error(say(language, 'bytes.cli.is-folder', { path }));
    return fileSource(path);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new Error(say(language, 'bytes.cli.cannot-open', { path, reason: error.message }), { cause: error });
  }
}
