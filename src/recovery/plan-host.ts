import type { Draft } from '../case/draft.js';
import type { Basis, InstallationInfo, MemberInfo, Message, Setting } from '../case/model.js';
import { parseInitialCluster } from '../installations/index.js';
import { backupJobOf, type BackupJob } from './plan-backup-job.js';
import { hasControlCharacter } from './shell-word.js';

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
  readonly controlPlane: 'static-pod' | 'systemd' | 'none';
  readonly backup: BackupJob;
  readonly settings: MemberInfo['settings'];
}

export interface PlanHosts {
  readonly hosts: readonly PlanHost[];
  readonly initialCluster: string;
  readonly token: string;
  readonly missing: readonly MissingFact[];
}

const missing = (fact: string, key: string, params: Message['params'], collect: string | null): MissingFact => ({ fact, said: { key, params }, collect });

/** A directory that may be renamed: absolute, no `.` or `..` in it, and not one that the system needs. */
export function isSafeDirectory(path: string): boolean {
  const parts = path.split('/').slice(1);
  return path.startsWith('/') && parts.length >= 2 && !path.endsWith('/') && parts.every((part) => part !== '' && part !== '.' && part !== '..')
    && !/^\/(var\/(lib|log|run|spool|cache)|etc\/[^/]+|usr\/[^/]+|home\/[^/]+|dev\/.*|proc\/.*|sys\/.*|run\/[^/]+|boot\/.*)$/.test(path);
}

const isMemberName = (name: string): boolean => /^[^\s,=][^,=]*$/.test(name) && !name.startsWith('-');
const isPeerUrl = (url: string): boolean => /^https?:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(url);

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
export function scriptName(host: string): string {
  return `restore-${host.replace(/[^A-Za-z0-9._-]/g, '_')}.sh`;
}

const known = (setting: Setting<string> | null, allowed: readonly Basis[] = ['observed', 'inferred']): string | null =>
  setting !== null && allowed.includes(setting.basis) ? setting.value : null;

