import type { Stamp } from '../time/stamp.js';
import type { FactBase } from './fact-base.js';
import type { LogFact, LogSpanFact } from './log-fact.js';

export type { LogFact, LogSource, LogSpanFact } from './log-fact.js';

/**
 * What readers produce. One fact is one statement of one artifact, with its place; a reader decides
 * nothing about the case. Later steps switch over `kind`.
 */
export type Fact =
  | LogFact
  | LogSpanFact
  | ContainerFact
  | UnitFact
  | UnitStatusFact
  | EnvFact
  | CronFact
  | TimerFact
  | BackupScriptFact
  | FileFact
  | ProcessFact
  | ManifestFact
  | MemberFact
  | EndpointFact
  | AlarmFact
  | ClockFact
  | BootFact
  | DiskFact
  | MemoryFact
  | AddressFact
  | HostNameFact
  | VersionFact
  | DigestFact
  | CommandFact
  | KubeObjectFact
  | CertificateFact
  | MetricFact
  | SnapshotStatusFact
  | NoteFact;

/** One row of docker ps, crictl ps, nerdctl ps, podman ps, docker inspect. */
export interface ContainerFact extends FactBase {
  readonly kind: 'container';
  readonly runtime: 'docker' | 'crictl' | 'nerdctl' | 'podman';
  readonly id: string;
  readonly image: string;
  readonly name: string;
  readonly state: 'running' | 'exited' | 'created' | 'restarting' | 'paused' | 'dead' | 'unknown';
  readonly exitCode: number | null;
  /** When it was created, as written (usually `ago`). */
  readonly created: Stamp | null;
  /** Up D -> when it started; Exited (n) D ago -> when it finished. */
  readonly since: Stamp | null;
  /** Parsed from `k8s_C_POD_NS_UID_ATTEMPT` or the crictl columns. */
  readonly pod: {
    readonly container: string;
    readonly pod: string;
    readonly namespace: string | null;
    readonly uid: string | null;
    readonly attempt: number | null;
    readonly sandbox: boolean;
  } | null;
  /** True when the listing was taken with -a, so that absence means something. */
  readonly listsAll: boolean;
}

