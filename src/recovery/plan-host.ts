import type { Draft } from '../case/draft.js';
import type { Basis, InstallationInfo, MemberInfo, Message, Setting } from '../case/model.js';
import { backupJobOf, type BackupJob } from './plan-backup-job.js';
import { hasControlCharacter, visible } from '../artifacts/shell/shell-word.js';

/** A fact that a command needs and the bundle does not give, with the command that obtains it. */
export interface MissingFact {
  readonly fact: string;
  readonly said: Message;
  readonly collect: string | null;
}

/** Everything that the script of one host says, checked to be fit for a command. */
export interface PlanHost {
  readonly host: string;
  readonly script: string;
  readonly address: string;
  readonly runsAs: 'systemd' | 'docker' | 'static-pod' | 'container' | 'none';
  readonly runtime: InstallationInfo['containerRuntime'];
  readonly name: string;
  readonly peerUrl: string;
  readonly dataDir: string;
  readonly walDir: string | null;
  /** Directories of this host that are mount points, so that their contents are moved and not they. */
  readonly mounts: readonly string[];
  readonly owner: string;
  readonly endpoint: string;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly serverCert: string | null;
  readonly serverKey: string | null;
  readonly etcdctl: string;
  readonly etcdutl: string;
  readonly unit: string;
  readonly manifest: string;
  readonly manifests: string;
  readonly image: string;
  readonly container: string;
  /** The program that starts and stops a plain container. */
  readonly engine: 'docker' | 'podman' | 'nerdctl';
  readonly controlPlane: 'static-pod' | 'systemd' | 'none';
  readonly backup: BackupJob;
  readonly settings: MemberInfo['settings'];
}

/** One missing fact; characters that could disturb a terminal are written out. */
export function missing(fact: string, key: string, params: Message['params'], collect: string | null): MissingFact {
  return { fact: visible(fact), said: { key, params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? visible(value) : value])) }, collect };
}

/** A directory that may be renamed: absolute, no `.` or `..` in it, and not one that the system needs. */
export function isSafeDirectory(path: string): boolean {
  const parts = path.split('/').slice(1);
  return path.startsWith('/') && parts.length >= 2 && !path.endsWith('/') && parts.every((part) => part !== '' && part !== '.' && part !== '..')
    && !/^\/(var\/(lib|log|run|spool|cache)|etc\/[^/]+|usr\/[^/]+|home\/[^/]+|dev\/.*|proc\/.*|sys\/.*|run\/[^/]+|boot\/.*)$/.test(path);
}

const isMemberName = (name: string): boolean => /^[^\s,=][^,=]*$/.test(name) && !name.startsWith('-');
const isPeerUrl = (url: string): boolean => /^https?:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(url);

/** The host part of a URL, without brackets; an empty text when it is no http(s) URL. */
export function addressOf(url: string): string {
  return /^https?:\/\/(?:\[([^\]]+)\]|([^:/]+))/.exec(url)?.slice(1).find((part) => part !== undefined) ?? '';
}

/** The endpoint to ask: the loopback one when the server listens there, else its first. */
export function endpointOf(urls: readonly string[], peerUrl: string): string {
  const local = urls.find((url) => /:\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(url));
  if (local !== undefined) return local;
  const any = urls.find((url) => /:\/\/(0\.0\.0\.0|\[::\])/.test(url));
  if (any !== undefined) return any.replace(/0\.0\.0\.0|\[::\]/, '127.0.0.1');
  return urls[0] ?? `${peerUrl.startsWith('https') ? 'https' : 'http'}://${addressOf(peerUrl)}:2379`;
}

/** A file name for the script of a host; names that differ only in odd characters collide and are refused. */
function scriptName(host: string): string {
  return `restore-${host.replace(/[^A-Za-z0-9._-]/g, '_')}.sh`;
}

/** The value of a setting, if its basis is good enough for a command; an installer's default is not. */
export const known = (setting: Setting<string> | null, allowed: readonly Basis[] = ['observed', 'inferred']): string | null =>
  setting !== null && allowed.includes(setting.basis) ? setting.value : null;

