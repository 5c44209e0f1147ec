import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import type { Candidate, Case, InstallationId } from '../../src/case/model.js';

interface TruthCandidate {
  readonly id: string;
  readonly kind: 'snapshot' | 'db' | 'dataDir';
  readonly bundlePath: string | null;
  readonly inner?: string;
  readonly sha256?: string;
  readonly verdict: string;
  readonly revision: number | null;
  readonly totalKeys?: number | null;
  readonly contentTime?: string;
  readonly hostPath?: string | null;
  readonly loss?: { readonly revisions: number; readonly seconds: number };
}

interface Truth {
  readonly etcdVersion: string;
  readonly zone: string;
  readonly topology: { readonly hosts: readonly { readonly name: string; readonly ip: string; readonly etcd?: boolean }[]; readonly memberIds: Readonly<Record<string, string>>; readonly clusterId: string };
  readonly candidates: readonly TruthCandidate[];
  readonly pick: { readonly best: string; readonly acceptable: readonly string[]; readonly unsafe: readonly { readonly id: string }[]; readonly worse?: readonly { readonly id: string }[] };
  readonly outage: { readonly failureInterval: readonly [string, string]; readonly firstFailureTrue: string };
  readonly restore: { readonly dataDir: string; readonly snapshotHostPath: string };
}

interface Sample {
  readonly name: string;
  readonly bundle: string;
  readonly installation: InstallationId;
}

const samples: readonly Sample[] = [
  { name: 'kubekey-powercut', bundle: 'bundle', installation: 'kubekey' },
  { name: 'kubekey-three-members', bundle: 'bundle.tar.gz', installation: 'kubekey' },
  { name: 'kubeadm-disk-full', bundle: 'bundle.zip', installation: 'kubeadm' },
  { name: 'kubespray-transcript', bundle: 'bundle', installation: 'kubespray' },
];

const at = (name: string, file: string): string => fileURLToPath(new URL(`../../samples/${name}/${file}`, import.meta.url));
const verdicts: Readonly<Record<string, Candidate['verdict']>> = { intact: 'intact', 'digest-wrong': 'digest-wrong', 'trailer-missing': 'digest-absent', truncated: 'truncated', damaged: 'damaged', empty: 'empty' };

/** The case's candidate for one of the truth: by the bytes, else by the place. */
function found(value: Case, wanted: TruthCandidate): Candidate | undefined {
  return value.candidates.find((one) => wanted.sha256 !== undefined && one.sha256 === wanted.sha256 && (wanted.bundlePath === null || one.path === wanted.bundlePath))
    ?? value.candidates.find((one) => wanted.bundlePath !== null && (one.path === wanted.bundlePath || one.path.startsWith(`${wanted.bundlePath}!`)));
}

