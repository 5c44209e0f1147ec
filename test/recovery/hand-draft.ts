import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Fact } from '../../src/artifacts/fact.js';
import type { Draft, DraftCandidate } from '../../src/case/draft.js';
import { evidenceRegister } from '../../src/case/evidence.js';
import type { Candidate, HostInfo, InstallationInfo, MemberInfo, Recommendation, RecommendationKind } from '../../src/case/model.js';
import { memberSettings, recogniseInstallation } from '../../src/installations/index.js';

export interface HandHost {
  readonly name: string;
  readonly address: string;
}

const never = { notBefore: null, notAfter: null, best: null };

/** A candidate for a snapshot file on disk. */
export function candidateOf(file: string, over: Partial<Candidate> & { readonly liveKeys?: number } = {}): DraftCandidate {
  const bytes = readFileSync(file);
  const { liveKeys, ...rest } = over;
  const candidate: Candidate = {
    id: 'C1', path: file, hostPath: '/var/backups/chosen/snapshot.db', host: null, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length,
    kind: 'snapshot', verdict: 'intact', revision: null, totalKeys: null, clusterId: null, memberId: null, takenAt: never, takenAtBasis: [],
    usable: true, reasons: [], loss: null, skipHashCheck: false, boot: null, problems: [], evidence: [], ...rest,
  };
  return { candidate, snapshot: liveKeys === undefined ? null : ({ liveKeys } as DraftCandidate['snapshot']), boot: null, taken: { notBefore: null, notAfter: null } as unknown as DraftCandidate['taken'] };
}

/** A draft as `src/case/` would make it from these facts. */
export function draftOf(facts: readonly Fact[], hosts: readonly HandHost[], candidates: readonly DraftCandidate[], version: string, over: Partial<InstallationInfo> = {}): Draft {
  const register = evidenceRegister();
  const seen = recogniseInstallation(facts, [], register);
  const installation: InstallationInfo = { ...seen, etcdVersion: { value: version, basis: 'observed', evidence: [] }, ...over };
  const names = hosts.map((host) => host.name);
  const members = hosts.map((host): MemberInfo => {
    const { settings } = memberSettings(facts, host.name, names, installation, register);
    return { host: host.name, name: settings.name?.value ?? null, memberId: null, clusterId: null, dataDir: settings.dataDir?.value ?? null, version, peerUrls: [settings.peerUrl?.value ?? ''], settings, state: 'failing', evidence: [] };
  });
  return {
    files: [], manifest: [], intakeFindings: [], facts, evidence: register, when: () => { throw new Error('not needed'); },
    collected: { notBefore: null, notAfter: null } as unknown as Draft['collected'], zone: null,
    hosts: hosts.map((host): HostInfo => ({ name: host.name, addresses: [host.address], zone: null, collectedAt: never, roles: ['etcd', 'control-plane'], bootedAt: null, evidence: [] })),
    installation, members, candidates, lastKnown: null,
  };
}

export function recommend(kind: RecommendationKind, candidate: DraftCandidate | null): Recommendation {
  return {
    kind, candidate: candidate === null ? null : { path: candidate.candidate.path, sha256: candidate.candidate.sha256 }, confidence: 'proven', loss: null,
    missingFacts: [], why: [], whyNot: [], conditions: [], risks: [], nextBest: null, evidence: [],
  };
}
