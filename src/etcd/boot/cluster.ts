import { crc32c } from '../../formats/crc32c.js';
import type { DataDir } from '../data-dir.js';
import type { EtcdLine } from '../version.js';
import { predictBoot, type BootPrediction } from './index.js';
import { scenarios, type Scenario } from './together.js';
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

/** The members of one cluster, looked at together. */
export interface ClusterPrediction {
  readonly members: readonly BootPrediction[];
  /** Last revision that each holds, database and log together; null when nothing can be read. */
  readonly lastRevisions: readonly (bigint | null)[];
  /** Position of the member that got furthest: last log term, log index, then revision. Null when none can be read. */
  readonly newest: number | null;
  /** Null when fewer than two can be compared. */
  readonly agree: boolean | null;
  readonly fork: Fork | null;
  readonly scenarios: readonly Scenario[];
}

/** What one member holds, revision by revision. */
interface Story {
  /** Digest of each revision's changes, for revisions that are whole: above every compaction. */
  readonly changes: Map<bigint, number>;
  readonly firstKey: Map<bigint, string>;
  /** Newest version of each key: revision and digest of the value. */
  readonly live: Map<string, { readonly revision: bigint; readonly digest: number }>;
  readonly last: bigint;
}

const printable = (key: Uint8Array): string => Buffer.from(key).toString('latin1').replace(/[^\x20-\x7e]/g, '.').slice(0, 300);
const encoder = new TextEncoder();

function storyOf(dir: DataDir, line: EtcdLine, version: string | undefined): Story {
  const changes = new Map<bigint, number>();
  const firstKey = new Map<bigint, string>();
  const live = new Map<string, { revision: bigint; digest: number }>();
  let last = 0n;
  for (const { revision, key, value } of storedVersions(dir, line, version, true)) {
    const name = Buffer.from(key).toString('latin1');
    const digest = value === null ? 0 : crc32c(value, 1);
    changes.set(revision, crc32c(encoder.encode(`${name}\0${digest}`), changes.get(revision) ?? 0));
    if (!firstKey.has(revision)) firstKey.set(revision, printable(key));
    if (value === null) live.delete(name);
    else live.set(name, { revision, digest });
    if (revision > last) last = revision;
  }
  return { changes, firstKey, live, last };
}

/** Revisions that both hold in full start above both compactions; rows below are compared key by key. */
function forkBetween(a: Story, b: Story, floor: bigint, at: readonly [number, number]): Fork | null {
  let fork: Fork | null = null;
  const consider = (revision: bigint, key: string, kind: Fork['kind']): void => {
    if (fork === null || revision < fork.revision) fork = { revision, key, members: at, kind };
  };
  const end = a.last < b.last ? a.last : b.last;
  for (const [story, other] of [[a, b], [b, a]] as const) {
    for (const [revision, digest] of story.changes) {
      if (revision <= floor || revision > end) continue;
      const there = other.changes.get(revision);
      const key = story.firstKey.get(revision) ?? '';
      if (there === undefined) consider(revision, key, 'missing');
      else if (there !== digest) consider(revision, key, 'content');
    }
    for (const [name, { revision, digest }] of story.live) {
      const there = other.live.get(name);
      if (there?.revision === revision && there.digest !== digest) consider(revision, printable(Buffer.from(name, 'latin1')), 'content');
    }
  }
  return fork;
}

/** Below this a member lacks rows by right. */
function compactionFloor(report: BootPrediction, story: Story): bigint {
  const compact = report.held?.compactRevision ?? -1n;
  return compact > story.last ? story.last : compact;
}

const greater = (a: BootPrediction, b: BootPrediction, aLast: bigint, bLast: bigint): boolean => {
  const [ai, bi] = [a.walLastIndex ?? 0n, b.walLastIndex ?? 0n];
  return ai !== bi ? ai > bi : aLast > bLast;
};

/** Rows of a database that etcd itself cannot read say nothing about disagreement. */
const isBroken = (report: BootPrediction): boolean => report.result === 'dies' && report.causeFile?.endsWith('/db') === true;

/** The same entries applied must give the same state. */
function sameEntriesOtherState(a: BootPrediction, b: BootPrediction): boolean {
  if (a.held === null || b.held === null || a.appliedIndex !== b.appliedIndex) return false;
  return a.held.revision !== b.held.revision || a.held.keysHash !== b.held.keysHash;
}

/** Looks at the members of one cluster: who is newest, do they agree, what happens when all are started. */
export function predictCluster(dirs: readonly DataDir[], options: { readonly line: EtcdLine; readonly version?: string }): ClusterPrediction {
  const { line, version } = options;
  const members = dirs.map((dir) => predictBoot(dir, options));
  const stories = dirs.map((dir) => storyOf(dir, line, version));
  let newest: number | null = null;
  let fork: Fork | null = null;
  let compared = 0;
  let differ = false;
  for (const [i, member] of members.entries()) {
    const story = stories[i]!;
    if (story.changes.size === 0 && member.walLastIndex === null) continue;
    if (newest === null || greater(member, members[newest]!, story.last, stories[newest]!.last)) newest = i;
    for (let j = i + 1; j < members.length; j++) {
      const other = stories[j]!;
      if (story.changes.size === 0 || other.changes.size === 0 || isBroken(member) || isBroken(members[j]!)) continue;
      compared += 1;
      differ ||= sameEntriesOtherState(member, members[j]!);
      const floors = [compactionFloor(member, story), compactionFloor(members[j]!, other)];
      const found = forkBetween(story, other, floors[0]! > floors[1]! ? floors[0]! : floors[1]!, [i, j]);
      if (found !== null && (fork === null || found.revision < fork.revision)) fork = found;
    }
  }
  return {
    members,
    lastRevisions: stories.map((story) => (story.changes.size === 0 ? null : story.last)),
    newest,
    agree: compared === 0 ? null : fork === null && !differ,
    fork,
    scenarios: scenarios(dirs, line, version),
  };
}