/** The script's values for the host of one member; what is missing or unfit is added to `lacks`. Null when nothing names the host. */
export function hostOf(member: MemberInfo, draft: Draft, only: boolean, lacks: MissingFact[]): PlanHost | null {
  const { settings } = member;
  const name = known(settings.name);
  const where = member.host ?? name ?? known(settings.peerUrl);
  if (where === null) return null;
  const need = (fact: string, value: string | null, fit: (text: string) => boolean, collect: string): string => {
    if (value === null) lacks.push(missing(`${fact} @ ${where}`, 'recovery.missing.fact', { fact, host: where }, collect));
    else if (hasControlCharacter(value) || !fit(value)) lacks.push(missing(`${fact} @ ${where}`, 'recovery.missing.unfit', { fact, host: where, value }, collect));
    return value ?? '';
  };
  const runs = draft.installation.etcdRunsAs;
  const runsAs = settings.manifestPath?.basis === 'observed' || settings.manifestPath?.basis === 'inferred' ? 'static-pod' : runs;
  const source = runsAs === 'static-pod' ? 'cat /etc/kubernetes/manifests/etcd.yaml' : 'systemctl cat etcd; cat /etc/etcd.env';
  const peerUrl = need('initial-advertise-peer-urls', known(settings.peerUrl), isPeerUrl, source);
  const dataDir = need('data-dir', known(settings.dataDir), isSafeDirectory, source);
  const walDir = known(settings.walDir);
  if (walDir !== null) need('wal-dir', walDir, isSafeDirectory, source);
  // A plain container names the path inside; only its mounts or a listing of the host prove where it is outside.
  const shown = (fact: Draft['facts'][number]): boolean => (fact.kind === 'file' && fact.path.startsWith(`${dataDir}/member`)) || (fact.kind === 'manifest' && fact.hostPaths.some((volume) => dataDir === volume.path || dataDir.startsWith(`${volume.path}/`)));
  if (runsAs === 'container' && !draft.facts.some((fact) => (fact.host === member.host || fact.host === null) && shown(fact))) {
    lacks.push(missing(`mount of the data directory @ ${where}`, 'recovery.missing.mount', { host: where, path: dataDir }, 'docker inspect etcd'));
  }
  const memberName = need('name', name, isMemberName, source);
  if (runsAs === 'embedded' || runsAs === 'unknown') lacks.push(missing(`unit @ ${where}`, 'recovery.missing.runs', { host: where }, 'systemctl status etcd; docker ps -a; crictl ps -a; ls /etc/kubernetes/manifests'));
  const onlyWords = Object.values(settings).flatMap((one: Setting<string | readonly string[]> | null) => (one === null ? [] : [one.value].flat()));
  for (const word of [...onlyWords, where]) if (hasControlCharacter(word)) lacks.push(missing(`settings @ ${where}`, 'recovery.missing.control', { host: where }, null));
  const manifest = settings.manifestPath?.value ?? '/etc/kubernetes/manifests/etcd.yaml';
  const endpoint = endpointOf(settings.clientUrls?.value ?? [], peerUrl);
  const host = draft.hosts.find((one) => one.name === member.host);
  const onPlane = host === undefined || host.roles.includes('control-plane') || runsAs === 'static-pod' || host.roles.length <= 1;
  return {
    host: where, script: scriptName(where), address: addressOf(peerUrl),
    runsAs: runsAs === 'embedded' || runsAs === 'unknown' ? 'none' : runsAs, runtime: draft.installation.containerRuntime,
    name: memberName, peerUrl, dataDir, walDir, mounts: mountsOf(draft, member.host), owner: settings.owner?.value ?? 'root:root', endpoint,
    caFile: settings.caFile?.value ?? null, certFile: settings.certFile?.value ?? null, keyFile: settings.keyFile?.value ?? null,
    ...serverPair(draft, member),
    etcdctl: settings.etcdctl?.value ?? 'etcdctl', etcdutl: settings.etcdutl?.value ?? 'etcdutl',
    unit: (settings.unit?.value ?? 'etcd').replace(/\.service$/, ''), manifest, manifests: manifest.replace(/\/[^/]*$/, ''),
    image: settings.image?.value ?? '', container: containerName(draft, member, memberName),
    engine: draft.installation.containerRuntime === 'podman' ? 'podman' : draft.installation.containerRuntime === 'containerd' && runsAs === 'container' ? 'nerdctl' : 'docker',
    controlPlane: onPlane ? planeKind(draft, member.host) : 'none',
    backup: backupJobOf(draft.facts, member.host, only, draft.installation.id), settings,
  };
}

