import type { Draft } from '../case/draft.js';
import { parseInitialCluster } from '../installations/index.js';
import { hostOf, known, missing, planeHost, type MissingFact, type PlanHost } from './plan-host.js';

/** All hosts of a plan: those with a member, then control-plane hosts without etcd. */
export interface PlanHosts {
  readonly hosts: readonly PlanHost[];
  readonly initialCluster: string;
  readonly token: string;
  readonly missing: readonly MissingFact[];
}

const sourceOfMembers = 'systemctl cat etcd; cat /etc/etcd.env; cat /etc/kubernetes/manifests/etcd.yaml';

/** Two hosts with one name, or two that claim one member, cannot be told apart by a script. */
function twins(hosts: readonly PlanHost[]): MissingFact[] {
  return hosts.flatMap((host) => {
    const others = hosts.filter((other) => other !== host);
    const lacks: MissingFact[] = [];
    if (others.some((other) => other.script === host.script || other.host === host.host)) lacks.push(missing(`host ${host.host}`, 'recovery.missing.twins', { host: host.host }, 'hostname; ip addr'));
    if (host.runsAs !== 'none' && others.some((other) => other.runsAs !== 'none' && (other.peerUrl === host.peerUrl || other.name === host.name))) {
      lacks.push(missing(`member ${host.name}`, 'recovery.missing.same-member', { host: host.host, name: host.name, url: host.peerUrl }, 'etcdctl member list'));
    }
    return lacks;
  });
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
  const etcd = members.flatMap((member) => hostOf(member, draft, only, lacks) ?? []);
  if (etcd.length === 0) lacks.push(missing('members', 'recovery.missing.members', {}, sourceOfMembers));
  const plane = draft.hosts
    .filter((host) => host.roles.includes('control-plane') && !etcd.some((one) => one.host === host.name))
    .map((host) => planeHost(draft, host, etcd, lacks));
  const hosts = [...etcd, ...plane];
  lacks.push(...twins(hosts));

  const union = draft.members.map((member) => known(member.settings.initialCluster)).find((value) => value !== null) ?? null;
  const entries = union === null ? etcd.map((host) => ({ name: host.name, url: host.peerUrl })) : (parseInitialCluster(union) ?? []);
  if (union !== null && entries.length === 0) lacks.push(missing('initial-cluster', 'recovery.missing.cluster', { value: union }, 'etcdctl member list'));
  for (const entry of entries) {
    const host = etcd.find((one) => one.peerUrl === entry.url);
    if (host === undefined) lacks.push(missing(`host of ${entry.name}`, 'recovery.missing.member-host', { name: entry.name, url: entry.url }, 'etcd-autopsy collect'));
    else if (host.name !== entry.name) lacks.push(missing(`name @ ${host.host}`, 'recovery.missing.name-differs', { host: host.host, name: host.name, other: entry.name }, 'etcdctl member list'));
  }
  // Members that only a database or a list names: a manifest of kubeadm knows no member that joined later.
  for (const member of draft.members) {
    const [url] = member.peerUrls;
    if (member.host !== null || url === undefined || entries.some((entry) => entry.url === url || (member.name !== null && entry.name === member.name))) continue;
    lacks.push(missing(`host of ${member.name ?? url}`, 'recovery.missing.member-host', { name: member.name ?? '?', url }, 'etcd-autopsy collect'));
  }
  for (const host of etcd) {
    if (entries.length > 0 && !entries.some((entry) => entry.url === host.peerUrl)) lacks.push(missing(`member ${host.name}`, 'recovery.missing.not-in-cluster', { host: host.host, name: host.name, url: host.peerUrl }, 'etcdctl member list'));
  }
  const tokens = new Set(draft.members.map((member) => known(member.settings.initialClusterToken, ['observed', 'inferred', 'assumed'])).filter((token) => token !== null));
  if (tokens.size > 1) lacks.push(missing('initial-cluster-token', 'recovery.missing.tokens', { tokens: [...tokens].join(', ') }, 'grep INITIAL_CLUSTER_TOKEN /etc/etcd.env'));
  return {
    hosts, token: [...tokens][0] ?? 'etcd-cluster',
    initialCluster: entries.map((entry) => `${entry.name}=${entry.url}`).join(','),
    missing: [...new Map(lacks.map((one) => [one.fact + one.said.key, one])).values()],
  };
}
