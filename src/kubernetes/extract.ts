import { applyOrder } from './apply-order.js';
import { meansResource } from './kind-words.js';
import { quickWaysTo } from './plain-write.js';
import { selects, type LabelSelector } from './label-selector.js';
import { manifestOf, plain, type ApplyTarget, type Plain } from './manifest.js';
import { readObject } from './object.js';
import { isNoise, storageIdentity } from './storage-key.js';
import { surveyWrites, type StoredWrite } from './survey.js';
import { valueHeader } from './value-header.js';
import { holdsSecrets } from './withhold.js';
import { utf8 } from './wire.js';

/** Which objects to take; what is null or empty does not limit. */
export interface ExtractWish {
  readonly namespace: string | null;
  readonly kinds: readonly string[];
  readonly selector: LabelSelector | null;
  /** The state at this revision; null for the end. */
  readonly revision: bigint | null;
  /** With Secrets; else they are left out. */
  readonly reveal: boolean;
}

/** Why an object cannot, or need not, come back by applying a manifest. */
export type LeftOutReason =
  /** Its owner, which is applied or lives, makes it again. */
  | 'made-by-owner'
  /** A controller of the cluster makes it again. */
  | 'made-by-cluster'
  /** A record of what happened, or a heartbeat. */
  | 'record'
  /** A machine registers itself. */
  | 'registers-itself'
  /** A token that the cluster must issue again. */
  | 'token'
  | 'secret-withheld'
  | 'encrypted'
  | 'unreadable'
  /** It has done its work; applied again it would run again. */
  | 'finished'
  /** It was being deleted already. */
  | 'was-being-deleted';

export interface ExtractedObject {
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly revision: number;
}

/** What a person must know about one manifest before applying it. */
export type ManifestNote = 'claim-without-volume' | 'claim-of-volume' | 'volume' | 'owner-gone' | 'unknown-kind' | 'damaged';

export interface Extract {
  /** In the order in which they can be applied. */
  readonly manifests: readonly (ExtractedObject & { readonly manifest: Plain; readonly notes: readonly ManifestNote[] })[];
  readonly leftOut: readonly (ExtractedObject & { readonly reason: LeftOutReason })[];
  /** Encrypted or unreadable objects of which nobody can say whether the selector means them. */
  readonly unchecked: number;
}

interface Candidate extends ExtractedObject {
  readonly object: Plain | null;
  readonly reason: LeftOutReason | null;
  readonly notes: ManifestNote[];
}

/** Keys and UIDs of the later state. */
interface Later {
  readonly keys: ReadonlySet<string>;
  readonly uids: ReadonlySet<string>;
}

function* upToRevision(writes: Iterable<StoredWrite>, last: bigint): Generator<StoredWrite> {
  for (const write of writes) if (write.revision <= last) yield write;
}

/** The writes up to a revision; all of them, and the quick way to them, when there is none. */
const within = (writes: Iterable<StoredWrite>, last: bigint | null): Iterable<StoredWrite> => (last === null ? writes : upToRevision(writes, last));

/**
 * Takes objects out of a state as manifests for `kubectl apply`. `writes` opens the file anew for each of two
 * passes; `later`, when given, limits the answer to what that later state no longer has.
 */
export function extractObjects(writes: () => Iterable<StoredWrite>, wish: ExtractWish, later: (() => Iterable<StoredWrite>) | null): Extract {
  const survey = surveyWrites(within(writes(), wish.revision));
  const after = later === null ? null : stateOf(later());
  const wanted = new Map<string, number>();
  for (const [key, entry] of survey.live) {
    const identity = storageIdentity(key, survey.prefixes);
    if (identity === null || after?.keys.has(key) === true) continue;
    if (wish.kinds.length > 0 && !wish.kinds.some((kind) => meansResource(kind, identity.resource, entry.kind))) continue;
    const volume = identity.resource === 'persistentvolumes';
    if (wish.namespace !== null && identity.namespace !== wish.namespace && !(identity.resource === 'namespaces' && identity.name === wish.namespace) && !volume) continue;
    wanted.set(key, entry.revision);
  }
  const candidates: Candidate[] = [];
  let unchecked = 0;
  for (const write of within(quickWaysTo(writes()).plain, wish.revision)) {
    if (write.value === null) continue;
    const key = utf8(write.key, 0, write.key.length);
    if (wanted.get(key) !== Number(write.revision)) continue;
    wanted.delete(key);
    const identity = storageIdentity(key, survey.prefixes);
    if (identity === null) continue;
    const candidate = candidateOf({ ...identity, revision: Number(write.revision) }, write.value, wish);
    if (candidate === 'unchecked') unchecked++;
    else if (candidate !== null) candidates.push(candidate);
  }
  return { ...arranged(candidates, after), unchecked };
}

