import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';
import { fileSource, type FileSource } from './file-source.js';

/** Why a file cannot be opened, in a sentence for people. */
export function openFailure(path: string, error: { readonly code: unknown; readonly message: string }, language: Language): Error {
  if (error.code === 'EISDIR') return new Error(say(language, 'bytes.cli.is-folder', { path }), { cause: error });
  return new Error(say(language, 'bytes.cli.cannot-open', { path, reason: error.message }), { cause: error });
}

/** Opens one file named on the command line, read-only; throws a sentence for people. */
export function databaseSource(path: string, language: Language): FileSource {
  try {
    return fileSource(path);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw openFailure(path, { code: error.code, message: error.message }, language);
  }
}
