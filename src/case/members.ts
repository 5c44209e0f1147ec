import type { Fact, MemberFact } from '../artifacts/fact.js';
import { etcdOptions, factsOfHost, memberSettings, parseInitialCluster, type SettingsFinding } from '../installations/index.js';
import { showsEtcd } from './hosts.js';
import { removedHosts } from './removed-members.js';
import { separateClusters, type Carrier, type Separation } from './separate-clusters.js';
import type { EvidenceRegister } from './evidence.js';
import type { Evidence, InstallationInfo, MemberInfo, MemberSettings } from './model.js';

/** A member as stored in a database of this host, or listed by a running etcd. */
export interface StoredMember {
  readonly memberId: string;
  readonly clusterId: string | null;
  readonly name: string;
  readonly peerUrls: readonly string[];
}

/** Ids that the databases of the bundle hold. */
export interface StoredMembership {
  readonly members: readonly StoredMember[];
  readonly clusterId: string | null;
}

const noSettings: MemberSettings = {
  dataDir: null, walDir: null, name: null, peerUrl: null, clientUrls: null, initialCluster: null, initialClusterToken: null, owner: null,
  caFile: null, certFile: null, keyFile: null, etcdctl: null, etcdutl: null, image: null, unit: null, manifestPath: null,
};

const isEtcdUnit = (unit: string): boolean => /^etcd\d*(\.service)?$/.test(unit);

