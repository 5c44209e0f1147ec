import { timeOfRevision, type RevisionClock } from '../time/revision-clock.js';
import type { Interval } from '../time/interval.js';
import { sameWrite, twinIn } from './live-keys.js';
import { changesBetween } from './loss.js';
import { isNoise, resourceOfKey, storageIdentity } from './storage-key.js';
import type { KubeSurvey } from './survey.js';

/** A change between two states, or inside one history, that a person should see before restoring. */
export type Suspicion =
  /** A namespace is gone, or is going, with what was in it. */
  | { readonly what: 'namespace-deleted'; readonly namespace: string; readonly objects: number; readonly finished: boolean }
  /** A kind is gone, with its instances. */
  | { readonly what: 'crd-deleted'; readonly name: string; readonly instances: number }
  /** Many objects that people care for are gone at once. */
  | { readonly what: 'mass-deletion'; readonly deleted: number; readonly before: number; readonly byResource: Readonly<Record<string, number>> }
  | { readonly what: 'keys-dropped'; readonly before: number; readonly after: number }
  | { readonly what: 'encryption-changed'; readonly before: string; readonly after: string }
  /** The later state has a lower revision, or jumped far ahead: a restore, or a bumped revision. */
  | { readonly what: 'revision-went-back'; readonly before: number; readonly after: number }
  | { readonly what: 'revision-jumped'; readonly before: number; readonly after: number }
  /** The two belong to different Kubernetes clusters. */
  | { readonly what: 'other-cluster'; readonly marks: readonly string[] };

/** No cluster writes this many revisions between two backups: `--bump-revision` of a restore makes such a step. */
export const revisionJump = 500_000_000;
/** Fewer deletions than this are daily work. */
const fewDeletions = 10;
/** Of these, no controller deletes half; of others, jobs and workflows for instance, one may. */
const lasting = ['persistentvolumes', 'persistentvolumeclaims', 'deployments', 'statefulsets', 'daemonsets', 'cronjobs', 'services/specs', 'ingress', 'secrets', 'configmaps', 'serviceaccounts'];

const encryptionWords = (s: KubeSurvey): string => s.encryption.map((e) => `${e.provider}:${e.keyName}`).sort().join(', ') || 'none';

/** Compares two states of what should be one cluster, the earlier first. */
export function suspiciousChanges(earlier: KubeSurvey, later: KubeSurvey): Suspicion[] {
  const found: Suspicion[] = [];
  const marks = marksOfAnotherCluster(earlier, later);
  if (marks.length > 0) return [{ what: 'other-cluster', marks }];

  const [before, after] = [earlier.newestRevision, later.newestRevision];
  if (before !== null && after !== null) {
    if (after < before) found.push({ what: 'revision-went-back', before, after });
    else if (after - before > revisionJump) found.push({ what: 'revision-jumped', before, after });
  }

  const byNamespace = new Map<string, number>();
  const byResource = new Map<string, number>();
  const namespaces: string[] = [];
  const definitions: string[] = [];
  let deleted = 0;
  for (const { change, identity, to, noise } of changesBetween(earlier, later)) {
    if (identity.resource === 'namespaces' && change === 'changed' && to?.deleting !== null && to !== null) namespaces.push(identity.name);
    if (change !== 'deleted' || noise) continue;
    if (identity.resource === 'namespaces') namespaces.push(identity.name);
    else if (identity.resource === 'apiextensions.k8s.io/customresourcedefinitions') definitions.push(identity.name);
    if (identity.namespace !== null) byNamespace.set(identity.namespace, (byNamespace.get(identity.namespace) ?? 0) + 1);
    byResource.set(identity.resource, (byResource.get(identity.resource) ?? 0) + 1);
    if (identity.resource !== 'pods' && identity.resource !== 'replicasets' && identity.resource !== 'jobs') deleted++;
  }
  const prefixes = later.prefixes;
  for (const namespace of namespaces)
    found.push({ what: 'namespace-deleted', namespace, objects: byNamespace.get(namespace) ?? 0, finished: !prefixes.some((p) => later.live.has(`${p}namespaces/${namespace}`)) });
  for (const name of definitions) {
    const [plural = '', ...group] = name.split('.');
    found.push({ what: 'crd-deleted', name, instances: byResource.get(`${group.join('.')}/${plural}`) ?? 0 });
  }
  const cared = caredFor(earlier);
  const wiped = lasting.some((resource) => (byResource.get(resource) ?? 0) >= Math.max(fewDeletions, (earlier.counts[resource] ?? 0) / 2));
  if (deleted >= fewDeletions && (wiped || deleted >= cared * 0.05)) found.push({ what: 'mass-deletion', deleted, before: cared, byResource: Object.fromEntries([...byResource].sort(([a], [b]) => (a < b ? -1 : 1))) });
  if (later.live.size < earlier.live.size * 0.8 && earlier.live.size - later.live.size >= 50) found.push({ what: 'keys-dropped', before: earlier.live.size, after: later.live.size });
  const [old, now] = [encryptionWords(earlier), encryptionWords(later)];
  if (old !== now) found.push({ what: 'encryption-changed', before: old, after: now });
  return found;
}

/**
 * What says that two states belong to different Kubernetes clusters: another kube-system, every node of the same
 * name another node, most objects of the same name other objects. A clone shares kube-system, not the nodes.
 */