describe.each(samples)('the bundle $name', ({ name, bundle, installation }) => {
  const truth = JSON.parse(readFileSync(at(name, 'truth.json'), 'utf8')) as Truth;
  const byId = new Map(truth.candidates.map((one) => [one.id, one]));
  let value: Case;

  beforeAll(async () => {
    value = await analyze([at(name, bundle)], { language: 'en', assumeZone: null });
  });

  it('recognises the installation, the version and the zone', () => {
    expect(value.installation.id).toBe(installation);
    expect(value.installation.etcdVersion?.value).toBe(truth.etcdVersion);
    expect(value.zone?.value).toBe(truth.zone);
    expect(value.inputUnchanged).toBe(true);
  });

  it('names hosts, members, ids and data directories', () => {
    for (const host of truth.topology.hosts.filter((one) => one.etcd === true)) {
      expect(value.hosts.find((one) => one.name === host.name)?.addresses).toContain(host.ip);
      expect(value.members.find((one) => one.host === host.name)?.dataDir).toBe(truth.restore.dataDir);
    }
    expect(value.members.map((one) => one.memberId).sort()).toEqual(Object.values(truth.topology.memberIds).sort());
    for (const [member, id] of Object.entries(truth.topology.memberIds)) expect(value.members.find((one) => one.memberId === id)?.name).toBe(member);
    for (const member of value.members) expect(member.clusterId).toBe(truth.topology.clusterId);
  });

  it('judges every candidate as the real tools do', () => {
    for (const wanted of truth.candidates) {
      if (wanted.bundlePath === null || (wanted.kind === 'dataDir' && !/gz$/.test(wanted.bundlePath))) continue;
      const candidate = found(value, wanted);
      expect(candidate, wanted.id).toBeDefined();
      if (wanted.kind === 'dataDir') {
        expect(candidate?.boot?.result === 'dies', wanted.id).toBe(wanted.verdict === 'does-not-boot');
        continue;
      }
      expect(candidate?.verdict, wanted.id).toBe(verdicts[wanted.verdict]);
      if (wanted.revision !== null && wanted.revision !== undefined) expect(candidate?.revision, wanted.id).toBe(wanted.revision);
      if (wanted.totalKeys != null) expect(candidate?.totalKeys, wanted.id).toBe(wanted.totalKeys);
      if (wanted.hostPath != null && wanted.kind !== 'db') expect(candidate?.hostPath, wanted.id).toBe(wanted.hostPath);
    }
  });

  it('dates the content of every readable candidate', () => {
    for (const wanted of truth.candidates) {
      if (wanted.bundlePath === null || wanted.contentTime === undefined) continue;
      const { notBefore, best, notAfter } = found(value, wanted)!.takenAt;
      // The truth is the moment of the save; the newest write lies a little before it.
      const moment = Date.parse(wanted.contentTime);
      expect(Date.parse(notBefore!), wanted.id).toBeLessThanOrEqual(moment + 1000);
      expect(Date.parse(notAfter!), wanted.id).toBeGreaterThanOrEqual(moment - 120_000);
      expect(Math.abs(Date.parse(best!) - moment), wanted.id).toBeLessThan(120_000);
    }
  });

  it('picks a safe candidate and none of the unsafe ones', () => {
    const { candidate, kind } = value.recommendation;
    const good = [truth.pick.best, ...truth.pick.acceptable].map((id) => byId.get(id)!);
    expect(['restore-snapshot', 'use-data-dir']).toContain(kind);
    expect(good.map((one) => one.sha256)).toContain(candidate?.sha256);
    expect(found(value, byId.get(truth.pick.best)!)?.sha256).toBe(candidate?.sha256);
    for (const unsafe of truth.pick.unsafe) {
      const one = byId.get(unsafe.id);
      if (one !== undefined) expect(found(value, one)?.usable, unsafe.id).toBe(false);
    }
    expect(value.plan?.candidate?.sha256).toBe(candidate?.sha256);
    expect(Object.keys(value.plan?.scripts ?? {}).sort()).toEqual(truth.topology.hosts.filter((one) => one.etcd === true).map((one) => `restore-${one.name}.sh`).sort());
    expect(value.candidates.find((one) => one.path === candidate?.path)?.hostPath).toBe(truth.restore.snapshotHostPath);
  });

  it('says what each choice loses', () => {
    const known = name === 'kubespray-transcript' ? [] : truth.candidates;
    for (const wanted of known) {
      const loss = wanted.bundlePath === null ? null : found(value, wanted)?.loss;
      if (wanted.loss === undefined || loss == null) continue;
      expect(loss.revisions, wanted.id).toBe(wanted.loss.revisions);
      expect(Math.abs(loss.seconds! - wanted.loss.seconds), wanted.id).toBeLessThan(120);
    }
    const { loss } = value.recommendation;
    expect(loss?.secondsAtMost).toBeGreaterThanOrEqual(byId.get(truth.pick.best)!.loss!.seconds - 1);
  });

  it('proves when it failed, no more and no less', () => {
    const { start } = value.outage;
    const truly = Date.parse(truth.outage.firstFailureTrue);
    const [from, to] = truth.outage.failureInterval.map((text) => Date.parse(text)) as [number, number];
    expect(Date.parse(start.notBefore!)).toBeLessThanOrEqual(truly);
    expect(Date.parse(start.notAfter!)).toBeGreaterThanOrEqual(truly);
    expect(Date.parse(start.notAfter!) - Date.parse(start.notBefore!)).toBeLessThanOrEqual(to - from + 120_000);
  });

  it('cites what it says, with neighbours', () => {
    expect(value.recommendation.evidence.length).toBeGreaterThan(0);
    for (const evidence of value.recommendation.evidence) {
      const excerpt = value.excerpts.find((one) => one.evidence === evidence.id);
      expect(excerpt, evidence.id).toBeDefined();
      if (evidence.line !== undefined) expect(excerpt!.lines[evidence.line - excerpt!.firstLine]).toBeDefined();
    }
    expect(JSON.stringify(value)).not.toMatch(/SIMULATED-SECRET|PRIVATE KEY-----\\n[A-Za-z]/);
  });
});
