/**
 * The Case: everything that reports, scripts and other programs may say, as plain JSON. Times are
 * RFC 3339 UTC strings, ids are lower-case hex strings, revisions are JSON numbers (etcd counts
 * single writes: 2^53 is out of reach; a larger number read from a damaged file is reported as null).
 */
export const schemaVersion = '1.0.0';

/** How well something is known. */
export type Basis = 'observed' | 'inferred' | 'assumed';

/** Where a statement comes from. `id` is stable within the case (`E1`, `E2`, …). */
export interface Evidence {
  readonly id: string;
  readonly artifact: string;
  readonly line?: number;
  readonly offset?: number;
  readonly text: string;
  readonly basis: Basis;
}

/** The register entry behind an evidence id: the cited line with its neighbours. */
export interface Excerpt {
  readonly evidence: string;
  readonly artifact: string;
  readonly sha256: string | null;
  readonly host: string | null;
  readonly firstLine: number;
  readonly lines: readonly string[];
  readonly timeReading: string | null;
}

/** Words by key: the catalogues in `src/words/` turn key and params into a sentence. */
export interface Message {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** A message with its sentence in the language of the case. */
export interface Said extends Message {
  readonly text: string;
}

export interface TimeWindow {
  readonly notBefore: string | null;
  readonly notAfter: string | null;
}

export interface TimeEstimate extends TimeWindow {
  readonly best: string | null;
}

/** One value with its provenance. */
export interface Setting<T> {
  readonly value: T;
  readonly basis: Basis;
  readonly evidence: readonly Evidence[];
}

export type InstallationId =
  | 'kubekey' | 'kubespray' | 'kubeadm' | 'kubeasz' | 'k3s' | 'rke2' | 'rke1' | 'openshift' | 'talos'
  | 'kops' | 'k0s' | 'microk8s' | 'systemd' | 'unknown';

export interface InstallationInfo {
  readonly id: InstallationId;
  /** `binary`, `docker`, `static-pod`, `embedded`. */
  readonly etcdRunsAs: 'systemd' | 'docker' | 'static-pod' | 'embedded' | 'container' | 'unknown';
  readonly containerRuntime: 'docker' | 'containerd' | 'cri-o' | 'podman' | null;
  readonly etcdVersion: Setting<string> | null;
  readonly kubernetesVersion: Setting<string> | null;
  readonly basis: Basis;
  readonly evidence: readonly Evidence[];
  readonly evidenceAgainst: readonly Evidence[];
}

export interface HostInfo {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly zone: Setting<string> | null;
  /** When the artifacts of this host were collected. */
  readonly collectedAt: TimeEstimate;
  readonly roles: readonly ('etcd' | 'control-plane' | 'worker')[];
  readonly bootedAt: TimeEstimate | null;
  readonly evidence: readonly Evidence[];
}

/** The facts that a restore needs, per member, each with its provenance. */
export interface MemberSettings {
  readonly dataDir: Setting<string> | null;
  readonly walDir: Setting<string> | null;
  readonly name: Setting<string> | null;
  readonly peerUrl: Setting<string> | null;
  readonly clientUrls: Setting<readonly string[]> | null;
  readonly initialCluster: Setting<string> | null;
  readonly initialClusterToken: Setting<string> | null;
  readonly owner: Setting<string> | null;
  readonly caFile: Setting<string> | null;
  readonly certFile: Setting<string> | null;
  readonly keyFile: Setting<string> | null;
  /** Paths of programs on the host. */
  readonly etcdctl: Setting<string> | null;
  readonly etcdutl: Setting<string> | null;
  readonly image: Setting<string> | null;
  readonly unit: Setting<string> | null;
  readonly manifestPath: Setting<string> | null;
}

export interface MemberInfo {
  readonly host: string | null;
  readonly name: string | null;
  readonly memberId: string | null;
  readonly clusterId: string | null;
  readonly dataDir: string | null;
  readonly version: string | null;
  readonly peerUrls: readonly string[];
  readonly settings: MemberSettings;
  /** What is known of its process at collection. */
  readonly state: 'running' | 'failing' | 'stopped' | 'unknown';
  readonly evidence: readonly Evidence[];
}

export type CandidateVerdict =
  | 'intact' | 'digest-wrong' | 'digest-absent' | 'truncated' | 'damaged' | 'not-bbolt' | 'empty' | 'unreadable';

/** What a restore of one candidate would lose against the best knowledge of the last state. */
export interface Loss {
  readonly revisions: number | null;
  readonly seconds: number | null;
  /** `seconds` as bounds, when the clock gives some. */
  readonly secondsAtMost: number | null;
  readonly objects: {
    readonly created: number;
    readonly changed: number;
    readonly deleted: number;
    /** What people would miss, by resource; leases, events and the like are not in it. */
    readonly byResource: Readonly<Record<string, { readonly created: number; readonly changed: number; readonly deleted: number }>>;
    readonly named: readonly { readonly change: 'created' | 'changed' | 'deleted'; readonly resource: string; readonly namespace: string | null; readonly name: string }[];
    readonly noise: number;
  } | null;
}

export interface Candidate {
  readonly id: string;
  /** Path in the bundle. For a data directory: the path of the directory. */
  readonly path: string;
  /** Path on the host, when known. */
  readonly hostPath: string | null;
  readonly host: string | null;
  /** Of the file; for a data directory of its `member/snap/db`. */
  readonly sha256: string | null;
  /** Bytes of the same file. */
  readonly size: number;
  readonly kind: 'snapshot' | 'data-dir' | 'db-file';
  readonly verdict: CandidateVerdict;
  readonly revision: number | null;
  readonly totalKeys: number | null;
  readonly clusterId: string | null;
  readonly memberId: string | null;
  readonly takenAt: TimeEstimate;
  /** How `takenAt` was found: revision clock, name, mtime, log. */
  readonly takenAtBasis: readonly { readonly what: string; readonly time: TimeEstimate; readonly evidence: readonly Evidence[] }[];
  readonly usable: boolean;
  readonly reasons: readonly Said[];
  readonly loss: Loss | null;
  readonly skipHashCheck: boolean;
  /** For data directories: the prediction of a start. */
  readonly boot: {
    readonly result: 'ready' | 'dies' | 'hangs' | 'unknown';
    readonly message: string | null;
    readonly causeFile: string | null;
    readonly hazard: string | null;
    readonly replayed: number | null;
    readonly revision: number | null;
    readonly keys: number | null;
  } | null;
  readonly problems: readonly { readonly code: string; readonly severity: string; readonly offset: number | null; readonly page: number | null; readonly message: string }[];
  readonly evidence: readonly Evidence[];
}

export type Severity = 'info' | 'warning' | 'error' | 'critical';

export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** Sentence in the language of the case. */
  readonly message: string;
  readonly said: Message;
  readonly evidence: readonly Evidence[];
}

