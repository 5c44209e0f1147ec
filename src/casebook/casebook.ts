import { mkdirSync, readdirSync } from 'node:fs';
import { Level } from 'level';
import type { Case } from '../case/model.js';
import { choiceOf, type Choice } from '../case/no-restore.js';
import type { SnapshotReport } from '../etcd/verdict.js';
import { identityKey, type AuditedFile, type FileIdentity } from './audited-file.js';
import { decode, encode } from './codec.js';
import { CasebookError, casebookError } from './errors.js';

/** Layout of the keys. Raised when a key or value changes its form; a newer store is never opened. */
const storeVersion = 1;
const versionKey = 'meta!version';

/** One line of the list of cases. */
export interface CaseEntry {
  /** First 12 hex digits of the manifest's SHA-256: the same input is the same case. */
  readonly id: string;
  readonly title: string;
  readonly language: Case['language'];
  readonly recommendation: Case['recommendation']['kind'];
  /** What the recommendation comes to: `healthy` where nothing needs to be restored. The oldest entries have none of the next four. */
  readonly outcome?: Choice;
  readonly hosts?: readonly string[];
  readonly installation?: Case['installation']['id'];
  readonly etcdVersion?: string | null;
  readonly outageStart: Case['outage']['start'];
  /** When it was last analysed, RFC 3339 UTC. */
  readonly analysedAt: string;
}

/** Sections that only people can fill, by name (`summary`, `impact`, `went-well`, …), and free notes. */
export type Notes = Readonly<Record<string, string>>;

export interface Casebook {
  readonly folder: string;
  /** Stores a case under its id; notes of an earlier analysis stay. */
  putCase(value: Case, analysedAt: Date): Promise<CaseEntry>;
  cases(): Promise<readonly CaseEntry[]>;
  /** Throws `casebook.unknown-case`. A unique prefix of the id is enough. */
  readCase(id: string): Promise<{ readonly entry: CaseEntry; readonly value: Case; readonly notes: Notes }>;
  removeCase(id: string): Promise<void>;
  putNotes(id: string, notes: Notes): Promise<void>;
  /** Verdict of a file judged before by the same version of this program. */
  verdict(sha256: string, toolVersion: string): Promise<SnapshotReport | null>;
  putVerdict(sha256: string, toolVersion: string, report: SnapshotReport): Promise<void>;
  /** What was found in these files before, in their order; null for files that are new or have changed. */
  auditedFiles(identities: readonly FileIdentity[], toolVersion: string): Promise<readonly (AuditedFile | null)[]>;
  putAuditedFiles(files: readonly { readonly identity: FileIdentity; readonly found: AuditedFile }[], toolVersion: string): Promise<void>;
  close(): Promise<void>;
}

/** Id of a case in the casebook. */
export function caseId(value: Pick<Case, 'manifestSha256'>): string {
  return value.manifestSha256.slice(0, 12);
}

type Store = Level<string, string>;

async function checkVersion(db: Store, folder: string): Promise<void> {
  const found = await db.get(versionKey);
  if (found === undefined) {
    if ((await db.keys({ limit: 1 }).all()).length > 0) throw new CasebookError('casebook.not-a-casebook', { folder });
    await db.put(versionKey, String(storeVersion), { sync: true });
  } else if (Number(found) !== storeVersion) {
    throw new CasebookError('casebook.newer-version', { folder, found, known: storeVersion });
  }
}

function createFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = readdirSync(folder);
  if (names.length > 0 && !names.includes('CURRENT') && !names.every((n) => n === 'LOCK' || n.startsWith('LOG'))) {
    throw new CasebookError('casebook.not-a-casebook', { folder });
  }
}

async function fullId(db: Store, id: string): Promise<string> {
  const found: string[] = [];
  if (/^[0-9a-f]{4,12}$/.test(id)) {
    for await (const key of db.keys({ gte: `entry!${id}`, lt: `entry!${id}~` })) found.push(key.slice('entry!'.length));
  }
  const [only] = found;
  if (only === undefined || found.length > 1) throw new CasebookError('casebook.unknown-case', { id, matches: found.length });
  return only;
}