function hostOf(member: MemberInfo, draft: Draft, only: boolean, lacks: MissingFact[]): PlanHost | null {
  const { settings } = member;
  const name = known(settings.name);
  const where = member.host ?? name ?? known(settings.peerUrl);
  if (where === null) return null;
  const need = (fact: string, value: string | null, fit: (text: string) => boolean, collect: string): string => {
    if (value === null) lacks.push(missing(`${fact} @ ${where}`, 'recovery.missing.fact', { fact, host: where }, collect));
    else if (hasControlCharacter(value) || !fit(value)) lacks.push(missing(`${fact} @ ${where}`, 'recovery.missing.unfit', { fact, host: where, value: JSON.stringify(value) }, collect));
    return value ?? '';
  };
  const runs = draft.installation.etcdRunsAs;
  const runsAs = settings.manifestPath?.basis === 'observed' || settings.manifestPath?.basis === 'inferred' ? 'static-pod' : runs;
  const source = runsAs === 'static-pod' ? 'cat /etc/kubernetes/manifests/etcd.yaml' : 'systemctl cat etcd; cat /etc/etcd.env';
  const peerUrl = need('initial-advertise-peer-urls', known(settings.peerUrl), isPeerUrl, source);
  const dataDir = need('data-dir', known(settings.dataDir), isSafeDirectory, source);
  const walDir = known(settings.walDir);
  if (walDir !== null) need('wal-dir', walDir, isSafeDirectory, source);
  const memberName = need('name', name, isMemberName, source);
  if (runsAs === 'embedded' || runsAs === 'unknown') lacks.push(missing(`unit @ ${where}`, 'recovery.missing.runs', { host: where }, 'systemctl status etcd; docker ps -a; crictl ps -a; ls /etc/kubernetes/manifests'));
  const onlyWords = Object.values(settings).flatMap((one: Setting<string | readonly string[]> | null) => (one === null ? [] : [one.value].flat()));
  for (const word of [...onlyWords, where]) if (hasControlCharacter(word)) lacks.push(missing(`settings @ ${where}`, 'recovery.missing.control', { host: JSON.stringify(where) }, null));
  const manifest = settings.manifestPath?.value ?? '/etc/kubernetes/manifests/etcd.yaml';
  const endpoint = endpointOf(settings.clientUrls?.value ?? [], peerUrl);
  const host = draft.hosts.find((one) => one.name === member.host);
  const onPlane = host === undefined || host.roles.includes('control-plane') || runsAs === 'static-pod' || host.roles.length <= 1;
  return {
    host: where, script: scriptName(where), address: addressOf(peerUrl),
    runsAs: runsAs === 'embedded' || runsAs === 'unknown' ? 'none' : runsAs, runtime: draft.installation.containerRuntime,
    name: memberName, peerUrl, dataDir, walDir, owner: settings.owner?.value ?? 'root:root', endpoint,
    caFile: settings.caFile?.value ?? null, certFile: settings.certFile?.value ?? null, keyFile: settings.keyFile?.value ?? null,
    ...serverPair(draft, member),
    etcdctl: settings.etcdctl?.value ?? 'etcdctl', etcdutl: settings.etcdutl?.value ?? 'etcdutl',
    unit: (settings.unit?.value ?? 'etcd').replace(/\.service$/, ''), manifest, manifests: manifest.replace(/\/[^/]*$/, ''),
    image: settings.image?.value ?? '', container: containerName(draft, member, memberName),
    controlPlane: !onPlane ? 'none' : draft.installation.id === 'kubeasz' ? 'systemd' : 'static-pod',
    backup: backupJobOf(draft.facts, member.host, only, draft.installation.id), settings,
  };
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

function containerName(draft: Draft, member: MemberInfo, name: string): string {
  const found = draft.facts.find((fact) => fact.kind === 'container' && (fact.host === member.host || fact.host === null) && fact.pod === null && /^\/?etcd\d*$/.test(fact.name));
  return found?.kind === 'container' ? found.name.replace(/^\//, '') : /^etcd\d+$/.test(name) ? name : 'etcd';
}

/**
 * Resolves the members to be restored together. The initial cluster is the union of all members; a
 * member of it without a host in the bundle is a missing fact, because a part of a cluster must never
 * be restored alone.
 */
export function planHosts(draft: Draft): PlanHosts {
  const lacks: MissingFact[] = [];
  const members = draft.members.filter((member) => member.settings.peerUrl !== null || member.settings.dataDir !== null || member.host !== null);
  const only = new Set(members.map((member) => member.host)).size <= 1;
  const hosts = members.flatMap((member) => hostOf(member, draft, only, lacks) ?? []);
  if (hosts.length === 0) lacks.push(missing('members', 'recovery.missing.members', {}, 'systemctl cat etcd; cat /etc/etcd.env; cat /etc/kubernetes/manifests/etcd.yaml'));
  for (const host of hosts) {
    if (hosts.some((other) => other !== host && (other.script === host.script || other.host === host.host))) {
      lacks.push(missing(`host ${host.host}`, 'recovery.missing.twins', { host: host.host }, 'hostname; ip addr'));
    }
    if (hosts.some((other) => other !== host && (other.peerUrl === host.peerUrl || other.name === host.name))) {
      lacks.push(missing(`member ${host.name}`, 'recovery.missing.same-member', { host: host.host, name: host.name, url: host.peerUrl }, 'etcdctl member list'));
    }
  }
  const union = draft.members.map((member) => known(member.settings.initialCluster)).find((value) => value !== null) ?? null;
  const entries = union === null ? hosts.map((host) => ({ name: host.name, url: host.peerUrl })) : parseInitialCluster(union);
  if (entries === null) lacks.push(missing('initial-cluster', 'recovery.missing.cluster', { value: union ?? '' }, 'etcdctl member list'));
  for (const entry of entries ?? []) {
    const host = hosts.find((one) => one.peerUrl === entry.url);
    if (host === undefined) lacks.push(missing(`host of ${entry.name}`, 'recovery.missing.member-host', { name: entry.name, url: entry.url }, 'etcd-autopsy collect'));
    else if (host.name !== entry.name) lacks.push(missing(`name @ ${host.host}`, 'recovery.missing.name-differs', { host: host.host, name: host.name, other: entry.name }, 'etcdctl member list'));
  }
  const tokens = new Set(draft.members.map((member) => known(member.settings.initialClusterToken, ['observed', 'inferred', 'assumed'])).filter((token) => token !== null));
  if (tokens.size > 1) lacks.push(missing('initial-cluster-token', 'recovery.missing.tokens', { tokens: [...tokens].join(', ') }, 'grep INITIAL_CLUSTER_TOKEN /etc/etcd.env'));
  const ordered = hosts.map((host) => `${host.name}=${host.peerUrl}`);
  const cluster = (entries ?? []).every((entry) => ordered.includes(`${entry.name}=${entry.url}`)) && ordered.length > (entries?.length ?? 0) ? ordered.join(',') : (entries ?? []).map((entry) => `${entry.name}=${entry.url}`).join(',');
  return { hosts, initialCluster: cluster, token: [...tokens][0] ?? 'etcd-cluster', missing: [...new Map(lacks.map((one) => [one.fact + one.said.key, one])).values()] };
}
