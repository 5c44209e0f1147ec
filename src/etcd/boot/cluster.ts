import type { DataDir } from '../data-dir.js';
import type { EtcdRelease } from '../version.js';
import { compareMembers, type Fork } from './disagreement.js';
import { predictBoot, type BootPrediction } from './index.js';
import { scenarios, type Scenario } from './together.js';

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
  /** Empty when the directories are not those of different members of one cluster. */
  readonly scenarios: readonly Scenario[];
}

/** raft's order of logs, then what each holds; of equals the one that starts. */
function isFurther(a: BootPrediction, b: BootPrediction, aLast: bigint, bLast: bigint): boolean {
  const pairs = [[a.walLastTerm ?? 0n, b.walLastTerm ?? 0n], [a.walLastIndex ?? 0n, b.walLastIndex ?? 0n], [aLast, bLast]] as const;
  const differing = pairs.find(([mine, theirs]) => mine !== theirs);
  return differing === undefined ? a.result !== 'dies' && b.result === 'dies' : differing[0] > differing[1];
}

/** Looks at the members of one cluster: who is newest, do they agree, what happens when all are started. */
export function predictCluster(dirs: readonly DataDir[], release: EtcdRelease): ClusterPrediction {
  const members = dirs.map((dir) => predictBoot(dir, release));
  const { compared, disagreements, lastRevisions } = compareMembers(dirs, members, release);
  let newest: number | null = null;
  for (const [i, member] of members.entries()) {
    if (lastRevisions[i] === null && member.walLastIndex === null) continue;
    if (newest === null || isFurther(member, members[newest]!, lastRevisions[i] ?? 0n, lastRevisions[newest] ?? 0n)) newest = i;
  }
  const forks = disagreements.flatMap(({ fork }) => (fork === null ? [] : [fork]));
  return {
    members,
    lastRevisions,
    newest,
    agree: compared === 0 ? null : disagreements.length === 0,
    fork: forks.reduce<Fork | null>((first, fork) => (first === null || fork.revision < first.revision ? fork : first), null),
    scenarios: scenarios(dirs, release),
  };
}