const parse = <T>(text: string | undefined): T | null => (text === undefined ? null : (decode(text) as T));

function bind(db: Store, folder: string): Casebook {
  return {
    folder,
    async putCase(value, analysedAt) {
      const entry: CaseEntry = {
        id: caseId(value),
        title: value.title,
        language: value.language,
        recommendation: value.recommendation.kind,
        outcome: choiceOf(value),
        hosts: value.hosts.map((host) => host.name),
        installation: value.installation.id,
        etcdVersion: value.installation.etcdVersion?.value ?? null,
        outageStart: value.outage.start,
        analysedAt: analysedAt.toISOString(),
      };
      const write = { type: 'put' as const };
      await db.batch(
        [
          { ...write, key: `entry!${entry.id}`, value: encode(entry) },
          { ...write, key: `case!${entry.id}`, value: encode(value) },
        ],
        { sync: true },
      );
      return entry;
    },
    async cases() {
      const entries: CaseEntry[] = [];
      for await (const text of db.values({ gte: 'entry!', lt: 'entry!~' })) entries.push(decode(text) as CaseEntry);
      return entries.sort((a, b) => b.analysedAt.localeCompare(a.analysedAt) || a.id.localeCompare(b.id));
    },
    async readCase(id) {
      const full = await fullId(db, id);
      const [entry, value, notes] = await db.getMany([`entry!${full}`, `case!${full}`, `notes!${full}`]);
      const found = { entry: parse<CaseEntry>(entry), value: parse<Case>(value) };
      if (found.entry === null || found.value === null) throw new CasebookError('casebook.unknown-case', { id, matches: 0 });
      return { entry: found.entry, value: found.value, notes: parse<Notes>(notes) ?? {} };
    },
    async removeCase(id) {
      const full = await fullId(db, id);
      const keys = ['entry', 'case', 'notes'].map((kind) => ({ type: 'del' as const, key: `${kind}!${full}` }));
      await db.batch(keys, { sync: true });
    },
    async putNotes(id, notes) {
      await db.put(`notes!${await fullId(db, id)}`, encode(notes), { sync: true });
    },
    verdict: async (sha256, toolVersion) => parse<SnapshotReport>(await db.get(`verdict!${toolVersion}!${sha256}`)),
    putVerdict: (sha256, toolVersion, report) => db.put(`verdict!${toolVersion}!${sha256}`, encode(report)),
    async auditedFiles(identities, toolVersion) {
      const texts = await db.getMany(identities.map((identity) => identityKey(identity, toolVersion)));
      return texts.map((text) => parse<AuditedFile>(text));
    },
    putAuditedFiles: (files, toolVersion) => db.batch(files.map(({ identity, found }) => ({ type: 'put' as const, key: identityKey(identity, toolVersion), value: encode(found) }))),
    close: () => db.close(),
  };
}

/** Every method reports store errors as CasebookError. */
function guarded(book: Casebook): Casebook {
  const guard =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await call(...args);
      } catch (error) {
        throw casebookError(error, book.folder);
      }
    };
  return {
    folder: book.folder,
    putCase: guard(book.putCase),
    cases: guard(book.cases),
    readCase: guard(book.readCase),
    removeCase: guard(book.removeCase),
    putNotes: guard(book.putNotes),
    verdict: guard(book.verdict),
    putVerdict: guard(book.putVerdict),
    auditedFiles: guard(book.auditedFiles),
    putAuditedFiles: guard(book.putAuditedFiles),
    close: guard(book.close),
  };
}

/**
 * Opens the casebook, creating the folder on first use. Throws CasebookError: locked by another
 * process, written by a newer version, not writable, damaged, or a folder of something else.
 */
export async function openCasebook(folder: string): Promise<Casebook> {
  try {
    createFolder(folder);
    const db = new Level<string, string>(folder, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
    await db.open();
    try {
      await checkVersion(db, folder);
    } catch (error) {
      await db.close();
      throw error;
    }
    return guarded(bind(db, folder));
  } catch (error) {
    throw casebookError(error, folder);
  }
}
