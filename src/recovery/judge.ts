import { isBackupDirectory } from '../case/backup-directory.js';
import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Lineage } from '../case/lineage.js';
import type { Message } from '../case/model.js';
import { compareVersions, etcdLine } from '../etcd/version.js';
import { contentTime, laterMs } from './content-time.js';
import { markDiffering } from './differing.js';
import type { ClusterHealth } from './health.js';
import { reason, type Judged, type Use } from './judged.js';
import { copyProof } from './quiet-copy.js';
import { wasRemoved } from './removed-member.js';

/** A judgement before the others are looked at. */
type Verdict = Pick<Judged, 'use' | 'reasons'> & Partial<Pick<Judged, 'beside'>>;

/** The file that proves what a damaged copy of it held: same state, right digest. */
function twinOf(one: DraftCandidate, all: readonly DraftCandidate[]): DraftCandidate | null {
  const { snapshot } = one;
  if (snapshot === null || snapshot.revision === null) return null;
  return all.find((other) => other !== one && other.candidate.verdict === 'intact' && other.snapshot?.revision === snapshot.revision && other.snapshot.hash === snapshot.hash) ?? null;
}

function refusedByVersion(one: DraftCandidate, draft: Draft): Message | null {
  const version = draft.installation.etcdVersion?.value ?? null;
  if (version === null || one.snapshot === null) return null;
  const stored = one.snapshot.storageVersion ?? one.snapshot.clusterVersion;
  const line = etcdLine(version);
  const known = stored === null ? null : /^\d+\.\d+/.exec(stored)?.[0] ?? null;
  if (known !== null && line !== null && compareVersions(known, line) > 0) return reason('version-newer', { stored: stored ?? '', version });
  const predicted = line === null ? null : one.snapshot.restore?.[line] ?? null;
  if (predicted === null) return null;
  const accepted = predicted.accepted || (one.candidate.verdict === 'digest-absent' && predicted.skipHashAccepted);
  if (!accepted) return reason('restore-refused', { version, message: predicted.message ?? '' });
  return predicted.boot === 'dies' || predicted.boot === 'hangs' ? reason('restored-dies', { version, message: predicted.bootMessage ?? '' }) : null;
}

function directory(one: DraftCandidate, draft: Draft, members: number): Verdict {
  const { boot, snapshot } = one;
  if (isBackupDirectory(one, draft)) return { use: null, reasons: [reason('backup-directory')] };
  if (boot?.result === 'ready' && boot.served?.keys === 0) return { use: null, reasons: [reason('no-keys')] };
  const dbSound = snapshot !== null && snapshot.verdict === 'digest-absent' && (snapshot.liveKeys ?? 0) > 0;
  const voters = Math.max(members, boot?.members.length ?? 0, snapshot?.members.length ?? 0);
  if (boot === null) return dbSound && voters <= 1 ? { use: 'restore-db', reasons: [reason('db-sound')] } : { use: null, reasons: [reason(snapshot === null ? 'no-db' : dbSound ? 'one-of-several' : 'db-damaged', { members: voters })] };
  if (boot.hazard === 'keys-damaged' || boot.hazard === 'applied-twice' || boot.hazard === 'empty-cluster' || boot.hazard === 'revision-jump') return { use: null, reasons: [reason(`hazard.${boot.hazard}`)] };
  // Restored without name and URL: etcd refuses its own settings, or keeps an address that nobody else can reach.
  const member = draft.members.find((other) => other.host !== null && other.host === one.candidate.host) ?? draft.members[0];
  const configured = member?.settings.peerUrl?.value ?? null;
  if (voters === 1 && configured !== null && boot.members[0]?.peerUrls[0] === 'http://localhost:2380' && configured !== 'http://localhost:2380') return { use: dbSound ? 'restore-db' : null, reasons: [reason('default-identity', { url: configured })] };
  const starts = boot.result === 'ready' && boot.hazard === null && boot.writable !== false && boot.diesAt === null;
  if (voters > 1) {
    if (wasRemoved(one, draft)) return { use: dbSound ? 'restore-db' : null, reasons: [reason('removed-member')] };
    const alone = boot.result === 'ready' || boot.result === 'hangs';
    if (alone && boot.hazard === null && dbSound) return { use: 'survivor', beside: 'whole', reasons: [reason('survivor', { members: voters })] };
    const message = boot.message ?? boot.hazard ?? '';
    if (!dbSound) return { use: null, reasons: [reason('boot-fails', { message, file: boot.causeFile ?? '' })] };
    return { use: 'restore-db', beside: boot.result === 'dies' ? null : 'follower', reasons: [reason('boot-fails-db-sound', { message })] };
  }
  if (starts) return { use: 'start', reasons: [reason('boots', { replayed: boot.replayed ?? 0 })] };
  const why = boot.result === 'ready' && boot.hazard !== null ? reason(`hazard.${boot.hazard}`) : reason('boot-fails', { message: boot.message ?? '', file: boot.causeFile ?? '' });
  return dbSound ? { use: 'restore-db', reasons: [why, reason('db-sound')] } : { use: null, reasons: [why] };
}