export type Confidence = 'proven' | 'likely' | 'possible' | 'rejected';

export interface Cause {
  readonly id: string;
  readonly confidence: Confidence;
  /** trigger, damage that followed, contributing factor, after-effect of a repair attempt. */
  readonly role: 'trigger' | 'damage' | 'contributing' | 'after-effect' | 'detection';
  readonly summary: Said;
  readonly fix: Said | null;
  readonly prevention: Said | null;
  readonly evidence: readonly Evidence[];
  readonly against: readonly Evidence[];
  /** Which artifact would decide. */
  readonly missing: readonly Said[];
}

export interface CaseEvent {
  readonly id: string;
  readonly time: TimeEstimate;
  /** Set for episodes. */
  readonly end: TimeEstimate | null;
  readonly host: string | null;
  /** etcd, apiserver, node, kubelet, backup, operator, storage, clock, … */
  readonly component: string;
  readonly kind: string;
  readonly said: Said;
  readonly count: number;
  readonly basis: Basis;
  readonly evidence: readonly Evidence[];
}

export interface Outage {
  readonly start: TimeWindow;
  readonly detectedAt: TimeEstimate | null;
  readonly end: TimeEstimate | null;
  readonly lastKnownGood: { readonly time: TimeEstimate; readonly evidence: readonly Evidence[] } | null;
  readonly firstKnownBad: { readonly time: TimeEstimate; readonly evidence: readonly Evidence[] } | null;
  readonly collectedAt: TimeEstimate;
  readonly perComponent: readonly { readonly host: string | null; readonly component: string; readonly start: TimeWindow; readonly end: TimeEstimate | null; readonly evidence: readonly Evidence[] }[];
}

