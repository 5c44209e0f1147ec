import { compareMembers, type Fork } from '../etcd/boot/disagreement.js';
import { scenarios, type Scenario } from '../etcd/boot/together.js';
import { etcdLine, type EtcdRelease } from '../etcd/version.js';
import { dataDirOf, type ReadDatabase } from './database-report.js';

/** Ids of candidates. */
type Ids = ReadonlySet<string>;

/** Two candidates that cannot both be right, and where they differ first; null where only their states differ. */
export interface DifferingMembers {
  readonly ids: readonly [string, string];
  readonly fork: Pick<Fork, 'revision' | 'key'> | null;
}

/** The version that all are read for: the installed one, else what a database names. */
function wishFor(reads: readonly ReadDatabase[], version: string | null): EtcdRelease {
  const stored = reads.map((read) => read.snapshot?.storageVersion ?? read.snapshot?.clusterVersion ?? null).find((one) => one !== null) ?? null;
  const known = version ?? stored;
  return { line: (known === null ? null : etcdLine(known)) ?? '3.5', version: version ?? undefined };
}

/**
 * What a start of members from these directories would come to, those of `left` not started. Empty when the others
 * are not two or more members of one cluster, or when one of them defeats the prediction.
 */
export function startTogether(reads: readonly ReadDatabase[], version: string | null, of: Ids, left: Ids): readonly Scenario[] {
  const dirs = reads.flatMap((read) => (of.has(read.id) && read.group.kind === 'data-dir' && read.boot !== null ? [{ id: read.id, group: read.group }] : []));
  const out = new Set(dirs.flatMap(({ id }, position) => (left.has(id) ? [position] : [])));
  if (dirs.length - out.size < 2) return [];
  try {
    return scenarios(dirs.map(({ group }) => dataDirOf(group)), wishFor(reads, version), out);
  } catch {
    return [];
  }
}

/** Which of these directories contradict each other. Empty also when one of them defeats the comparison. */
export function differingMembers(reads: readonly ReadDatabase[], version: string | null, of: Ids): readonly DifferingMembers[] {
  const dirs = reads.flatMap((read) => (of.has(read.id) && read.group.kind === 'data-dir' && read.boot !== null ? [{ id: read.id, group: read.group, boot: read.boot }] : []));
  if (dirs.length < 2) return [];
  try {
    const { disagreements } = compareMembers(dirs.map(({ group }) => dataDirOf(group)), dirs.map(({ boot }) => boot), wishFor(reads, version));
    return disagreements.map(({ members: [a, b], fork }) => ({ ids: [dirs[a]!.id, dirs[b]!.id], fork }));
  } catch {
    return [];
  }
}