function marksOfAnotherCluster(earlier: KubeSurvey, later: KubeSurvey): string[] {
  const marks: string[] = [];
  if (earlier.kubeSystemUid !== null && later.kubeSystemUid !== null && earlier.kubeSystemUid !== later.kubeSystemUid)
    marks.push(`kube-system ${earlier.kubeSystemUid} / ${later.kubeSystemUid}`);
  const shared = Object.keys(earlier.nodeUids).filter((name) => later.nodeUids[name] !== undefined);
  const foreign = shared.filter((name) => earlier.nodeUids[name] !== later.nodeUids[name]);
  const nodesDiffer = shared.length > 0 && foreign.length === shared.length;
  const { same, other } = sharedObjects(earlier, later);
  const objectsDiffer = other >= 5 && other >= same && foreign.length === shared.length;
  if (!(marks.length > 0 || objectsDiffer || (nodesDiffer && (shared.length > 1 || other > 0)))) return [];
  if (nodesDiffer) marks.push(...foreign.slice(0, 3).map((name) => `node ${name}`));
  if (other > 0) marks.push(`${other}/${same + other} UID`);
  return marks;
}

/** Objects under the same key that people made: how many are the same ones, by UID. */
function sharedObjects(earlier: KubeSurvey, later: KubeSurvey): { readonly same: number; readonly other: number } {
  const oneCluster = earlier.kubeSystemUid !== null && earlier.kubeSystemUid === later.kubeSystemUid;
  let same = 0;
  let other = 0;
  for (const a of earlier.live.values()) {
    const b = twinIn(later.live, a);
    if (b === undefined) continue;
    const resource = resourceOfKey(a.key, earlier.prefixes) ?? '';
    if (isNoise(resource) || resource === 'pods' || resource === 'minions') continue;
    if (sameWrite(a, b, oneCluster)) same++;
    else if (a.uid === 0 || b.uid === 0) continue;
    else if (a.uid === b.uid) same++;
    else other++;
  }
  return { same, other };
}

/** Live objects that people would miss, without pods and what controllers remake. */
function caredFor(survey: KubeSurvey): number {
  let count = 0;
  for (const [resource, n] of Object.entries(survey.counts)) if (!isNoise(resource) && resource !== 'pods' && resource !== 'replicasets' && resource !== 'jobs') count += n;
  return count;
}

/** Deletions close together in one history. */
export interface DeletionBurst {
  readonly fromRevision: number;
  readonly toRevision: number;
  readonly time: Interval;
  readonly deleted: number;
  readonly namespaces: readonly string[];
  /** Namespaces whose own object went. */
  readonly deletedNamespaces: readonly string[];
  readonly definitions: readonly string[];
  readonly byResource: Readonly<Record<string, number>>;
}

/**
 * Finds mass deletions inside one file's history. Deletions within a minute belong together, and those within 300
 * revisions as far as their times may be the same.
 */
export function deletionBursts(survey: KubeSurvey, clock: RevisionClock): DeletionBurst[] {
  const groups: { revision: number; key: string }[][] = [];
  let last = -Infinity;
  let lastTime: Interval | null = null;
  for (const deletion of [...survey.deletions].sort((a, b) => a.revision - b.revision)) {
    const { time } = timeOfRevision(clock, BigInt(deletion.revision));
    const within = time.best !== null && lastTime?.best != null && time.best - lastTime.best <= 60_000;
    const apart = time.notBefore !== null && lastTime?.notAfter != null && time.notBefore > lastTime.notAfter;
    const near = within || (!apart && deletion.revision - last <= 300);
    if (!near || groups.length === 0) groups.push([]);
    groups[groups.length - 1]?.push(deletion);
    last = deletion.revision;
    lastTime = time;
  }
  const cared = caredFor(survey);
  return groups.flatMap((group) => {
    const byResource = new Map<string, number>();
    const namespaces = new Set<string>();
    const deletedNamespaces: string[] = [];
    const definitions: string[] = [];
    let counted = 0;
    for (const { key } of group) {
      const identity = storageIdentity(key, survey.prefixes);
      if (identity === null) continue;
      byResource.set(identity.resource, (byResource.get(identity.resource) ?? 0) + 1);
      if (identity.namespace !== null) namespaces.add(identity.namespace);
      if (identity.resource === 'namespaces') deletedNamespaces.push(identity.name);
      if (identity.resource === 'apiextensions.k8s.io/customresourcedefinitions') definitions.push(identity.name);
      if (identity.resource !== 'pods' && identity.resource !== 'replicasets' && identity.resource !== 'jobs') counted++;
    }
    const many = counted >= fewDeletions && counted >= 0.03 * (cared + counted);
    if (!many && deletedNamespaces.length === 0 && definitions.length === 0) return [];
    const [first, final] = [group[0] as { revision: number }, group[group.length - 1] as { revision: number }];
    const from = timeOfRevision(clock, BigInt(first.revision)).time;
    const to = timeOfRevision(clock, BigInt(final.revision)).time;
    return [{
      fromRevision: first.revision,
      toRevision: final.revision,
      time: { notBefore: from.notBefore, best: from.best, notAfter: to.notAfter },
      deleted: group.length,
      namespaces: [...namespaces].sort(),
      deletedNamespaces,
      definitions,
      byResource: Object.fromEntries([...byResource].sort(([a], [b]) => (a < b ? -1 : 1))),
    }];
  });
}
