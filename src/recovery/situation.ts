import { isBackupDirectory } from '../case/backup-directory.js';
import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Cause, Outage } from '../case/model.js';
import { deletedInHistory, massDeletion, type DeletionInHistory, type MassDeletion } from './deleted-objects.js';
import { clusterHealth, type ClusterHealth } from './health.js';
import { judgeCandidates, rankUsable } from './judge.js';
import type { Judged } from './judged.js';
import { lineageOf, type Lineage } from '../case/lineage.js';
import { newestState } from './candidate-loss.js';
import { damagingCauses, repairableCauses } from './repairable.js';

/** What the recommendation reads besides the draft. */
export interface Findings {
  readonly outage: Outage | null;
  readonly causes: readonly Cause[];
}

/** The state of the cluster, with everything that decides between restoring, repairing and leaving alone. */
export interface Situation {
  readonly draft: Draft;
  readonly health: ClusterHealth;
  readonly lineage: Lineage;
  readonly judged: readonly Judged[];
  readonly usable: readonly Judged[];
  /** The newest state that any file of our cluster holds. */
  readonly last: DraftCandidate | null;
  readonly deletion: MassDeletion | null;
  /** A deletion that no older file shows, but the history of the newest one. */
  readonly inHistory: DeletionInHistory | null;
  readonly repairs: readonly Cause[];
  readonly damages: readonly Cause[];
  /** A database of a member of our cluster that etcd could not use. */
  readonly brokenData: readonly Judged[];
  readonly outage: Outage | null;
  /** Processes, logs, damaged data or an outage without end say that the cluster is down. */
  readonly down: boolean;
}

/** Of several members, a majority must be proven gone: by damaged data on so many hosts, or by their own logs. */
function majorityGone(health: ClusterHealth, brokenData: readonly Judged[], causes: readonly Cause[]): boolean {
  const hosts = new Set(brokenData.map(({ one }) => one.candidate.host ?? one.candidate.memberId ?? one.candidate.path));
  return hosts.size > health.members.length - health.quorum || causes.some((cause) => cause.id === 'quorum-lost' && cause.confidence === 'proven');
}

/** Puts together health, identity and judgement of all candidates. */
export function situationOf(draft: Draft, findings: Findings): Situation {
  const health = clusterHealth(draft);
  const lineage = lineageOf(draft);
  const judged = judgeCandidates(draft, lineage, health);
  const usable = rankUsable(judged.filter((one) => lineage.ours.has(one.one.candidate.id)));
  const last = newestState(draft, lineage.ours);
  const brokenData = judged.filter(({ one, use }) => one.candidate.kind !== 'snapshot' && !isBackupDirectory(one, draft) && lineage.ours.has(one.candidate.id) && use !== 'start' && use !== 'survivor' && (one.candidate.verdict !== 'digest-absent' || (one.boot !== null && one.boot.result !== 'ready') || (one.boot?.hazard ?? null) !== null));
  const damages = damagingCauses(findings.causes);
  const deletion = lineage.undecided ? null : massDeletion(judged.filter((one) => lineage.ours.has(one.one.candidate.id)), last, draft);
  const unfinished = findings.outage !== null && findings.outage.firstKnownBad !== null && findings.outage.end === null;
  return {
    draft, health, lineage, judged, usable, last, brokenData,
    down: !health.quorumAlive && (health.down || (health.members.length > 1 ? majorityGone(health, brokenData, findings.causes) : damages.length > 0 || brokenData.length > 0 || unfinished)),
    deletion, inHistory: lineage.undecided || deletion !== null ? null : deletedInHistory(last, draft),
    repairs: repairableCauses(findings.causes), damages, outage: findings.outage,
  };
}
