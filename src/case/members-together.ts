import type { DataDirectory } from '../artifacts/index.js';
import { compareMembers, type Fork } from '../etcd/boot/disagreement.js';
import { scenarios, type Scenario } from '../etcd/boot/together.js';
import type { BootReport } from '../etcd/verdict.js';
import type { EtcdRelease } from '../etcd/version.js';
import { dataDirOf, type ReadDatabase } from './database-report.js';
import { releaseFor } from './etcd-release.js';

/** Ids of candidates. */
type Ids = ReadonlySet<string>;

/** Two candidates that cannot both be right, and where they differ first; null where only their states differ. */
export interface DifferingMembers {
  readonly ids: readonly [string, string];
  readonly fork: Pick<Fork, 'revision' | 'key'> | null;
}

type ReadMember = ReadDatabase & { readonly group: DataDirectory; readonly boot: BootReport };

const membersOf = (reads: readonly ReadDatabase[], of: Ids): readonly ReadMember[] => reads.filter((read): read is ReadMember => of.has(read.id) && read.group.kind === 'data-dir' && read.boot !== null);

/** The release that all are read for, whichever of them are looked at. */
const releaseOf = (reads: readonly ReadDatabase[], installed: string | null): EtcdRelease => releaseFor(installed, reads.map(({ snapshot }) => snapshot));

/**
 * What a start of members from these directories would come to, those of `left` not started. Empty when the others
 * are not two or more members of one cluster, or when one of them defeats the prediction.
 */
export function startTogether(reads: readonly ReadDatabase[], installed: string | null, of: Ids, left: Ids): readonly Scenario[] {
  const members = membersOf(reads, of);
  const out = new Set(members.flatMap(({ id }, position) => (left.has(id) ? [position] : [])));
  if (members.length - out.size < 2) return [];
  try {
    return scenarios(members.map(({ group }) => dataDirOf(group)), releaseOf(reads, installed), out);
  } catch {
    return [];
  }
}

/** Which of these directories contradict each other. Empty also when one of them defeats the comparison. */
export function differingMembers(reads: readonly ReadDatabase[], installed: string | null, of: Ids): readonly DifferingMembers[] {
  const members = membersOf(reads, of);
  if (members.length < 2) return [];
  try {
    const { disagreements } = compareMembers(members.map(({ group }) => dataDirOf(group)), members.map(({ boot }) => boot), releaseOf(reads, installed));
    return disagreements.map(({ members: [a, b], fork }) => ({ ids: [members[a]!.id, members[b]!.id], fork }));
  } catch {
    return [];
  }
}