function stateOf(writes: Iterable<StoredWrite>): Later {
  const last = new Map<string, { readonly revision: bigint; readonly uid: string | null }>();
  for (const write of writes) {
    const key = utf8(write.key, 0, write.key.length);
    if ((last.get(key)?.revision ?? 0n) > write.revision) continue;
    last.set(key, { revision: write.revision, uid: write.value === null ? null : (valueHeader(write.value)?.uid ?? '') });
  }
  const living = [...last].filter(([, state]) => state.uid !== null);
  return { keys: new Set(living.map(([key]) => key)), uids: new Set(living.map(([, state]) => state.uid ?? '').filter((uid) => uid !== '')) };
}

/** Null for what the wish does not mean. */
function candidateOf(named: ExtractedObject, value: Uint8Array, wish: ExtractWish): Candidate | 'unchecked' | null {
  const left = (reason: LeftOutReason): Candidate => ({ ...named, object: null, reason, notes: [] });
  const read = readObject(value, 0n);
  if (read.form !== 'object') {
    if (wish.selector !== null) return isNoise(named.resource) ? null : 'unchecked';
    return left(read.form === 'encrypted' ? 'encrypted' : isNoise(named.resource) ? 'record' : 'unreadable');
  }
  const { object } = read;
  const metadata = plain(object['metadata']);
  if (wish.selector !== null && !selects(wish.selector, plain(metadata['labels']))) return null;
  if (named.resource === 'persistentvolumes' && wish.namespace !== null && plain(plain(object['spec'])['claimRef'])['namespace'] !== wish.namespace) return null;
  const reason = reasonOf(named, object, wish.reveal);
  if (reason !== null) return { ...left(reason), object };
  const notes: ManifestNote[] = [];
  if (!read.known) notes.push('unknown-kind');
  if (read.malformed) notes.push('damaged');
  if (named.resource === 'persistentvolumes') notes.push('volume');
  return { ...named, object, reason: null, notes };
}

function reasonOf({ resource, namespace, name }: ExtractedObject, object: Plain, reveal: boolean): LeftOutReason | null {
  const metadata = plain(object['metadata']);
  const labels = plain(metadata['labels']);
  const kind = String(object['kind']);
  if (resource === 'events' || resource === 'events.k8s.io/events') return 'record';
  if (kind === 'Secret' && object['type'] === 'kubernetes.io/service-account-token') return 'token';
  if (metadata['deletionTimestamp'] !== undefined && metadata['deletionTimestamp'] !== null) return 'was-being-deleted';
  if (resource === 'minions' || kind === 'CSINode') return 'registers-itself';
  if (kind === 'CertificateSigningRequest') return 'finished';
  if (kind === 'ConfigMap' && name === 'kube-root-ca.crt') return 'made-by-cluster';
  // The API server keeps its own Service and its addresses (kube-apiserver controlplane/controller/kubernetesservice).
  if (namespace === 'default' && name === 'kubernetes' && (kind === 'Service' || kind === 'Endpoints' || kind === 'EndpointSlice')) return 'made-by-cluster';
  if ((kind === 'Endpoints' || kind === 'EndpointSlice') && (Object.keys(labels).some((l) => l.endsWith('.kubernetes.io/managed-by')) || plain(metadata['annotations'])['endpoints.kubernetes.io/last-change-trigger-time'] !== undefined)) return 'made-by-cluster';
  if (kind === 'Pod' && plain(metadata['annotations'])['kubernetes.io/config.mirror'] !== undefined) return 'made-by-cluster';
  if (kind === 'FlowSchema' || kind === 'PriorityLevelConfiguration') return plain(metadata['annotations'])['apf.kubernetes.io/autoupdate-spec'] === 'true' ? 'made-by-cluster' : null;
  if (kind !== 'Endpoints' && kind !== 'EndpointSlice' && isNoise(resource)) return 'record';
  if ((kind === 'Job' || kind === 'Pod') && hasFinished(object)) return 'finished';
  if (!reveal && holdsSecrets(resource, object)) return 'secret-withheld';
  return null;
}

