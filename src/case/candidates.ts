import { revisionOf } from '../etcd/verdict.js';
import type { Candidate, CandidateVerdict } from './model.js';
import { pathOf, type ReadDatabase } from './database-report.js';
import type { DraftCandidate } from './draft.js';
import type { EvidenceRegister } from './evidence.js';
import { estimate } from './time-words.js';
import type { Taken } from './taken.js';

const safeNumber = (value: bigint | null): number | null => (value === null || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value));

/** `db-file` is a copy of a live db: it says so by name and has no digest of its own. */
function kindOf(read: ReadDatabase): Candidate['kind'] {
  if (read.group.kind === 'data-dir') return 'data-dir';
  if (read.snapshot?.digest.state === 'right' || read.snapshot?.digest.state === 'wrong') return 'snapshot';
  return read.group.claims === 'db' ? 'db-file' : 'snapshot';
}

function verdictOf(read: ReadDatabase): CandidateVerdict {
  if (read.failure !== null) return 'unreadable';
  if (read.snapshot === null) return read.group.kind === 'data-dir' ? 'damaged' : 'unreadable';
  return read.snapshot.verdict;
}

/** A candidate as the bytes show it; loss, reasons and usability are judged later. */
export function describeCandidate(read: ReadDatabase, taken: Taken, register: EvidenceRegister): DraftCandidate {
  const { group, file, snapshot, boot } = read;
  const path = pathOf(group);
  const verdict = verdictOf(read);
  const own = snapshot?.members.length === 1 ? snapshot.members[0]?.memberId ?? null : null;
  const failure = read.failure === null ? [] : [{ code: 'case.reader-gave-up', severity: 'fatal' as const, offset: null, page: null, message: read.failure }];
  const problems = [...failure, ...(snapshot?.problems ?? []), ...(boot?.problems ?? [])].slice(0, 100);
  const candidate: Candidate = {
    id: read.id,
    path,
    hostPath: group.hostPath,
    host: group.host,
    sha256: file?.sha256 ?? null,
    size: file?.size ?? 0,
    kind: kindOf(read),
    verdict,
    revision: safeNumber(revisionOf(boot, snapshot)),
    totalKeys: boot?.served?.keys ?? (boot?.result === 'unknown' ? null : boot?.held?.keys) ?? snapshot?.liveKeys ?? null,
    clusterId: boot?.clusterId ?? snapshot?.clusterId ?? null,
    memberId: boot?.memberId ?? own,
    takenAt: estimate(taken.time),
    takenAtBasis: taken.basis.map((one) => ({ what: one.what, time: estimate(one.time), evidence: one.places.slice(0, 3).map((place) => register.cite(place, one.what === 'content' ? 'inferred' : 'observed')) })),
    usable: false,
    reasons: [],
    loss: null,
    skipHashCheck: verdict === 'digest-absent' && group.kind === 'file',
    boot: boot === null ? null : {
      result: boot.result, message: boot.message, causeFile: boot.causeFile, hazard: boot.hazard, replayed: boot.replayed,
      revision: safeNumber(boot.served?.revision ?? null), keys: boot.served?.keys ?? null,
    },
    problems: problems.map((problem) => ({ code: problem.code, severity: problem.severity, offset: problem.offset, page: problem.page, message: problem.message })),
    evidence: [register.cite({ artifact: file?.path ?? path, offset: problems.find((problem) => problem.offset !== null)?.offset ?? 0, text: `${verdict}${snapshot?.digest.state === 'right' ? ', SHA-256 trailer matches' : ''}${snapshot?.revision == null ? '' : `, revision ${snapshot.revision}`}` })],
  };
  return { candidate, snapshot, boot, taken: taken.time };
}
