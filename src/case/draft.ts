import type { Fact } from '../artifacts/fact.js';
import type { Scenario } from '../etcd/boot/together.js';
import type { BootReport, SnapshotReport } from '../etcd/verdict.js';
import type { BundleFile, IntakeFinding } from '../intake/bundle.js';
import type { Interval } from '../time/interval.js';
import type { Stamp } from '../time/stamp.js';
import type { SettingsFinding } from '../installations/index.js';
import type { KubeSurvey, RevisionClock } from '../kubernetes/index.js';
import type { EvidenceRegister } from './evidence.js';
import type { DifferingMembers } from './members-together.js';
import type { ResetEra } from './reset-clock.js';
import type { Candidate, HostInfo, InstallationInfo, ManifestEntry, MemberInfo, Setting } from './model.js';

/** A candidate with the machine-readable reports behind it. */
export interface DraftCandidate {
  /** `usable`, `reasons` and `loss` are filled by `src/recovery/`; before that they hold neutral values. */
  readonly candidate: Candidate;
  readonly snapshot: SnapshotReport | null;
  readonly boot: BootReport | null;
  /** When the content was last written, from all evidence, in ms. */
  readonly taken: Interval;
}

/**
 * The working model between reading and reporting: what is known, dated, but not yet judged.
 * `src/case/` builds it; timeline, diagnosis and recovery are pure functions of it.
 */
export interface Draft {
  readonly files: readonly BundleFile[];
  readonly manifest: readonly ManifestEntry[];
  readonly intakeFindings: readonly IntakeFinding[];
  readonly facts: readonly Fact[];
  readonly evidence: EvidenceRegister;
  /** Resolves a stamp of a host to UTC with everything known about zones, years and collection. */
  when(stamp: Stamp, host: string | null, artifact: string): Interval;
  /** Time of collection over all hosts. */
  readonly collected: Interval;
  readonly zone: Setting<string> | null;
  readonly hosts: readonly HostInfo[];
  readonly installation: InstallationInfo;
  readonly members: readonly MemberInfo[];
  /** Hosts of another cluster, which runs: nothing that they say is among the facts. */
  readonly otherHosts?: ReadonlySet<string>;
  /** The hosts are of several clusters, and nothing says which of them broke: they are no members of one. */
  readonly mixedHosts?: boolean;
  readonly candidates: readonly DraftCandidate[];
  /** The newest state that any file or log proves. `atLeast`: only a lower bound of the revision. */
  readonly lastKnown: { readonly revision: bigint; readonly atLeast: boolean; readonly time: Interval; readonly from: string } | null;
  /** Dates any revision of the cluster; merged from all databases of the bundle. */
  readonly clock?: RevisionClock;
  /** Ids of candidates of another cluster: they say nothing about when this one lived. */
  readonly foreign?: ReadonlySet<string>;
  /** What Kubernetes' values say in each database, by candidate id. */
  readonly surveys?: ReadonlyMap<string, KubeSurvey>;
  /** Every way in which a start of members from these candidates' directories can go, those of `left` not started; empty when the others are not different members of one cluster. Calculated when asked. */
  readonly together?: (of: ReadonlySet<string>, left: ReadonlySet<string>) => readonly Scenario[];
  /** Which of these candidates' directories contradict each other. Calculated when asked. */
  readonly differing?: (of: ReadonlySet<string>) => readonly DifferingMembers[];
  /** Hosts whose clock was behind when their artifacts were collected. */
  readonly clockResets?: ReadonlyMap<string, ResetEra>;
  /** Contradictions between the sources of one host. */
  readonly settingsFindings?: readonly SettingsFinding[];
}