function hasFinished(object: Plain): boolean {
  const status = plain(object['status']);
  if (status['phase'] === 'Succeeded' || status['phase'] === 'Failed') return true;
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  return object['kind'] === 'Job' && conditions.some((c) => ['Complete', 'Failed'].includes(String(plain(c)['type'])) && plain(c)['status'] === 'True');
}

/** What an owner would make anew with other content: passwords, settings, an empty volume. */
const keptWithoutOwner = new Set(['Secret', 'ConfigMap', 'PersistentVolumeClaim', 'PersistentVolume']);

/** Decides about owned objects, cleans, and orders. */
function arranged(candidates: readonly Candidate[], later: Later | null): Pick<Extract, 'manifests' | 'leftOut'> {
  const uids = new Set<string>();
  const volumes = new Set<string>();
  for (const key of later?.keys ?? []) if (key.includes('/persistentvolumes/')) volumes.add(key.slice(key.lastIndexOf('/') + 1));
  for (const { object, reason, resource, name } of candidates) {
    if (object !== null && (reason === null || reason === 'secret-withheld')) uids.add(String(plain(object['metadata'])['uid'] ?? ''));
    if (resource === 'persistentvolumes') volumes.add(name);
  }
  const target: ApplyTarget = {
    livingUids: later?.uids ?? new Set(),
    hasVolume: (name) => volumes.has(name),
  };
  const owners = ownersOf(candidates);
  const manifests: { readonly entry: Extract['manifests'][number]; readonly order: number }[] = [];
  const leftOut: Extract['leftOut'][number][] = [];
  for (const { object, reason, notes, ...named } of candidates) {
    if (object === null || reason !== null) {
      leftOut.push({ ...named, reason: reason ?? 'unreadable' });
      continue;
    }
    const owner = owners(object);
    if (owner !== null && !keptWithoutOwner.has(String(object['kind'])) && (uids.has(owner) || target.livingUids.has(owner))) {
      leftOut.push({ ...named, reason: 'made-by-owner' });
      continue;
    }
    if (owner !== null) notes.push('owner-gone');
    if (object['kind'] === 'PersistentVolumeClaim') notes.push(target.hasVolume(String(plain(object['spec'])['volumeName'] ?? '')) ? 'claim-of-volume' : 'claim-without-volume');
    manifests.push({ entry: { ...named, manifest: manifestOf(object, target), notes }, order: applyOrder(String(object['kind'])) });
  }
  const name = (o: ExtractedObject): string => `${o.namespace ?? ''}/${o.resource}/${o.name}`;
  manifests.sort((a, b) => a.order - b.order || (name(a.entry) < name(b.entry) ? -1 : 1));
  leftOut.sort((a, b) => (name(a) < name(b) ? -1 : 1));
  return { manifests: manifests.map((m) => m.entry), leftOut };
}

/** The controlling owner that will stand at the end of a chain: a pod's ReplicaSet counts when its Deployment comes back. */
function ownersOf(candidates: readonly Candidate[]): (object: Plain) => string | null {
  const controller = (object: Plain): string | null => {
    const owners = plain(object['metadata'])['ownerReferences'];
    const owner = Array.isArray(owners) ? owners.map(plain).find((o) => o['controller'] === true) : undefined;
    return owner === undefined ? null : String(owner['uid'] ?? '');
  };
  const parent = new Map<string, string>();
  for (const { object } of candidates) {
    if (object === null) continue;
    const uid = controller(object);
    if (uid !== null) parent.set(String(plain(object['metadata'])['uid'] ?? ''), uid);
  }
  return (object) => {
    let uid = controller(object);
    for (let depth = 0; uid !== null && depth < 10; depth++) {
      const above = parent.get(uid);
      if (above === undefined) break;
      uid = above;
    }
    return uid;
  };
}
