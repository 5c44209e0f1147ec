import type { DatabaseGroup } from '../artifacts/index.js';
import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import { intersect, type Interval } from '../time/interval.js';
import type { Stamp } from '../time/stamp.js';
import type { EvidenceRegister } from './evidence.js';
import type { HostInfo, Setting } from './model.js';
import { estimate } from './time-words.js';

/** The hosts that artifacts of the bundle come from, in order of first appearance. */
export function hostNames(facts: readonly Fact[], databases: readonly DatabaseGroup[]): string[] {
  const names = new Set<string>();
  for (const fact of facts) if (fact.host !== null) names.add(fact.host);
  for (const group of databases) if (group.host !== null) names.add(group.host);
  return [...names];
}

const isEtcdUnit = (unit: string): boolean => /^etcd\d*(\.service)?$/.test(unit);
const embedded = /^(?:k3s|rke2-server|k0scontroller)(\.service)?$/;
const baseName = (path: string): string => (path.split('/').pop() ?? '').split(/[:@]/)[0] ?? '';

/** True when the fact shows that this host carries an etcd member. */
export function showsEtcd(fact: Fact): boolean {
  switch (fact.kind) {
    case 'unit': return isEtcdUnit(fact.unit) && fact.key === 'ExecStart';
    case 'unit-status': return (isEtcdUnit(fact.unit) || embedded.test(fact.unit)) && fact.loaded !== 'not-found';
    case 'env': return /^ETCD_(DATA_DIR|NAME|INITIAL_ADVERTISE_PEER_URLS)$/.test(fact.key);
    case 'manifest': return fact.containers.some((one) => one.name === 'etcd' || baseName(one.command[0] ?? '') === 'etcd');
    case 'container': return fact.pod?.container === 'etcd' || (fact.pod === null && /^\/?etcd\d*$/.test(fact.name));
    case 'log': return fact.source === 'etcd' && fact.messageId !== null;
    case 'process': return /^(?:\S*\/)?etcd(?:\s|$)/.test(fact.command) || /\bk3s server\b|\brke2 server\b|\bk0s controller\b/.test(fact.command);
    case 'file': return /\/member\/(?:snap\/db|wal\/[^/]+\.wal)$/.test(fact.path);
    default: return false;
  }
}

function showsControlPlane(fact: Fact): boolean {
  switch (fact.kind) {
    case 'container': return /kube-apiserver|kube-controller-manager/.test(fact.pod?.container ?? fact.pod?.pod ?? fact.name);
    case 'manifest': return fact.containers.some((one) => /kube-apiserver/.test(one.name));
    case 'log': return fact.source === 'kube-apiserver';
    case 'process': return /kube-apiserver/.test(fact.command);
    case 'unit': case 'unit-status': return /^(?:kube-apiserver|k3s|rke2-server|k0scontroller)(\.service)?$/.test(fact.unit);
    case 'file': return /\/manifests\/kube-apiserver\.ya?ml$/.test(fact.path);
    default: return false;
  }
}