export interface BackupAudit {
  readonly jobs: readonly {
    readonly host: string | null;
    readonly schedule: string | null;
    readonly command: string;
    readonly target: string | null;
    readonly keep: number | null;
    readonly periodSeconds: number | null;
    readonly evidence: readonly Evidence[];
  }[];
  /** One cell per expected or found run. */
  readonly runs: readonly {
    readonly host: string | null;
    readonly due: string | null;
    readonly state: 'good' | 'cut' | 'damaged' | 'empty' | 'hung' | 'missed' | 'rotated' | 'unchecked' | 'not-due';
    readonly candidate: string | null;
    readonly evidence: readonly Evidence[];
  }[];
  readonly promisedSeconds: number | null;
  readonly realSeconds: number | null;
  readonly newestRestorable: string | null;
}

export type RecommendationKind =
  | 'restore-snapshot' | 'use-data-dir' | 'replace-member' | 'force-new-cluster' | 'repair-without-restore'
  | 'reapply-objects' | 'none';

export interface Recommendation {
  readonly kind: RecommendationKind;
  readonly candidate: { readonly path: string; readonly sha256: string | null } | null;
  readonly confidence: Confidence;
  readonly loss: Loss | null;
  readonly missingFacts: readonly { readonly fact: string; readonly said: Said; readonly collect: string | null }[];
  readonly why: readonly Said[];
  readonly whyNot: readonly { readonly candidate: string; readonly said: Said }[];
  readonly conditions: readonly Said[];
  readonly risks: readonly Said[];
  readonly nextBest: { readonly kind: RecommendationKind; readonly candidate: { readonly path: string; readonly sha256: string | null } | null; readonly said: Said } | null;
  readonly evidence: readonly Evidence[];
}

/** One phase of one host's script, in the runbook and in `plan.json`. */
export interface PlanStep {
  readonly id: string;
  readonly host: string;
  readonly address: string | null;
  readonly script: string;
  readonly phase: 'preflight' | 'stop' | 'keep' | 'restore' | 'start' | 'verify' | 'control-plane' | 'rollback';
  readonly needs: readonly string[];
  readonly title: Said;
  /** Commands exactly as the script runs them, for the runbook. */
  readonly commands: readonly string[];
  readonly expect: Said;
  readonly stopIf: Said | null;
  readonly evidence: readonly Evidence[];
}

export interface Plan {
  readonly schemaVersion: 1;
  readonly kind: RecommendationKind;
  readonly candidate: { readonly path: string; readonly sha256: string | null; readonly revision: number | null } | null;
  readonly steps: readonly PlanStep[];
  /** Files of `restore/`, by name: scripts. The runbook is rendered by the report. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Steps that people do with other tools (k3s, RKE1, OpenShift, Talos, kOps, k0s), in order. */
  readonly manual: readonly { readonly host: string | null; readonly title: Said; readonly commands: readonly string[]; readonly expect: Said | null }[];
  readonly minutes: { readonly least: number; readonly most: number } | null;
}

export interface ManifestEntry {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly mtime: string | null;
  readonly kind: string;
  readonly recognisedBy: string;
  readonly host: string | null;
  /** For files that nothing recognised. */
  readonly firstLine: string | null;
}

export interface Case {
  readonly schemaVersion: typeof schemaVersion;
  readonly tool: { readonly name: 'etcd-autopsy'; readonly version: string };
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly language: 'en' | 'zh-CN';
  readonly title: string;
  readonly manifestSha256: string;
  readonly inputUnchanged: boolean;
  readonly zone: Setting<string> | null;
  readonly hosts: readonly HostInfo[];
  readonly installation: InstallationInfo;
  readonly members: readonly MemberInfo[];
  readonly candidates: readonly Candidate[];
  readonly lastKnownState: { readonly revision: number | null; readonly time: TimeEstimate; readonly evidence: readonly Evidence[] } | null;
  /** Points of the revision chart. */
  readonly revisions: readonly { readonly revision: number; readonly time: TimeEstimate; readonly what: 'clock' | 'candidate' | 'log' | 'last'; readonly atLeast: boolean; readonly label: string }[];
  readonly events: readonly CaseEvent[];
  readonly outage: Outage;
  readonly causes: readonly Cause[];
  readonly findings: readonly Finding[];
  readonly backupAudit: BackupAudit | null;
  readonly recommendation: Recommendation;
  readonly plan: Plan | null;
  readonly rehearsal: { readonly etcdVersion: string; readonly at: string; readonly passed: boolean; readonly checks: readonly { readonly what: string; readonly expected: string; readonly actual: string; readonly passed: boolean }[] } | null;
  readonly notChecked: readonly Said[];
  readonly manifest: readonly ManifestEntry[];
  readonly excerpts: readonly Excerpt[];
}
