import { statSync } from 'node:fs';
import { join } from 'node:path';
import { hasBboltMagic } from '../artifacts/databases.js';
import type { ByteSource } from '../formats/source.js';
import { fileSource } from '../intake/index.js';
import { writesOfFile } from '../kubernetes/writes.js';
import type { StoredWrite } from '../kubernetes/survey.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';

/** A file (or the db of a data directory) that holds writes. */
export interface WritesInput {
  readonly path: string;
  readonly source: ByteSource;
  /** A fresh pass over all readable writes. */
  readonly writes: () => Iterable<StoredWrite>;
}

/** Opens a snapshot, a db file, or the data directory that holds one. Throws a sentence for people. */
export function openWrites(path: string, language: Language): WritesInput {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(say(language, 'kubernetes.no-such-file', { path }));
  if (stats.isDirectory()) {
    for (const inside of ['member/snap/db', 'snap/db', 'db', 'data/member/snap/db']) {
      const db = join(path, inside);
      if (statSync(db, { throwIfNoEntry: false })?.isFile() === true) return openWrites(db, language);
    }
    throw new Error(say(language, 'kubernetes.no-db-inside', { path }));
  }
  const source = fileSource(path);
  if (!hasBboltMagic(source)) throw new Error(say(language, 'kubernetes.not-bbolt', { path }));
  return { path, source, writes: () => writesOfFile(source) };
}