/** What the newest artifacts say about the process of one member. */
function stateOf(facts: readonly Fact[], names: readonly string[], register: EvidenceRegister): { readonly state: MemberInfo['state']; readonly evidence: readonly Evidence[] } {
  const say = (state: MemberInfo['state'], fact: Fact): { state: MemberInfo['state']; evidence: Evidence[] } => ({ state, evidence: [register.cite(fact.at)] });
  const statuses = facts.filter((fact) => fact.kind === 'unit-status' && (isEtcdUnit(fact.unit) || /^(?:k3s|rke2-server|k0scontroller)(\.service)?$/.test(fact.unit)) && fact.loaded !== 'not-found');
  const status = statuses[statuses.length - 1];
  if (status?.kind === 'unit-status') {
    if (/^(?:activating|failed|reloading|deactivating)/.test(status.active)) return say('failing', status);
    if (/^active/.test(status.active)) return say('running', status);
    if (/^inactive/.test(status.active) && isEtcdUnit(status.unit)) return say('stopped', status);
  }
  const containers = facts.filter((fact) => fact.kind === 'container' && (fact.pod?.container === 'etcd' || (fact.pod === null && (/^\/?etcd\d*$/.test(fact.name) || (names.includes(fact.name.replace(/^\//, '')) && /(?:^|\/)etcd:/.test(fact.image))))));
  const up = containers.find((fact) => fact.kind === 'container' && fact.state === 'running');
  if (up !== undefined) return say('running', up);
  const down = containers.find((fact) => fact.kind === 'container' && fact.state !== 'created');
  if (down !== undefined) return say('failing', down);
  for (const fact of facts) if (fact.kind === 'process' && /^(?:\S*\/)?etcd(?:\s|$)/.test(fact.command)) return say('running', fact);
  return { state: 'unknown', evidence: [] };
}

function versionOf(facts: readonly Fact[]): string | null {
  for (const by of ['log', 'endpoint-status', '--version', 'image']) {
    for (const fact of facts) if (fact.kind === 'version' && fact.program === 'etcd' && fact.by === by) return /\d+\.\d+\.\d+/.exec(fact.version)?.[0] ?? null;
  }
  return null;
}

/** Ids that a running server's log names: `local-member-id`, `cluster-id`, `starting member X in cluster Y`. */
function idsInLogs(facts: readonly Fact[]): { readonly memberId: string | null; readonly clusterId: string | null } {
  let memberId: string | null = null;
  let clusterId: string | null = null;
  for (const fact of facts) {
    if (fact.kind !== 'log' || fact.source !== 'etcd') continue;
    const said = /(?:starting|restarting) member ([0-9a-f]{8,16}) in cluster ([0-9a-f]{8,16})/.exec(fact.message);
    const own = said?.[1] ?? fact.fields['local-member-id'] ?? fact.fields['local-member-ID'];
    const cluster = said?.[2] ?? fact.fields['cluster-id'] ?? fact.fields['cluster-ID'];
    if (own !== undefined && /^[0-9a-f]{8,16}$/.test(own)) memberId = own.replace(/^0+(?=.)/, '');
    if (cluster !== undefined && /^[0-9a-f]{8,16}$/.test(cluster)) clusterId = cluster.replace(/^0+(?=.)/, '');
  }
  return { memberId, clusterId };
}

/** What the own settings of a host name of its cluster. */
function carrierOf(host: string, facts: readonly Fact[], register: EvidenceRegister): Carrier {
  const own = factsOfHost(facts, host, false);
  const options = etcdOptions(own);
  const urls = [...(options.get('initial-advertise-peer-urls')?.value.split(',') ?? []), ...(parseInitialCluster(options.get('initial-cluster')?.value ?? '') ?? []).map(({ url }) => url)];
  return { host, urls, isRunning: stateOf(own, [options.get('name')?.value ?? '', 'etcd'], register).state === 'running' };
}

/** The list of members without some of them; as it is where none of them stands in it. */
function withoutEntries(cluster: MemberSettings['initialCluster'], isGone: (entry: { readonly name: string; readonly url: string }) => boolean): MemberSettings['initialCluster'] {
  const entries = cluster === null ? null : parseInitialCluster(cluster.value);
  if (cluster === null || entries === null || !entries.some(isGone)) return cluster;
  return { ...cluster, value: entries.filter((entry) => !isGone(entry)).map(({ name, url }) => `${name}=${url}`).join(','), basis: 'inferred' };
}

const sharesUrl = (a: readonly string[], b: readonly string[]): boolean => a.some((url) => b.includes(url));

/**
 * The newest stored membership that belongs to the configured members. A snapshot of another cluster in
 * the folder must not lend its members; where nothing is configured, the newest one speaks.
 */
function fitting(memberships: readonly StoredMembership[], settings: readonly MemberSettings[], listed: readonly MemberFact[]): StoredMembership {
  const urls = new Set(settings.flatMap((one) => (one.peerUrl === null ? [] : [one.peerUrl.value, ...(parseInitialCluster(one.initialCluster?.value ?? '') ?? []).map((entry) => entry.url)])));
  const ids = new Set(listed.map((fact) => fact.memberId));
  const known = urls.size > 0 || ids.size > 0;
  const fits = (one: StoredMembership): boolean => !known || one.members.some((member) => ids.has(member.memberId) || member.peerUrls.some((url) => urls.has(url)));
  return memberships.find(fits) ?? { members: [], clusterId: null };
}

/**
 * A stored member that no configuration names. Up to 3.4 a restore leaves the old cluster's members in the
 * file (etcd-formats 8), and a member list of env files and units names all that live; kubeadm's manifests
 * name only those that were there when the node joined.
 */
function isLeftBehind(stored: StoredMember, settings: readonly MemberSettings[], info: InstallationInfo): boolean {
  const line = /^3\.(\d+)/.exec(info.etcdVersion?.value ?? '')?.[1];
  if (line === undefined || Number(line) > 4 || info.etcdRunsAs === 'static-pod') return false;
  const configured = settings.flatMap((one) => parseInitialCluster(one.initialCluster?.value ?? '') ?? []);
  return configured.length > 0 && !configured.some((entry) => stored.peerUrls.includes(entry.url));
}

/** A row that fits a host whose own files name neither member nor URL: by an address of its interfaces, or by its name, to which k3s and RKE2 add eight hex digits. */
function isOfHost(one: StoredMember, host: string | null, facts: readonly Fact[]): boolean {
  if (host === null) return false;
  const addresses = facts.flatMap((fact) => (fact.kind === 'address' && fact.host === host && fact.interfaceName !== null ? [fact.address.replace(/\/\d+$/, '')] : []));
  return one.peerUrls.some((url) => addresses.some((address) => url.includes(`//${address}:`))) || one.name === host || (one.name.startsWith(`${host}-`) && /^[0-9a-f]{8}$/.test(one.name.slice(host.length + 1)));
}

/**
 * The etcd members: one for each host that carries one, and those that only membership lists name. A host whose etcd was
 * taken out of the cluster carries none, unless a list of the running cluster names it again.
 */
export function describeMembers(facts: readonly Fact[], hosts: readonly string[], info: InstallationInfo, memberships: readonly StoredMembership[], register: EvidenceRegister): { readonly members: readonly MemberInfo[]; readonly clusters: Separation; readonly findings: readonly SettingsFinding[] } {
  const listed = facts.filter((fact): fact is MemberFact => fact.kind === 'member' && fact.learner !== true);
  const every = hosts.filter((host) => facts.some((fact) => fact.host === host && showsEtcd(fact)));
  const clusters = separateClusters(every.map((host) => carrierOf(host, facts, register)), [listed.flatMap((fact) => fact.peerUrls), ...memberships.map((one) => one.members.flatMap((member) => member.peerUrls))]);
  const carriers: (string | null)[] = every.filter((host) => !clusters.otherHosts.has(host));
  if (carriers.length === 0 && hosts.length <= 1 && facts.some(showsEtcd)) carriers.push(hosts[0] ?? null);
  const all = carriers.map((host) => ({ host, result: memberSettings(facts, host, carriers, info, register) }));
  const removed = removedHosts(facts);
  const isListed = (settings: MemberSettings): boolean => listed.some((fact) => (settings.peerUrl !== null && fact.peerUrls.includes(settings.peerUrl.value)) || (settings.name !== null && fact.name === settings.name.value));
  const gone = all.filter(({ host, result }) => host !== null && removed.has(host) && !isListed(result.settings));
  const results = gone.length === all.length ? all : all.filter((one) => !gone.includes(one));
  const left = results === all ? [] : gone.map(({ result }) => result.settings);
  const isGone = (one: Pick<StoredMember, 'name' | 'peerUrls'>): boolean => left.some((settings) => (settings.peerUrl !== null && one.peerUrls.includes(settings.peerUrl.value)) || (settings.name !== null && one.name === settings.name.value));
  const stored = fitting(memberships, all.map(({ result }) => result.settings), listed);
  const known: StoredMember[] = [];
  for (const one of [...listed.map((fact) => ({ memberId: fact.memberId, clusterId: fact.clusterId, name: fact.name, peerUrls: fact.peerUrls })), ...stored.members]) {
    if (!known.some((other) => other.memberId === one.memberId)) known.push(one);
  }
  const findings: SettingsFinding[] = [];
  const members: MemberInfo[] = [];
  for (const { host, result } of results) {
    const own = factsOfHost(facts, host, carriers.length <= 1);
    findings.push(...result.findings);
    const settings = { ...result.settings, initialCluster: withoutEntries(result.settings.initialCluster, (entry) => isGone({ name: entry.name, peerUrls: [entry.url] })) };
    const name = settings.name?.value ?? null;
    const peerUrls = settings.peerUrl === null ? [] : [settings.peerUrl.value];
    const match = known.find((one) => sharesUrl(one.peerUrls, peerUrls)) ?? known.find((one) => name !== null && one.name === name)
      ?? (name === null && peerUrls.length === 0 ? known.find((one) => isOfHost(one, host, facts)) : undefined)
      ?? (carriers.length === 1 && known.length === 1 ? known[0] : undefined);
    const logged = idsInLogs(own);
    const state = stateOf(own, [name ?? '', 'etcd'], register);
    const evidence = [settings.name, settings.peerUrl, settings.dataDir].flatMap((setting) => setting?.evidence ?? []);
    members.push({
      host,
      name: name ?? (match === undefined || match.name === '' ? null : match.name),
      memberId: match?.memberId ?? logged.memberId,
      clusterId: stored.clusterId ?? match?.clusterId ?? logged.clusterId,
      dataDir: settings.dataDir?.value ?? null,
      version: versionOf(own) ?? info.etcdVersion?.value ?? null,
      peerUrls: peerUrls.length > 0 ? peerUrls : (match?.peerUrls ?? []),
      settings,
      state: state.state,
      evidence: [...new Map([...evidence, ...state.evidence].map((one) => [one.id, one])).values()].slice(0, 6),
    });
  }
  const named = members.flatMap((member) => parseInitialCluster(member.settings.initialCluster?.value ?? '') ?? []);
  const configured = results.map(({ result }) => result.settings);
  const others: StoredMember[] = [...known.filter((one) => listed.some((fact) => fact.memberId === one.memberId) || !isLeftBehind(one, configured, info)), ...named.map((entry) => ({ memberId: '', clusterId: null, name: entry.name, peerUrls: [entry.url] }))];
  for (const other of others) {
    if (isGone(other)) continue;
    if (members.some((member) => (other.memberId !== '' && member.memberId === other.memberId) || sharesUrl(member.peerUrls, other.peerUrls) || (other.name !== '' && member.name === other.name))) continue;
    members.push({
      host: null, name: other.name === '' ? null : other.name, memberId: other.memberId === '' ? null : other.memberId, clusterId: stored.clusterId ?? other.clusterId,
      dataDir: null, version: null, peerUrls: other.peerUrls, settings: noSettings, state: 'unknown',
      evidence: listed.filter((fact) => fact.memberId === other.memberId).slice(0, 1).map((fact) => register.cite(fact.at)),
    });
  }
  // A setting found on no host belongs to one of the listed members, nobody knows which: it is not one more.
  const nobody = (member: MemberInfo): boolean => member.host === null && member.name === null && member.memberId === null && member.peerUrls.length === 0;
  const somebody = members.filter((member) => !nobody(member));
  return { members: somebody.length > 0 ? somebody : members, clusters, findings };
}
