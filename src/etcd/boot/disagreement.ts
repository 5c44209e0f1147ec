import { crc32c } from '../../formats/crc32c.js';
import { latin1, printable } from '../../formats/latin1.js';
import type { DataDir } from '../data-dir.js';
import type { BootReport } from '../verdict.js';
import type { EtcdRelease } from '../version.js';
import { storedVersions } from './writes.js';

/** Where two members tell different stories: the first revision, and a key in it. */
export interface Fork {
  readonly revision: bigint;
  readonly key: string;
  /** Positions of two members that differ there. */
  readonly members: readonly [number, number];
  /** `content`: both have the revision and it differs; `missing`: one lacks it although it holds newer ones. */
  readonly kind: 'content' | 'missing';
}

/** Two members that cannot both be right. `fork` is null where only the states differ to which the same entries led. */
export interface Disagreement {
  readonly members: readonly [number, number];
  readonly fork: Fork | null;
}

/** What comparing every two members came to. */
export interface Comparison {
  /** Pairs that could be compared. */
  readonly compared: number;
  readonly disagreements: readonly Disagreement[];
  /** Last revision that each holds, database and log together; null when nothing can be read. */
  readonly lastRevisions: readonly (bigint | null)[];
}

/** What one member holds, revision by revision. */
interface Story {
  readonly dir: DataDir;
  /** Ascending, with a digest of the changes that each made. */
  readonly revisions: BigInt64Array;
  readonly digests: Uint32Array;
  /** Newest version of each key: revision and digest of the value. */
  readonly live: ReadonlyMap<string, { readonly revision: bigint; readonly digest: number }>;
  readonly last: bigint;
}

/** So much of a key is shown. */
const shownLength = 300;
const encoder = new TextEncoder();

/** Revisions with their digests, each new one behind the last or at its place. */
function revisionList(): { readonly add: (revision: bigint, change: Uint8Array) => void; readonly done: () => Pick<Story, 'revisions' | 'digests'> } {
  let revisions = new BigInt64Array(1024);
  let digests = new Uint32Array(1024);
  let count = 0;
  let isSorted = true;
  const add = (revision: bigint, change: Uint8Array): void => {
    if (count > 0 && revisions[count - 1] === revision) {
      digests[count - 1] = crc32c(change, digests[count - 1]);
      return;
    }
    if (count === revisions.length) {
      const [longer, wider] = [new BigInt64Array(count * 2), new Uint32Array(count * 2)];
      longer.set(revisions);
      wider.set(digests);
      [revisions, digests] = [longer, wider];
    }
    if (count > 0 && revision < revisions[count - 1]!) isSorted = false;
    revisions[count] = revision;
    digests[count] = crc32c(change, 0);
    count += 1;
  };
  const done = (): Pick<Story, 'revisions' | 'digests'> => {
    if (isSorted) return { revisions: revisions.subarray(0, count), digests: digests.subarray(0, count) };
    // Only damage puts rows out of order.
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => (revisions[a]! < revisions[b]! ? -1 : revisions[a]! > revisions[b]! ? 1 : a - b));
    return { revisions: BigInt64Array.from(order, (i) => revisions[i]!), digests: Uint32Array.from(order, (i) => digests[i]!) };
  };
  return { add, done };
}

function storyOf(dir: DataDir, release: EtcdRelease): Story {
  const list = revisionList();
  const live = new Map<string, { revision: bigint; digest: number }>();
  let last = 0n;
  for (const { revision, key, value } of storedVersions(dir, release)) {
    const name = latin1(key);
    const digest = value === null ? 0 : crc32c(value, 1);
    list.add(revision, encoder.encode(`${name}\0${digest}`));
    if (value === null) live.delete(name);
    else live.set(name, { revision, digest });
    if (revision > last) last = revision;
  }
  return { dir, ...list.done(), live, last };
}