function file(one: DraftCandidate, draft: Draft, health: ClusterHealth): Verdict {
  const { verdict, path } = one.candidate;
  const refused = refusedByVersion(one, draft);
  switch (verdict) {
    case 'intact':
      if (refused !== null) return { use: null, reasons: [refused] };
      return (one.snapshot?.liveKeys ?? 1) === 0 ? { use: null, reasons: [reason('no-keys')] } : { use: 'restore', reasons: [reason('digest-right')] };
    case 'digest-wrong': {
      const twin = twinOf(one, draft.candidates);
      return { use: null, reasons: [reason('digest-wrong'), ...(twin === null ? [] : [reason('digest-wrong-twin', { path: twin.candidate.path })])] };
    }
    case 'digest-absent': {
      if (refused !== null) return { use: null, reasons: [refused] };
      if ((one.snapshot?.liveKeys ?? 1) === 0) return { use: null, reasons: [reason('no-keys')] };
      const proof = copyProof(one, draft, health);
      return proof.quiet ? { use: 'restore-db', reasons: [reason('digest-absent'), reason(`copy-${proof.because}`)] } : { use: null, reasons: [reason('digest-absent'), reason('copy-fuzzy')] };
    }
    default:
      return { use: null, reasons: [reason(/\.part$/.test(path) ? 'unfinished' : verdict)] };
  }
}

/** A directory of which only the database is restored leads to what that holds, without the log. */
function asUsed(one: DraftCandidate, use: Use | null): DraftCandidate {
  const { candidate, snapshot } = one;
  if (use !== 'restore-db' || candidate.kind !== 'data-dir' || snapshot?.revision == null) return one;
  return { ...one, candidate: { ...candidate, revision: Number(snapshot.revision), totalKeys: snapshot.liveKeys } };
}

/**
 * Judges every candidate on its own: may it be used at all, and how. Highest revision counts for
 * nothing here; what another cluster wrote, or what is cut or unproven, is out whatever it holds.
 */
export function judgeCandidates(draft: Draft, lineage: Lineage, health: ClusterHealth): Judged[] {
  const members = Math.max(1, draft.members.length);
  const judged = draft.candidates.map((one): Judged => {
    const { id, kind } = one.candidate;
    const time = contentTime(one, draft);
    const foreign = lineage.foreign.get(id);
    if (lineage.events.has(id)) return { one, use: null, beside: null, reasons: [reason('events-only')], time };
    if (foreign !== undefined) return { one, use: null, beside: null, reasons: [reason('other-cluster', foreign)], time };
    if (lineage.reborn.has(id)) return { one, use: null, beside: null, reasons: [reason('reborn')], time };
    const result = kind === 'data-dir' ? directory(one, draft, members) : file(one, draft, health);
    return { beside: null, ...result, one: asUsed(one, result.use), time };
  });
  const agreeing = markDiffering(judged, draft);
  return agreeing.map((own) => (own.one.candidate.kind === 'data-dir' ? laggard(own, agreeing, lineage) : own));
}

/** A directory that lags behind what other files of the same cluster prove is no candidate. */
function laggard(own: Judged, all: readonly Judged[], lineage: Lineage): Judged {
  if (own.use === null) return own;
  const revision = (one: Judged): number => one.one.candidate.revision ?? -1;
  // Times decide when they differ clearly, for a restore takes revisions back; within one moment the revisions do.
  const isAhead = (other: Judged): boolean => (own.time !== null && other.time !== null && Math.abs(other.time - own.time) > laterMs ? other.time > own.time : revision(other) > revision(own));
  const [best] = all.filter((other) => other !== own && other.use !== null && lineage.ours.has(other.one.candidate.id) && isAhead(other)).sort((a, b) => revision(b) - revision(a));
  if (best === undefined) return own;
  return { ...own, use: null, reasons: [...own.reasons, reason('stale', { path: best.one.candidate.path, revision: own.one.candidate.revision ?? '?', newest: best.one.candidate.revision ?? '?' })] };
}

const rankOfUse: Readonly<Record<Use, number>> = { start: 0, restore: 1, survivor: 2, 'restore-db': 3 };

/** The usable ones, best first: newest content, then the surer way, then the fuller file. */
export function rankUsable(judged: readonly Judged[]): Judged[] {
  return judged.filter((one) => one.use !== null).sort((a, b) => {
    if (a.time !== null && b.time !== null && Math.abs(a.time - b.time) > laterMs) return b.time - a.time;
    const byRevision = (b.one.candidate.revision ?? -1) - (a.one.candidate.revision ?? -1);
    if (byRevision !== 0) return byRevision;
    return rankOfUse[a.use!] - rankOfUse[b.use!] || (b.one.candidate.totalKeys ?? 0) - (a.one.candidate.totalKeys ?? 0) || (a.one.candidate.hostPath === null ? 1 : 0) - (b.one.candidate.hostPath === null ? 1 : 0);
  });
}
