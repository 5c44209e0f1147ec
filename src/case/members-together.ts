import { scenarios, type Scenario } from '../etcd/boot/together.js';
import { etcdLine } from '../etcd/version.js';
import { dataDirOf, type ReadDatabase } from './database-report.js';

/**
 * What a start of all members together would come to, when the bundle holds the directories of several
 * members of one cluster. Empty when it does not, or when a directory defeats the prediction.
 */
export function startTogether(reads: readonly ReadDatabase[], version: string | null): readonly Scenario[] {
  const dirs = reads.flatMap((read) => (read.group.kind === 'data-dir' && read.boot !== null ? [{ group: read.group, boot: read.boot }] : []));
  const clusters = new Set(dirs.map(({ boot }) => boot.clusterId));
  const members = new Set(dirs.map(({ boot }) => boot.memberId));
  if (dirs.length < 2 || clusters.size !== 1 || members.size !== dirs.length) return [];
  const stored = reads.map((read) => read.snapshot?.storageVersion ?? read.snapshot?.clusterVersion ?? null).find((one) => one !== null) ?? null;
  const known = version ?? stored;
  const line = (known === null ? null : etcdLine(known)) ?? '3.5';
  try {
    return scenarios(dirs.map(({ group }) => dataDirOf(group)), line, version ?? undefined);
  } catch {
    return [];
  }
}
