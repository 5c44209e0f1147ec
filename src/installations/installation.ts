import type { InstallationId, InstallationInfo } from '../case/model.js';
import type { MarkKind } from './marks.js';

/** One sign of an installation: a pattern over marks of the given kinds. */
export interface Clue {
  readonly in: readonly MarkKind[];
  readonly pattern: RegExp;
  /** `decides`: alone enough. `supports`: cited, but never enough alone. */
  readonly strength: 'decides' | 'supports';
}

/** Values that the installer writes when nobody changes them; used only as `assumed`. */
export interface Defaults {
  readonly dataDir: string | null;
  readonly token: string | null;
  readonly toolFolder: string | null;
  readonly owner: string | null;
  readonly caFile: string | null;
  /** `HOST` stands for the host's name. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** One restore step that people do with the installer's own tools. Words by key, commands by line. */
export interface ManualStep {
  readonly title: string;
  /** `all` hosts with etcd, the `first` of them (it holds the snapshot), the `others` one by one, `each` with its address; else the operator's machine. */
  readonly on: 'all' | 'first' | 'others' | 'each' | 'operator';
  /** `SNAPSHOT`, `STAMP`, `PEER_IP` and the like stand where the plan fills in or names what is missing. */
  readonly commands: readonly string[];
  readonly expect: string | null;
}

/** Words in capitals that a plan fills in; what stays open withholds the plan. */
export const placeholders = [
  'SNAPSHOT', 'STAMP', 'BASE', 'PEER_IP', 'FIRST_IP', 'SNAPSHOT_NAME', 'BACKUP_FOLDER', 'RESOURCES_ARCHIVE', 'BACKUP_STORE', 'MAIN_BACKUP', 'EVENTS_BACKUP', 'BACKUP_ARCHIVE', 'SKIP_HASH', 'S3_OFF', 'OTHER_BASE',
] as const;

/** One way of installing Kubernetes or etcd: one file each in this folder. */
export interface Installation {
  readonly id: InstallationId;
  /** How etcd runs there when the bundle does not show it. */
  readonly runsAs: InstallationInfo['etcdRunsAs'];
  readonly clues: readonly Clue[];
  /** All of these must be seen when no clue decides alone. */
  readonly together?: readonly RegExp[];
  readonly defaults: Defaults;
  /** Paths that the installer always mounts from elsewhere, for bundles in which no mount is seen. */
  readonly containerPaths?: readonly { readonly inside: string; readonly onHost: string }[];
  /** Where the installer's own tools do the restore: the steps, in order; else the scripts do it. */
  readonly manual: readonly ManualStep[] | null;
}

/** An installer that fixes nothing: every value must come from the bundle. */
export const noDefaults: Defaults = {
  dataDir: null, token: null, toolFolder: null, owner: null, caFile: null, certFile: null, keyFile: null,
};
