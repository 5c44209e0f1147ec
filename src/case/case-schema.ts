import { z } from 'zod';
import { schemaVersion, type Case } from './model.js';

/**
 * The published form of `case.json`, as a check and as the source of `case.schema.json`
 * (`scripts/case-schema.mjs`). It mirrors `model.ts` field by field; the functions at the end do not
 * compile when they part. Fields that it does not know are ignored: a later version may add some.
 */
const time = z.iso.datetime().nullable();
const basis = z.enum(['observed', 'inferred', 'assumed']);
const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const open = z.object;

const evidence = open({ id: z.string().regex(/^E[1-9][0-9]*$/), artifact: z.string(), line: count.exactOptional(), offset: count.exactOptional(), text: z.string(), basis });
const evidences = z.array(evidence).readonly();
const excerpt = open({ evidence: z.string(), artifact: z.string(), sha256: sha256.nullable(), host: z.string().nullable(), firstLine: count, lines: z.array(z.string()).readonly(), timeReading: z.string().nullable() });
const params = z.record(z.string(), z.union([z.string(), z.number()])).readonly();
const message = open({ key: z.string(), params });
const said = open({ key: z.string(), params, text: z.string() });
const timeWindow = open({ notBefore: time, notAfter: time });
const estimate = open({ notBefore: time, best: time, notAfter: time });
const setting = <T extends z.ZodType>(value: T) => open({ value, basis, evidence: evidences });
const text = setting(z.string()).nullable();

const installation = open({
  id: z.enum(['kubekey', 'kubespray', 'kubeadm', 'kubeasz', 'k3s', 'rke2', 'rke1', 'openshift', 'talos', 'kops', 'k0s', 'microk8s', 'systemd', 'unknown']),
  etcdRunsAs: z.enum(['systemd', 'docker', 'static-pod', 'embedded', 'container', 'unknown']),
  containerRuntime: z.enum(['docker', 'containerd', 'cri-o', 'podman']).nullable(),
  etcdVersion: text, kubernetesVersion: text, basis, evidence: evidences, evidenceAgainst: evidences,
});
const host = open({
  name: z.string(), addresses: z.array(z.string()).readonly(), zone: text, collectedAt: estimate,
  roles: z.array(z.enum(['etcd', 'control-plane', 'worker'])).readonly(), bootedAt: estimate.nullable(), evidence: evidences,
});
const settings = open({
  dataDir: text, walDir: text, name: text, peerUrl: text, clientUrls: setting(z.array(z.string()).readonly()).nullable(), initialCluster: text, initialClusterToken: text,
  owner: text, caFile: text, certFile: text, keyFile: text, etcdctl: text, etcdutl: text, image: text, unit: text, manifestPath: text,
});
const member = open({
  host: z.string().nullable(), name: z.string().nullable(), memberId: z.string().nullable(), clusterId: z.string().nullable(), dataDir: z.string().nullable(), version: z.string().nullable(),
  peerUrls: z.array(z.string()).readonly(), settings, state: z.enum(['running', 'failing', 'stopped', 'unknown']), evidence: evidences,
});
const changes = open({ created: count, changed: count, deleted: count });
const loss = open({
  revisions: count.nullable(), seconds: z.number().nullable(), secondsAtMost: z.number().nullable(),
  objects: open({
    created: count, changed: count, deleted: count, byResource: z.record(z.string(), changes).readonly(), noise: count,
    named: z.array(open({ change: z.enum(['created', 'changed', 'deleted']), resource: z.string(), namespace: z.string().nullable(), name: z.string() })).readonly(),
  }).nullable(),
});
const candidate = open({
  id: z.string(), path: z.string(), hostPath: z.string().nullable(), host: z.string().nullable(), sha256: sha256.nullable(), size: count,
  kind: z.enum(['snapshot', 'data-dir', 'db-file']),
  verdict: z.enum(['intact', 'digest-wrong', 'digest-absent', 'truncated', 'damaged', 'not-bbolt', 'empty', 'unreadable']),
  revision: count.nullable(), totalKeys: count.nullable(), clusterId: z.string().nullable(), memberId: z.string().nullable(), takenAt: estimate,
  takenAtBasis: z.array(open({ what: z.string(), time: estimate, evidence: evidences })).readonly(),
  usable: z.boolean(), reasons: z.array(said).readonly(), loss: loss.nullable(), skipHashCheck: z.boolean(),
  boot: open({ result: z.enum(['ready', 'dies', 'hangs', 'unknown']), message: z.string().nullable(), causeFile: z.string().nullable(), hazard: z.string().nullable(), replayed: count.nullable(), revision: count.nullable(), keys: count.nullable() }).nullable(),
  problems: z.array(open({ code: z.string(), severity: z.string(), offset: count.nullable(), page: count.nullable(), message: z.string() })).readonly(),
  evidence: evidences,
});
const confidence = z.enum(['proven', 'likely', 'possible', 'rejected']);
const finding = open({ code: z.string(), severity: z.enum(['info', 'warning', 'error', 'critical']), message: z.string(), said: message, evidence: evidences });
const cause = open({
  id: z.string(), confidence, role: z.enum(['trigger', 'damage', 'contributing', 'after-effect', 'detection']), summary: said, fix: said.nullable(), prevention: said.nullable(),
  evidence: evidences, against: evidences, missing: z.array(said).readonly(),
});
const event = open({ id: z.string(), time: estimate, end: estimate.nullable(), host: z.string().nullable(), component: z.string(), kind: z.string(), said, count, basis, evidence: evidences });
const moment = open({ time: estimate, evidence: evidences }).nullable();
const outage = open({
  start: timeWindow, detectedAt: estimate.nullable(), end: estimate.nullable(), lastKnownGood: moment, firstKnownBad: moment, collectedAt: estimate,
  perComponent: z.array(open({ host: z.string().nullable(), component: z.string(), start: timeWindow, end: estimate.nullable(), evidence: evidences })).readonly(),
});
const audit = open({
  jobs: z.array(open({ host: z.string().nullable(), schedule: z.string().nullable(), command: z.string(), target: z.string().nullable(), keep: count.nullable(), periodSeconds: z.number().nullable(), evidence: evidences })).readonly(),
  runs: z.array(open({ host: z.string().nullable(), due: time, state: z.enum(['good', 'cut', 'damaged', 'empty', 'hung', 'missed', 'rotated', 'unchecked', 'not-due']), candidate: z.string().nullable(), evidence: evidences })).readonly(),
  promisedSeconds: z.number().nullable(), realSeconds: z.number().nullable(), newestRestorable: z.string().nullable(),
});
const kind = z.enum(['restore-snapshot', 'use-data-dir', 'replace-member', 'force-new-cluster', 'repair-without-restore', 'reapply-objects', 'none']);
const chosen = open({ path: z.string(), sha256: sha256.nullable() }).nullable();
const recommendation = open({
  kind, candidate: chosen, confidence, loss: loss.nullable(), missingFacts: z.array(open({ fact: z.string(), said, collect: z.string().nullable() })).readonly(), why: z.array(said).readonly(),
  whyNot: z.array(open({ candidate: z.string(), said })).readonly(), conditions: z.array(said).readonly(), risks: z.array(said).readonly(),
  nextBest: open({ kind, candidate: chosen, said }).nullable(), evidence: evidences,
});
const step = open({
  id: z.string(), host: z.string(), address: z.string().nullable(), script: z.string(), phase: z.enum(['preflight', 'stop', 'keep', 'restore', 'start', 'verify', 'control-plane', 'rollback']),
  needs: z.array(z.string()).readonly(), title: said, commands: z.array(z.string()).readonly(), expect: said, stopIf: said.nullable(), evidence: evidences,
});
const plan = open({
  schemaVersion: z.literal(1), kind, candidate: open({ path: z.string(), sha256: sha256.nullable(), revision: count.nullable() }).nullable(), steps: z.array(step).readonly(),
  scripts: z.record(z.string(), z.string()).readonly(),
  manual: z.array(open({ host: z.string().nullable(), title: said, commands: z.array(z.string()).readonly(), expect: said.nullable() })).readonly(),
  minutes: open({ least: z.number(), most: z.number() }).nullable(),
});
const manifestEntry = open({ path: z.string(), size: count, sha256, mtime: time, kind: z.string(), recognisedBy: z.string(), host: z.string().nullable(), firstLine: z.string().nullable() });

