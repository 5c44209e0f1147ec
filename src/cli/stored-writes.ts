import { statSync } from 'node:fs';
import { hasBboltMagic } from '../artifacts/databases.js';
import type { EtcdLine } from '../etcd/version.js';
import { fileSource } from '../intake/index.js';
import { readingNotes, writesOfFile, writesOfMember, type ReadingNotes } from '../kubernetes/writes.js';
import type { StoredWrite } from '../kubernetes/survey.js';
import { wholeHistoryFrom } from '../kubernetes/whole-history.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { dataDirFiles } from './data-dir-files.js';

/** A file or data directory that holds writes. */
interface WritesInput {
  /** A fresh pass over all readable writes. */
  readonly writes: () => Iterable<StoredWrite>;
  /** What the last pass met; prints it to standard error. */
  readonly warn: () => void;
}

/** Line whose rules apply a log; what they store does not depend on it. */
const lineForReplay: EtcdLine = '3.5';

/** Opens a snapshot, a db file, or a data directory with its log. Throws a sentence for people. */
export function openWrites(path: string, language: Language): WritesInput {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(say(language, 'kubernetes.no-such-file', { path }));
  let notes: ReadingNotes = readingNotes();
  const warn = (): void => warnings(path, notes, language).forEach((line) => process.stderr.write(`${line}\n`));
  if (stats.isDirectory()) {
    const dir = dataDirFiles(path);
    if (dir === null) throw new Error(say(language, 'kubernetes.no-db-inside', { path }));
    return { writes: () => writesOfMember(dir, lineForReplay, (notes = readingNotes())), warn };
  }
  const source = fileSource(path);
  if (!hasBboltMagic(source)) throw new Error(say(language, 'kubernetes.not-bbolt', { path }));
  return { writes: () => writesOfFile(source, (notes = readingNotes())), warn };
}

/** Says on standard error that the state at a revision was compacted away in part. */
export function warnOfCompaction(input: WritesInput, revision: bigint | null, language: Language): void {
  const from = revision === null ? null : wholeHistoryFrom(input.writes());
  if (revision === null || from === null || revision >= from - 1n) return;
  process.stderr.write(`${say(language, 'kubernetes.reading.compacted', { revision: String(revision), from: String(from) })}\n`);
}

function warnings(path: string, notes: ReadingNotes, language: Language): string[] {
  const lines: string[] = [];
  if (notes.problems > 0) lines.push(say(language, 'kubernetes.reading.damaged', { path, problems: notes.problems, salvaged: notes.salvaged }));
  if (notes.logFailure !== null) lines.push(say(language, 'kubernetes.reading.log-failed', { path, failure: notes.logFailure }));
  if (notes.uncommitted > 0) lines.push(say(language, 'kubernetes.reading.uncommitted', { path, writes: notes.uncommitted }));
  return lines;
}