/** One directive of a systemd unit file or drop-in, in file order. */
export interface UnitFact extends FactBase {
  readonly kind: 'unit';
  /** `etcd.service`. */
  readonly unit: string;
  readonly path: string | null;
  readonly dropIn: string | null;
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** `systemctl status` / `systemctl show` of one unit. */
export interface UnitStatusFact extends FactBase {
  readonly kind: 'unit-status';
  readonly unit: string;
  readonly loaded: string | null;
  readonly unitPath: string | null;
  readonly enabled: string | null;
  readonly dropIns: readonly string[];
  readonly active: string;
  readonly sub: string | null;
  readonly result: string | null;
  readonly since: Stamp | null;
  /** The "22min ago" beside `since`: together they date the collection. */
  readonly ago: Extract<Stamp, { kind: 'ago' }> | null;
  readonly exitCode: number | null;
  readonly exitStatus: string | null;
  readonly signal: string | null;
  readonly mainPid: number | null;
  readonly restarts: number | null;
}

/** One KEY=VALUE of an environment file. Secrets are masked before this point. */
export interface EnvFact extends FactBase {
  readonly kind: 'env';
  readonly path: string | null;
  readonly key: string;
  readonly value: string;
}

/** One crontab line. */
export interface CronFact extends FactBase {
  readonly kind: 'cron';
  readonly schedule: string;
  readonly user: string | null;
  readonly command: string;
  readonly zone: string | null;
  readonly disabled: boolean;
}

/** One systemd timer (unit file or list-timers row), CronJob, OpenShift Backup, or built-in schedule (k3s/RKE2 config). */
export interface TimerFact extends FactBase {
  readonly kind: 'timer';
  readonly unit: string;
  readonly schedule: string | null;
  readonly last: Stamp | null;
  readonly next: Stamp | null;
  readonly activates: string | null;
  /** Zone of the schedule where the object names one. */
  readonly zone?: string;
}

/** What a backup shell script would do, found by parsing it (it is never run). */
export interface BackupScriptFact extends FactBase {
  readonly kind: 'backup-script';
  readonly path: string | null;
  /** Resolved words of each save command (`etcdctl snapshot save …`, `etcdctl backup …`, `cp`). */
  readonly saves: readonly { readonly words: readonly string[]; readonly target: string | null; readonly api: '2' | '3' | null; readonly line: number; readonly timeout: boolean }[];
  /** Folder or pattern of the results, `$(date …)` kept as `%Y-%m-%d…` between braces. */
  readonly targetPattern: string | null;
  readonly nameTime: { readonly format: string; readonly zone: 'local' | 'utc' } | null;
  readonly variables: Readonly<Record<string, string>>;
  readonly errexit: boolean;
  readonly rotation: { readonly by: 'count' | 'age'; readonly keep: number | null; readonly unit: 'files' | 'days' | null; readonly line: number } | null;
  readonly dataDir: string | null;
  readonly endpoints: string | null;
  readonly parseError: string | null;
}

/** One file or directory in an `ls`, `find`, `stat` or `tree` listing (of the host, not of the bundle). */
export interface FileFact extends FactBase {
  readonly kind: 'file';
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly size: number | null;
  readonly mode: string | null;
  readonly owner: string | null;
  readonly group: string | null;
  readonly mtime: Stamp | null;
}

/** One row of ps / pgrep -a. */
export interface ProcessFact extends FactBase {
  readonly kind: 'process';
  readonly pid: number;
  readonly ppid: number | null;
  readonly user: string | null;
  readonly started: Stamp | null;
  /** STIME `09:00`: the clock time of a start within the last day before the listing. */
  readonly startedClock?: string;
  readonly command: string;
}

/** A static pod (or any pod) manifest, from YAML. */
export interface ManifestFact extends FactBase {
  readonly kind: 'manifest';
  readonly path: string | null;
  readonly podName: string;
  readonly namespace: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly command: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** Line of each command word. */
    readonly lines: readonly number[];
    readonly mounts: readonly { readonly name: string; readonly path: string }[];
  }[];
  readonly hostPaths: readonly { readonly name: string; readonly path: string }[];
  readonly runAsUser: number | null;
  readonly runAsGroup: number | null;
}

/** One row of `etcdctl member list`. */
export interface MemberFact extends FactBase {
  readonly kind: 'member';
  /** Lower-case hex, 16 digits with leading zeros removed as etcd prints them. */
  readonly memberId: string;
  readonly clusterId: string | null;
  readonly name: string;
  readonly status: 'started' | 'unstarted' | null;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly learner: boolean | null;
}

/** One row of `etcdctl endpoint status` or `endpoint health`. */
export interface EndpointFact extends FactBase {
  readonly kind: 'endpoint';
  readonly endpoint: string;
  readonly memberId: string | null;
  readonly version: string | null;
  readonly dbSize: number | null;
  readonly dbSizeInUse: number | null;
  readonly leader: boolean | null;
  readonly raftTerm: bigint | null;
  readonly raftIndex: bigint | null;
  readonly revision: bigint | null;
  readonly healthy: boolean | null;
  readonly error: string | null;
  readonly collected: Stamp | null;
}

export interface AlarmFact extends FactBase {
  readonly kind: 'alarm';
  readonly memberId: string;
  readonly alarm: 'NOSPACE' | 'CORRUPT' | string;
}

/** `date`, `timedatectl`, `chronyc`, the header of a `script` recording: when and where it was collected. */
export interface ClockFact extends FactBase {
  readonly kind: 'clock';
  readonly now: Stamp | null;
  readonly universal: Stamp | null;
  readonly rtc: Stamp | null;
  readonly zoneName: string | null;
  readonly offsetMinutes: number | null;
  readonly synchronized: boolean | null;
}