function addressesOf(host: string, facts: readonly Fact[]): { readonly found: string[]; readonly places: Place[] } {
  const found = new Set<string>();
  const places: Place[] = [];
  const useful = (address: string): boolean => !/^(?:127\.|::1$|0\.0\.0\.0|fe80:|169\.254\.)/.test(address);
  for (const fact of facts) {
    if (fact.kind === 'address') {
      const named = fact.names.some((name) => name === host || name.split('.')[0] === host);
      const real = fact.names.length === 0 && fact.host === host && !/^(?:docker|cni|br-|veth|cali|flannel|kube-ipvs|nodelocaldns|tunl|lo)/.test(fact.interfaceName ?? '');
      if ((named || real) && useful(fact.address) && !found.has(fact.address)) {
        found.add(fact.address.split('/')[0]!);
        places.push(fact.at);
      }
    } else if (fact.kind === 'kube-object' && /^nodes?$/.test(fact.resource) && fact.name === host) {
      const address = fact.fields['INTERNAL-IP'] ?? fact.fields['internalIP'];
      if (address !== undefined && /^[\d.:a-f]+$/i.test(address)) found.add(address);
    } else if (fact.kind === 'env' && fact.host === host && fact.key === 'ETCD_INITIAL_ADVERTISE_PEER_URLS') {
      const address = /^https?:\/\/\[?([\d.]+|[0-9a-fA-F:]+)\]?:\d+/.exec(fact.value)?.[1];
      if (address !== undefined && useful(address)) {
        found.add(address);
        places.push(fact.at);
      }
    } else if (fact.kind === 'manifest' && fact.host === host) {
      const word = fact.containers.filter((one) => one.name === 'etcd').flatMap((one) => one.command).find((one) => one.startsWith('--initial-advertise-peer-urls='));
      const address = word === undefined ? undefined : /https?:\/\/\[?([\d.]+|[0-9a-fA-F:]+)\]?:\d+/.exec(word)?.[1];
      if (address !== undefined && useful(address)) found.add(address);
    }
  }
  return { found: [...found], places };
}

/** The newest boot before the collection, from `last`, journals and uptimes. */
export function bootOf(facts: readonly Fact[], when: (stamp: Stamp, artifact: string) => Interval, limit: number | null): { readonly time: Interval; readonly place: Place } | null {
  let best: { time: Interval; place: Place } | null = null;
  let age: Interval | null = null;
  for (const fact of facts) {
    if (fact.kind !== 'boot' || fact.time === null) continue;
    const time = when(fact.time, fact.at.artifact);
    if (fact.what === 'uptime') {
      age = age === null ? time : (intersect(age, time) ?? age);
      if (best === null && time.notBefore !== null) best = { time, place: fact.at };
      continue;
    }
    if (fact.what !== 'boot' || time.notBefore === null || (limit !== null && time.notBefore > limit)) continue;
    const apart = best?.time.notBefore == null ? Infinity : time.notBefore - best.time.notBefore;
    // Records of one boot lie close together: the first line of a journal comes later than the kernel's start.
    if (apart > 180_000) best = { time, place: fact.at };
    else if (apart > -180_000 && best !== null) best = { time: intersect(best.time, time) ?? (apart < 0 ? time : best.time), place: apart < 0 ? fact.at : best.place };
  }
  if (best !== null && age !== null) best = { time: intersect(best.time, age) ?? best.time, place: best.place };
  return best;
}

export interface HostParts {
  readonly zone: Setting<string> | null;
  readonly collected: Interval;
  readonly booted: { readonly time: Interval; readonly place: Place } | null;
}

/** One host with everything that the bundle says about the machine itself. */
export function describeHost(name: string, facts: readonly Fact[], databases: readonly DatabaseGroup[], parts: HostParts, register: EvidenceRegister): HostInfo {
  const own = facts.filter((fact) => fact.host === name);
  const roles = new Set<HostInfo['roles'][number]>();
  const places: Place[] = [];
  const etcd = own.find(showsEtcd);
  if (etcd !== undefined || databases.some((group) => group.kind === 'data-dir' && group.host === name)) roles.add('etcd');
  const plane = own.find(showsControlPlane);
  if (plane !== undefined) roles.add('control-plane');
  for (const fact of [own.find((one) => one.kind === 'hostname'), etcd, plane]) if (fact !== undefined) places.push(fact.at);
  if (roles.size === 0 && own.some((fact) => (fact.kind === 'log' && fact.source === 'kubelet') || (fact.kind === 'unit-status' && /^kubelet/.test(fact.unit)))) roles.add('worker');
  const addresses = addressesOf(name, facts);
  return {
    name,
    addresses: addresses.found,
    zone: parts.zone,
    collectedAt: estimate(parts.collected),
    roles: [...roles],
    bootedAt: parts.booted === null ? null : estimate(parts.booted.time),
    evidence: [...places, ...addresses.places.slice(0, 2), ...(parts.booted === null ? [] : [parts.booted.place])].slice(0, 6).map((place) => register.cite(place)),
  };
}
