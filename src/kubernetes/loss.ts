import { sameWrite, twinIn } from './live-keys.js';
import type { KubeSurvey, LiveKey } from './survey.js';
import { isNoise, storageIdentity, type StorageIdentity } from './storage-key.js';

export type ObjectChange = 'created' | 'changed' | 'deleted';

export interface NamedChange {
  readonly change: ObjectChange;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** What would be undone by going back from `last` to `candidate`. */
export interface ObjectLoss {
  readonly created: number;
  readonly changed: number;
  readonly deleted: number;
  readonly byResource: Readonly<Record<string, { readonly created: number; readonly changed: number; readonly deleted: number }>>;
  /** The most important first; at most 200. */
  readonly named: readonly NamedChange[];
  /** Leases, events, endpoints, bookkeeping, and objects of which only the status moved. */
  readonly noise: number;
  readonly attention: LossAttention;
}

/** What needs a person's eye: each list at most 50 names. */
export interface LossAttention {
  /** Volumes and claims made since: after a restore nothing points at their storage any more. */
  readonly orphanedVolumes: readonly string[];
  /** Volumes and claims deleted since, which would point at storage that may be gone. */
  readonly revivedVolumes: readonly string[];
  /** Nodes that joined since: their kubelets must register again. */
  readonly missingNodes: readonly string[];
  /** Secrets made or changed since: tokens, certificates and passwords that no longer match. */
  readonly secrets: readonly string[];
  /** Pods deleted since, which the restored cluster believes to be running. */
  readonly revivedPods: readonly string[];
  /** Namespaces made or deleted since. */
  readonly namespaces: readonly string[];
}

export interface KeyChange {
  readonly change: ObjectChange;
  readonly key: string;
  readonly identity: StorageIdentity;
  readonly from: LiveKey | null;
  readonly to: LiveKey | null;
  /** Bookkeeping, or only the status moved. */
  readonly noise: boolean;
}

/** Every key that differs between two states of one cluster, from the earlier to the later. */
export function* changesBetween(earlier: KubeSurvey, later: KubeSurvey): Generator<KeyChange> {
  const prefixes = [...new Set([...earlier.prefixes, ...later.prefixes])];
  const identityOf = (key: string): StorageIdentity => storageIdentity(key, prefixes) ?? { resource: 'other', namespace: null, name: key };
  const oneCluster = earlier.kubeSystemUid !== null && earlier.kubeSystemUid === later.kubeSystemUid;
  let shared = 0;
  for (const from of earlier.live.values()) {
    const to = twinIn(later.live, from);
    if (to === undefined) {
      const { key } = from;
      const identity = identityOf(key);
      yield { change: 'deleted', key, identity, from, to: null, noise: isNoise(identity.resource) };
      continue;
    }
    shared++;
    if (!sameWrite(from, to, oneCluster)) {
      const { key } = from;
      const identity = identityOf(key);
      const recreated = from.uid !== 0 && to.uid !== 0 && from.uid !== to.uid;
      const same = !recreated && from.substance === to.substance && (from.deleting === null) === (to.deleting === null);
      yield { change: 'changed', key, identity, from, to, noise: same || isNoise(identity.resource) };
    }
  }
  // Keys stand once on each side: when all of the later ones were met, none is new.
  if (shared === later.live.size) return;
  for (const to of later.live.values()) {
    if (twinIn(earlier.live, to) !== undefined) continue;
    const { key } = to;
    const identity = identityOf(key);
    yield { change: 'created', key, identity, from: null, to, noise: isNoise(identity.resource) };
  }
}

const importance = ['persistentvolumes', 'persistentvolumeclaims', 'namespaces', 'apiextensions.k8s.io/customresourcedefinitions', 'minions', 'secrets', 'statefulsets', 'deployments', 'daemonsets', 'cronjobs', 'jobs', 'services/specs', 'ingress', 'configmaps'];

/** Place in a list of names: storage and identities first, pods and what their owners remake last. */
function rank(resource: string): number {
  const at = importance.indexOf(resource);
  if (at >= 0) return at;
  if (resource === 'pods' || resource === 'replicasets' || resource === 'controllerrevisions') return 100;
  return resource.includes('.') ? 10.5 : 20;
}

/** Objects that a restore of `candidate` would lose against `last`, the best known last state. */
export function lossBetween(candidate: KubeSurvey, last: KubeSurvey): ObjectLoss {
  const byResource = new Map<string, { created: number; changed: number; deleted: number }>();
  const total = { created: 0, changed: 0, deleted: 0 };
  const kept: NamedChange[] = [];
  const seen = { orphanedVolumes: [] as string[], revivedVolumes: [] as string[], missingNodes: [] as string[], secrets: [] as string[], revivedPods: [] as string[], namespaces: [] as string[] };
  const note = (list: string[], identity: StorageIdentity): void => {
    if (list.length < 50) list.push(identity.namespace === null ? identity.name : `${identity.namespace}/${identity.name}`);
  };
  let noise = 0;
  for (const { change, identity, noise: minor } of changesBetween(candidate, last)) {
    if (minor) {
      noise++;
      continue;
    }
    const { resource } = identity;
    total[change]++;
    const entry = byResource.get(resource) ?? { created: 0, changed: 0, deleted: 0 };
    entry[change]++;
    byResource.set(resource, entry);
    kept.push({ change, ...identity });
    if (resource === 'persistentvolumes' || resource === 'persistentvolumeclaims') {
      if (change !== 'changed') note(change === 'created' ? seen.orphanedVolumes : seen.revivedVolumes, identity);
    } else if (resource === 'minions' && change === 'created') note(seen.missingNodes, identity);
    else if (resource === 'secrets' && change !== 'deleted') note(seen.secrets, identity);
    else if (resource === 'pods' && change === 'deleted') note(seen.revivedPods, identity);
    else if (resource === 'namespaces' && change !== 'changed') note(seen.namespaces, identity);
  }
  kept.sort((a, b) => rank(a.resource) - rank(b.resource) || (a.resource < b.resource ? -1 : a.resource > b.resource ? 1 : 0) || ((a.namespace ?? '') < (b.namespace ?? '') ? -1 : 1));
  return {
    ...total,
    byResource: Object.fromEntries([...byResource].sort(([a], [b]) => (a < b ? -1 : 1))),
    named: kept.slice(0, 200),
    noise,
    attention: seen,
  };
}