/** `last -x`, `who -b`, `uptime`, `journalctl --list-boots`, kernel's first line. */
export interface BootFact extends FactBase {
  readonly kind: 'boot';
  readonly what: 'boot' | 'shutdown' | 'crash' | 'clock-change' | 'login' | 'log-begins' | 'uptime';
  readonly time: Stamp | null;
  readonly end: Stamp | null;
  /** Text of the user column for logins. */
  readonly user: string | null;
}

/** One row of df -h or df -i. */
export interface DiskFact extends FactBase {
  readonly kind: 'disk';
  readonly device: string;
  readonly mount: string;
  readonly sizeBytes: number | null;
  readonly usedBytes: number | null;
  readonly availableBytes: number | null;
  readonly usedPercent: number | null;
  readonly inodes: boolean;
}

export interface MemoryFact extends FactBase {
  readonly kind: 'memory';
  readonly totalBytes: number | null;
  readonly availableBytes: number | null;
  readonly swapBytes: number | null;
}

/** An address of the host (`ip addr`) or a line of /etc/hosts. */
export interface AddressFact extends FactBase {
  readonly kind: 'address';
  readonly address: string;
  readonly interfaceName: string | null;
  /** Names beside the address in /etc/hosts; empty for `ip addr`. */
  readonly names: readonly string[];
}

/** `hostname`, prompt, uname. */
export interface HostNameFact extends FactBase {
  readonly kind: 'hostname';
  readonly name: string;
}

/** A version of a program, however it was learnt. */
export interface VersionFact extends FactBase {
  readonly kind: 'version';
  readonly program: 'etcd' | 'etcdctl' | 'etcdutl' | 'etcd-cluster' | 'kubernetes' | 'kubekey' | 'k3s' | 'rke2' | 'docker' | 'containerd' | 'kernel' | 'os' | 'systemd' | string;
  readonly version: string;
  /** `log`, `--version`, `image`, `env-header`, `endpoint-status`, `cluster-version`. */
  readonly by: string;
}

/** A line of sha256sum / md5sum: ties a bundle file to a path on the host. */
export interface DigestFact extends FactBase {
  readonly kind: 'digest';
  readonly algorithm: 'sha256' | 'sha1' | 'md5';
  readonly digest: string;
  readonly path: string;
}

/** A command somebody ran (transcript prompt, shell history), with its time if it is known. */
export interface CommandFact extends FactBase {
  readonly kind: 'command';
  readonly command: string;
  readonly cwd: string | null;
  readonly user: string | null;
  readonly time: Stamp | null;
  readonly exitCode: number | null;
  /** First lines of what it printed, at most 20. */
  readonly output: readonly string[];
  readonly from: 'transcript' | 'history';
}

/** A row of `kubectl get`, or the main fields of an object in JSON/YAML. */
export interface KubeObjectFact extends FactBase {
  readonly kind: 'kube-object';
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly status: string | null;
  readonly age: Stamp | null;
  readonly fields: Readonly<Record<string, string>>;
}

export interface CertificateFact extends FactBase {
  readonly kind: 'certificate';
  readonly path: string | null;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: Stamp;
  readonly notAfter: Stamp;
  readonly names: readonly string[];
  readonly isCa: boolean;
  readonly fingerprint256: string | null;
}

export interface MetricFact extends FactBase {
  readonly kind: 'metric';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What `etcdctl|etcdutl snapshot status` printed on the host about one file. */
export interface SnapshotStatusFact extends FactBase {
  readonly kind: 'snapshot-status';
  /** The file that the command named. */
  readonly path: string | null;
  readonly hash: string;
  readonly revision: bigint;
  readonly totalKeys: number | null;
  /** Rounded in tables, exact in JSON. */
  readonly totalSize: number | null;
}

/** Free words of a person in the bundle (a note): quoted, never believed as a measurement. */
export interface NoteFact extends FactBase {
  readonly kind: 'note';
  readonly text: string;
}