const mountsOf = (draft: Draft, host: string | null): readonly string[] => [...new Set(draft.facts.flatMap((fact) => (fact.kind === 'disk' && (fact.host === host || fact.host === null) ? [fact.mount] : [])))];

/** How the apiserver of a host is stopped. An etcd for itself, with no sign of Kubernetes anywhere, has none. */
function planeKind(draft: Draft, host: string | null): PlanHost['controlPlane'] {
  const units = draft.facts.some((fact) => (fact.kind === 'unit' || fact.kind === 'unit-status') && (fact.host === host || fact.host === null) && /^kube-apiserver(\.service)?$/.test(fact.unit) && !(fact.kind === 'unit-status' && fact.loaded === 'not-found'));
  if (draft.installation.id === 'kubeasz' || units) return 'systemd';
  const alone = (draft.installation.id === 'systemd' || draft.installation.id === 'unknown') && draft.installation.kubernetesVersion === null && draft.hosts.every((one) => !one.roles.includes('control-plane'));
  return alone ? 'none' : 'static-pod';
}

function serverPair(draft: Draft, member: MemberInfo): { readonly serverCert: string | null; readonly serverKey: string | null } {
  const value = (key: string, flag: string): string | null => {
    for (const fact of draft.facts) {
      if (fact.host !== member.host && fact.host !== null) continue;
      if (fact.kind === 'env' && fact.key === key && fact.value.startsWith('/')) return fact.value;
      const word = fact.kind === 'manifest' ? fact.containers.flatMap((one) => one.command).find((one) => one.startsWith(flag)) : fact.kind === 'unit' ? new RegExp(`${flag}(\\S+)`).exec(fact.value)?.[0] : undefined;
      if (word !== undefined) return word.slice(flag.length);
    }
    return null;
  };
  return { serverCert: value('ETCD_CERT_FILE', '--cert-file='), serverKey: value('ETCD_KEY_FILE', '--key-file=') };
}

/** The plain container that holds the etcd of a member, by its listing or by the member's name. */
export function containerName(draft: Draft, member: MemberInfo, name: string): string {
  const found = draft.facts.find((fact) => fact.kind === 'container' && (fact.host === member.host || fact.host === null) && fact.pod === null && /^\/?etcd\d*$/.test(fact.name));
  return found?.kind === 'container' ? found.name.replace(/^\//, '') : /^etcd\d+$/.test(name) ? name : 'etcd';
}

/** A control-plane host without etcd: its apiserver must not write while etcd is restored. */
export function planeHost(draft: Draft, host: Draft['hosts'][number], members: readonly PlanHost[], lacks: MissingFact[]): PlanHost {
  if (hasControlCharacter(host.name)) lacks.push(missing(`host ${host.name}`, 'recovery.missing.control', { host: host.name }, null));
  const [model] = members;
  const address = host.addresses[0] ?? '';
  return {
    host: host.name, script: scriptName(host.name), address: /^[0-9A-Fa-f.:]+$/.test(address) ? address : '', runsAs: 'none', runtime: draft.installation.containerRuntime,
    name: '', peerUrl: '', dataDir: '', walDir: null, mounts: [], owner: '', endpoint: '', caFile: null, certFile: null, keyFile: null, serverCert: null, serverKey: null,
    etcdctl: '', etcdutl: '', unit: '', manifest: '', manifests: model?.manifests ?? '/etc/kubernetes/manifests', image: '', container: '', engine: 'docker',
    controlPlane: planeKind(draft, host.name),
    backup: backupJobOf(draft.facts, host.name, false, draft.installation.id), settings: model?.settings ?? draft.members[0]?.settings ?? noSettings,
  };
}

const noSettings: MemberInfo['settings'] = {
  dataDir: null, walDir: null, name: null, peerUrl: null, clientUrls: null, initialCluster: null, initialClusterToken: null, owner: null, caFile: null,
  certFile: null, keyFile: null, etcdctl: null, etcdutl: null, image: null, unit: null, manifestPath: null,
};