/** Position of the first revision above one. */
function above(revisions: BigInt64Array, revision: bigint): number {
  let [low, high] = [0, revisions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (revisions[middle]! > revision) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A key that a revision changed. */
function keyAt(story: Story, release: EtcdRelease, revision: bigint): string {
  for (const one of storedVersions(story.dir, release)) if (one.revision === revision) return printable(latin1(one.key), shownLength);
  return '';
}

/** First revision above a floor at which two differ, and who of them holds it. */
function firstDifference(a: Story, b: Story, floor: bigint): { readonly revision: bigint; readonly kind: Fork['kind']; readonly holder: Story } | null {
  const end = a.last < b.last ? a.last : b.last;
  let [i, j] = [above(a.revisions, floor), above(b.revisions, floor)];
  for (;;) {
    const [mine, theirs] = [a.revisions[i] ?? end + 1n, b.revisions[j] ?? end + 1n];
    if (mine > end && theirs > end) return null;
    if (mine !== theirs) return mine < theirs ? { revision: mine, kind: 'missing', holder: a } : { revision: theirs, kind: 'missing', holder: b };
    if (a.digests[i] !== b.digests[j]) return { revision: mine, kind: 'content', holder: a };
    i += 1;
    j += 1;
  }
}

/** Revisions that both hold in full start above both compactions; rows below are compared key by key. */
function forkBetween(a: Story, b: Story, floor: bigint, at: readonly [number, number], release: EtcdRelease): Fork | null {
  let key: { readonly revision: bigint; readonly name: string } | null = null;
  for (const [name, { revision, digest }] of a.live) {
    const there = b.live.get(name);
    if (there?.revision === revision && there.digest !== digest && (key === null || revision < key.revision)) key = { revision, name };
  }
  const row = firstDifference(a, b, floor);
  if (row !== null && (key === null || row.revision <= key.revision)) return { revision: row.revision, key: keyAt(row.holder, release, row.revision), members: at, kind: row.kind };
  return key === null ? null : { revision: key.revision, key: printable(key.name, shownLength), members: at, kind: 'content' };
}

/** Below this a member lacks rows by right. */
function compactionFloor(report: BootReport, story: Story): bigint {
  const compact = report.held?.compactRevision ?? -1n;
  return compact > story.last ? story.last : compact;
}

/** Rows of a database that etcd itself cannot read say nothing about disagreement. */
const isBroken = (report: BootReport): boolean => report.result === 'dies' && report.causeFile?.endsWith('/db') === true;

/** The same entries applied must give the same state. */
function sameEntriesOtherState(a: BootReport, b: BootReport): boolean {
  if (a.held === null || b.held === null || a.appliedIndex !== b.appliedIndex) return false;
  return a.held.revision !== b.held.revision || a.held.keysHash !== b.held.keysHash;
}

/** Compares every two members of one cluster: do they tell the same story? `reports` are the predictions of their starts. */
export function compareMembers(dirs: readonly DataDir[], reports: readonly BootReport[], release: EtcdRelease): Comparison {
  const stories = dirs.map((dir) => storyOf(dir, release));
  const found: Disagreement[] = [];
  let compared = 0;
  for (const [i, story] of stories.entries()) {
    for (let j = i + 1; j < stories.length; j++) {
      const [mine, theirs, other] = [reports[i]!, reports[j]!, stories[j]!];
      if (story.revisions.length === 0 || other.revisions.length === 0 || isBroken(mine) || isBroken(theirs)) continue;
      compared += 1;
      const floors = [compactionFloor(mine, story), compactionFloor(theirs, other)] as const;
      const fork = forkBetween(story, other, floors[0] > floors[1] ? floors[0] : floors[1], [i, j], release);
      if (fork !== null || sameEntriesOtherState(mine, theirs)) found.push({ members: [i, j], fork });
    }
  }
  return { compared, disagreements: found, lastRevisions: stories.map((story) => (story.revisions.length === 0 ? null : story.last)) };
}