const caseSchema = open({
  schemaVersion: z.literal(schemaVersion), tool: open({ name: z.literal('etcd-autopsy'), version: z.string() }), options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly(),
  language: z.enum(['en', 'zh-CN']), title: z.string(), manifestSha256: sha256, inputUnchanged: z.boolean(), zone: text,
  hosts: z.array(host).readonly(), installation, members: z.array(member).readonly(), candidates: z.array(candidate).readonly(),
  lastKnownState: open({ revision: count.nullable(), time: estimate, evidence: evidences }).nullable(),
  revisions: z.array(open({ revision: count, time: estimate, what: z.enum(['clock', 'candidate', 'log', 'last']), atLeast: z.boolean(), label: z.string() })).readonly(),
  events: z.array(event).readonly(), outage, causes: z.array(cause).readonly(), findings: z.array(finding).readonly(), backupAudit: audit.nullable(), recommendation, plan: plan.nullable(),
  rehearsal: open({ etcdVersion: z.string(), at: z.string(), passed: z.boolean(), checks: z.array(open({ what: z.string(), expected: z.string(), actual: z.string(), passed: z.boolean() })).readonly() }).nullable(),
  notChecked: z.array(said).readonly(), manifest: z.array(manifestEntry).readonly(), excerpts: z.array(excerpt).readonly(),
});

/** The JSON Schema (draft 2020-12) of `case.json`. */
export function caseJsonSchema(): Readonly<Record<string, unknown>> {
  return { $id: `urn:etcd-autopsy:case:${schemaVersion}`, title: 'Case of etcd-autopsy', ...z.toJSONSchema(caseSchema, { target: 'draft-2020-12', io: 'input', reused: 'ref' }) };
}

type Checked = z.infer<typeof caseSchema>;

/** Reads a case that was written earlier or by another program. Throws a ZodError that names the field. */
export function parseCase(json: unknown): Case {
  const value: Case = caseSchema.parse(json);
  return value;
}

/** A case that was just made, held to its published form. Throws a ZodError that names the field. */
export function checkCase(value: Case): Case {
  return parseCase(value satisfies Checked);
}
