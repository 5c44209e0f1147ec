/** What a storage key says: which resource, in which namespace, under which name. */
export interface StorageIdentity {
  /** As in the storage key: `pods`, `services/specs`, `apiextensions.k8s.io/customresourcedefinitions`, `compact_rev_key`. */
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** Prefixes that installations use: kube-apiserver's default, OpenShift's two. */
export const usualPrefixes: readonly string[] = ['/registry/', '/kubernetes.io/', '/openshift.io/'];

/** The key under which kube-apiserver keeps the revision of its last compaction (apiserver storage/etcd3/compact.go). */
export const compactKey = 'compact_rev_key';

/** Resources that are stored below two path segments without being an API group. */
const twoWords = new Set(['services/specs', 'services/endpoints']);

/** Cluster-wide kinds below one segment; every other two-segment rest is namespace and name. */
function split(path: string): StorageIdentity | null {
  const parts = path.split('/');
  if (parts.length < 2 || parts.some((part) => part === '')) return null;
  const two = `${parts[0]}/${parts[1]}`;
  const words = parts.length > 2 && (twoWords.has(two) || (parts[0] ?? '').includes('.')) ? 2 : 1;
  const resource = words === 2 ? two : (parts[0] ?? '');
  const rest = parts.slice(words);
  if (rest.length === 1) return { resource, namespace: null, name: rest[0] ?? '' };
  if (rest.length === 2) return { resource, namespace: rest[0] ?? '', name: rest[1] ?? '' };
  return { resource, namespace: rest[0] ?? '', name: rest.slice(1).join('/') };
}

/** Identity of a storage key below one of the prefixes; null for keys that belong to somebody else. */
export function storageIdentity(key: string, prefixes: readonly string[] = usualPrefixes): StorageIdentity | null {
  if (key === compactKey) return { resource: compactKey, namespace: null, name: compactKey };
  for (const prefix of prefixes) if (key.startsWith(prefix)) return split(key.slice(prefix.length));
  return null;
}

/** The resource of a storage key alone; null where `storageIdentity` is. */
export function resourceOfKey(key: string, prefixes: readonly string[]): string | null {
  for (const prefix of prefixes) {
    if (!key.startsWith(prefix)) continue;
    const first = key.indexOf('/', prefix.length);
    // Two words, groups and odd keys go the long way.
    if (first <= prefix.length || key.endsWith('/') || key.startsWith('services/', prefix.length) || key.includes('//')) break;
    const word = key.slice(prefix.length, first);
    if (word.includes('.')) break;
    return word;
  }
  return storageIdentity(key, prefixes)?.resource ?? null;
}

/**
 * The prefix of a key whose value names itself: what stands before the resource. Null when the key
 * does not end with the object's own namespace and name.
 */
export function prefixFromObject(key: string, namespace: string, name: string, group: string): string | null {
  const tail = namespace === '' ? `/${name}` : `/${namespace}/${name}`;
  if (name === '' || !key.endsWith(tail)) return null;
  const above = key.slice(0, -tail.length).split('/');
  if (above.length < 2) return null;
  const resource = above.pop() ?? '';
  if (resource === '') return null;
  const parent = above[above.length - 1] ?? '';
  if (twoWords.has(`${parent}/${resource}`) || (parent !== '' && parent === group)) above.pop();
  const prefix = `${above.join('/')}/`;
  return prefix.length > 1 ? prefix : null;
}

const kubeSystem = '/namespaces/kube-system';

/** What stands before the resource in the key of the namespace that every cluster has; null for any other key. */
export function prefixOfKubeSystem(key: string): string | null {
  return key.endsWith(kubeSystem) && key.length > kubeSystem.length ? key.slice(0, 1 - kubeSystem.length) : null;
}

/** A resource of the API server's own bookkeeping and of heartbeats: nobody misses it after a restore. */
const noisy = new Set([
  'leases', 'events', 'events.k8s.io/events', 'coordination.k8s.io/leases', 'masterleases', 'peerserverleases', 'endpointslices', 'discovery.k8s.io/endpointslices',
  'services/endpoints', 'endpoints', 'ranges', 'apiserver-storage', 'storageversions', 'storageversionmigrations', 'csistoragecapacities', 'leasecandidates',
  'crd.projectcalico.org/ipamblocks', 'crd.projectcalico.org/ipamhandles', 'crd.projectcalico.org/blockaffinities', 'cilium.io/ciliumendpoints', 'cilium.io/ciliumidentities',
  'ipaddresses', 'flowschemas', 'prioritylevelconfigurations', 'metrics.k8s.io/pods', 'metrics.k8s.io/nodes', 'wgpolicyk8s.io/policyreports', compactKey,
]);

/** True for resources whose change or loss people do not notice. */
export function isNoise(resource: string): boolean {
  return noisy.has(resource);
}

/** True for resources whose content must never be shown. */
export function isSecret(resource: string): boolean {
  return /(^|\/)(secrets|oauthaccesstokens|oauthauthorizetokens)$/.test(resource);
}
