import type { AuditedFile } from '../../casebook/index.js';
import { readSnapshot } from '../../etcd/snapshot/index.js';
import type { SnapshotReport } from '../../etcd/verdict.js';
import type { ByteSource } from '../../formats/source.js';
import { defaultLimits, fileSource, openBundle } from '../../intake/index.js';
import { clockOf, surveyWrites, timeOfRevision } from '../../kubernetes/index.js';
import { writesOfFile } from '../../kubernetes/writes.js';
import { reportsOf } from '../check-files.js';
import { snapshotOptions } from '../check-share.js';

/** A packed copy is opened up to this size, packed and unpacked. */
const mostUnpacked = 16 * 2 ** 30;

/** What the audit keeps of the verdict on a backup: digest, newest revision and keys. */
function auditedFile(report: SnapshotReport): AuditedFile {
  const { revision } = report;
  return { sha256: report.sha256, verdict: report.verdict, revision: revision === null || revision > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(revision), keys: report.liveKeys, clusterId: report.clusterId, contentTime: null };
}

/** A file of a backup folder that is new since the last audit. */
export interface Fresh {
  readonly path: string;
  readonly packed: boolean;
}

/** Reads backups whole, several at a time where that helps; an error for each that cannot be read, null for what is no snapshot inside. */
export async function examineFiles(files: readonly Fresh[]): Promise<readonly (AuditedFile | Error | null)[]> {
  const plain = files.filter(({ packed }) => !packed);
  const replies = new Map((await reportsOf(plain.map(({ path }) => path), 'none')).map((reply, i) => [plain[i]!.path, reply]));
  const found: (AuditedFile | Error | null)[] = [];
  for (const { path, packed } of files) {
    const reply = replies.get(path);
    if (reply !== undefined) found.push('report' in reply ? auditedFile(reply.report) : new Error(reply.failure.message));
    else found.push(await examineAlone(path, packed));
  }
  return found;
}

const examined = (source: ByteSource): AuditedFile => auditedFile(readSnapshot(source, snapshotOptions('none', source.byteLength)));

async function examineAlone(path: string, packed: boolean): Promise<AuditedFile | Error | null> {
  try {
    return packed ? await withUnpacked(path, examined) : examined(fileSource(path));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Opens the one database inside a packed file; null when there is none, or more than one, or the packing cannot be read. */
async function withUnpacked<T>(path: string, look: (source: ByteSource) => T): Promise<T | null> {
  const bundle = await openBundle([path], { ...defaultLimits, maxFileBytes: mostUnpacked, maxTotalBytes: mostUnpacked });
  try {
    const databases = bundle.files.filter((file) => isDatabase(file.open()));
    return databases.length === 1 && databases[0]!.cut !== true ? look(databases[0]!.open()) : null;
  } finally {
    bundle.close();
  }
}

/** bbolt's magic in the first or second page. */
function isDatabase(source: ByteSource): boolean {
  const bytes = Buffer.from(source.read(0, 8192));
  return [16, 4112].some((at) => bytes.length >= at + 4 && bytes.readUInt32LE(at) === 0xed0cdaed);
}

/** When the newest write of a sound backup was made, by its content; null when nothing in it is a clock. */
export async function contentTimeOf({ path, packed }: Fresh): Promise<number | null> {
  return packed ? await withUnpacked(path, contentTime) : contentTime(fileSource(path));
}

function contentTime(source: ByteSource): number | null {
  const survey = surveyWrites(writesOfFile(source));
  if (survey.newestRevision === null) return null;
  const clock = clockOf(survey);
  const { time } = timeOfRevision(clock, BigInt(survey.newestRevision));
  return clock.quality === 'renewals' ? (time.best ?? time.notBefore) : null;
}
