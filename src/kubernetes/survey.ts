import type { ClockPoint } from '../time/clock-point.js';
import { quickWaysTo } from './plain-write.js';
import { Surveyor } from './surveyor.js';
import type { Storage } from './value-reading.js';

export type { Storage } from './value-reading.js';

/** One write as etcd keeps it. `value` null is a deletion. The bytes are not kept. */
export interface StoredWrite {
  readonly revision: bigint;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  /** Revision of the put that created the key; unknown for writes taken from a WAL. */
  readonly createRevision?: bigint;
  readonly version?: bigint;
  readonly lease?: bigint;
  /** The value names another revision than the one it stands at: its content may be of any time. */
  readonly misdated?: true;
}

/** The last state of one key. Digests are 32-bit fingerprints of content: they tell changes, never the content. */
export interface LiveKey {
  readonly key: string;
  readonly revision: number;
  /** Null when the creating write was not seen and the row does not name it. */
  readonly createRevision: number | null;
  readonly size: number;
  readonly digest: number;
  /** Digest of what people write: everything but status, heartbeats and bookkeeping. */
  readonly substance: number;
  /** Fingerprint of the UID; 0 when it has none or cannot be read. */
  readonly uid: number;
  readonly kind: string;
  /** ms; set while the object waits for its finalizers. */
  readonly deleting: number | null;
  readonly storage: Storage;
  /** Puts since its creation; null when the row does not name it. */
  readonly version: number | null;
  /** Writes seen of this key. */
  readonly writes: number;
  /** Bytes of the values of all these writes: what its history takes in the file. */
  readonly heldBytes: number;
}

/** A deletion of something people would miss. */
export interface Deletion {
  readonly revision: number;
  readonly key: string;
}

/** What the values of one file (or of a db and its WAL) say, in one pass. */
export interface KubeSurvey {
  readonly newestRevision: number | null;
  readonly oldestRevision: number | null;
  /** From here to the newest no revision is missing: below is what was compacted, or lost. */
  readonly wholeFrom: number | null;
  readonly rows: number;
  readonly live: ReadonlyMap<string, LiveKey>;
  /** Storage prefixes, with their slashes: `/registry/`. Empty when nothing here is Kubernetes. */
  readonly prefixes: readonly string[];
  /** Live keys by resource as in the storage key, `compact_rev_key` included. */
  readonly counts: Readonly<Record<string, number>>;
  readonly storage: Readonly<Record<Storage, number>>;
  /** Encryption at rest of live values, by provider and key name. */
  readonly encryption: readonly { readonly provider: string; readonly keyName: string; readonly resources: Readonly<Record<string, number>> }[];
  /** Rows that were read whose value is neither an object nor encrypted although it should be. */
  readonly unreadable: { readonly rows: number; readonly keys: readonly string[] };
  /** Rows that were read, overwritten ones too, whose value is cut, malformed, or another key's object. */
  readonly damagedValues: number;
  readonly points: readonly ClockPoint[];
  readonly kubeSystemUid: string | null;
  readonly nodeUids: Readonly<Record<string, string>>;
  /** Deletions seen in the history that the file still holds, oldest first; at most 100 000, the newest of a sound file. */
  readonly deletions: readonly Deletion[];
}

/**
 * Surveys the writes of a file whose rows are all as etcd writes them, and what came after it, from the newest back, so
 * that few overwritten values are read; of a large file, most values are read only when they are compared, so its source
 * must stay open for as long as the survey is used. Null for any other file.
 */
export function surveySound(writes: Iterable<StoredWrite>, times = true): KubeSurvey | null {
  const { newestFirst, after } = quickWaysTo(writes);
  if (newestFirst === null) return null;
  const survey = new Surveyor(newestFirst.source, times);
  const rows = newestFirst.writes();
  let step = rows.next();
  for (; step.done !== true; step = rows.next()) survey.add(step.value);
  if (!step.value) return null;
  for (const write of after) survey.add(write);
  return survey.finish();
}

/**
 * Surveys the writes of one database. Reads identity, metadata and times by position and forgets the values. Bounded:
 * what it keeps grows with the keys. Never throws for content. Those of a sound file are read as `surveySound` does.
 * Without `times` fewer values are read, and no clock follows.
 */
export function surveyWrites(writes: Iterable<StoredWrite>, times = true): KubeSurvey {
  const sound = surveySound(writes, times);
  if (sound !== null) return sound;
  const survey = new Surveyor(null, times);
  for (const write of quickWaysTo(writes).plain) survey.add(write);
  return survey.finish();
}
