import { lastAppliedAnnotation } from './withhold.js';

export type Plain = Record<string, unknown>;

/** An object as data, or an empty one. */
export function plain(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
}

/** ObjectMeta fields that the API server sets (apimachinery meta/v1). */
const serverSet = ['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'managedFields', 'selfLink', 'clusterName'];
/** Annotations that controllers write about what they did. */
const controllerAnnotations = new RegExp(
  `^(?:${lastAppliedAnnotation.replace(/[./]/g, '\\$&')}|deployment\\.kubernetes\\.io/.*|pv\\.kubernetes\\.io/.*|volume(?:\\.beta)?\\.kubernetes\\.io/(?:storage-provisioner|selected-node)|control-plane\\.alpha\\.kubernetes\\.io/leader|endpoints\\.kubernetes\\.io/last-change-trigger-time|deprecated\\.daemonset\\.template\\.generation|autoscaling\\.alpha\\.kubernetes\\.io/(?:conditions|current-metrics)|batch\\.kubernetes\\.io/job-tracking|cni\\.projectcalico\\.org/.*|k8s\\.v1\\.cni\\.cncf\\.io/.*)$`,
);
const controllerFinalizers = /^(?:kubernetes(?:\.io\/.*)?|foregroundDeletion|orphan|service\.kubernetes\.io\/load-balancer-cleanup|batch\.kubernetes\.io\/job-tracking)$/;

/** What cleaning needs to know about the cluster that the manifests are for. */
export interface ApplyTarget {
  /** UIDs of owners that live there. */
  readonly livingUids: ReadonlySet<string>;
  /** Whether a PersistentVolume of this name is there, or among the manifests. */
  readonly hasVolume: (name: string) => boolean;
}

/**
 * A manifest for `kubectl apply`: without status, server-set fields, owners that are gone, and addresses that
 * the cluster gave. The object is not changed.
 */
export function manifestOf(object: Plain, target: ApplyTarget): Plain {
  const kind = String(object['kind']);
  const cleaned: Plain = { apiVersion: object['apiVersion'], kind };
  for (const [key, value] of Object.entries(object)) {
    if (key === 'apiVersion' || key === 'kind' || key === 'status') continue;
    cleaned[key] = key === 'metadata' ? metadataFor(plain(value), target) : value;
  }
  const clean = byKind[kind];
  if (clean !== undefined) clean(cleaned, target);
  return cleaned;
}

function metadataFor(metadata: Plain, target: ApplyTarget): Plain {
  const kept: Plain = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (serverSet.includes(key)) continue;
    if (key === 'ownerReferences') {
      const living = Array.isArray(value) ? value.filter((owner) => target.livingUids.has(String(plain(owner)['uid']))) : [];
      if (living.length > 0) kept[key] = living;
    } else if (key === 'finalizers') {
      const own = Array.isArray(value) ? value.filter((name) => !controllerFinalizers.test(String(name))) : [];
      if (own.length > 0) kept[key] = own;
    } else if (key === 'annotations') {
      const own = Object.entries(plain(value)).filter(([name]) => !controllerAnnotations.test(name));
      if (own.length > 0) kept[key] = Object.fromEntries(own);
    } else kept[key] = value;
  }
  return kept;
}

const without = (object: Plain, ...keys: readonly string[]): Plain => Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** A pod's own place, priority and token volume are given anew. */
function podSpec(spec: Plain): Plain {
  const isToken = (volume: unknown): boolean => /^kube-api-access-|-token-[a-z0-9]{5}$/.test(String(plain(volume)['name']));
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const containers = (value: unknown): unknown[] =>
    list(value).map((container) => {
      const mounts = list(plain(container)['volumeMounts']).filter((mount) => !isToken(mount));
      return { ...without(plain(container), 'volumeMounts'), ...(mounts.length > 0 ? { volumeMounts: mounts } : {}) };
    });
  const cleaned = without(spec, 'nodeName', 'priority', 'preemptionPolicy', 'ephemeralContainers', 'volumes');
  const volumes = list(spec['volumes']).filter((volume) => !isToken(volume));
  if (volumes.length > 0) cleaned['volumes'] = volumes;
  for (const key of ['containers', 'initContainers']) if (spec[key] !== undefined) cleaned[key] = containers(spec[key]);
  return cleaned;
}

type Cleaner = (object: Plain, target: ApplyTarget) => void;

const jobLabels = ['controller-uid', 'batch.kubernetes.io/controller-uid', 'job-name', 'batch.kubernetes.io/job-name'];

const byKind: Readonly<Record<string, Cleaner | undefined>> = {
  Namespace(object) {
    delete object['spec'];
  },
  Service(object) {
    const spec = plain(object['spec']);
    const headless = spec['clusterIP'] === 'None';
    object['spec'] = without(spec, 'healthCheckNodePort', ...(headless ? [] : ['clusterIP', 'clusterIPs']));
  },
  ServiceAccount(object) {
    delete object['secrets'];
  },
  PersistentVolume(object) {
    const spec = plain(object['spec']);
    object['spec'] = spec['claimRef'] === undefined ? spec : { ...spec, claimRef: without(plain(spec['claimRef']), 'uid', 'resourceVersion') };
  },
  PersistentVolumeClaim(object, target) {
    const spec = plain(object['spec']);
    object['spec'] = target.hasVolume(String(spec['volumeName'] ?? '')) ? spec : without(spec, 'volumeName');
  },
  Pod(object) {
    object['spec'] = podSpec(plain(object['spec']));
  },
  Job(object) {
    const spec = plain(object['spec']);
    if (spec['manualSelector'] === true) return;
    const template = plain(spec['template']);
    const metadata = plain(template['metadata']);
    const labels = without(plain(metadata['labels']), ...jobLabels);
    object['spec'] = { ...without(spec, 'selector'), template: { ...template, metadata: { ...without(metadata, 'labels', 'creationTimestamp'), ...(Object.keys(labels).length > 0 ? { labels } : {}) } } };
    const own = plain(object['metadata']);
    const ownLabels = without(plain(own['labels']), ...jobLabels);
    object['metadata'] = { ...without(own, 'labels'), ...(Object.keys(ownLabels).length > 0 ? { labels: ownLabels } : {}) };
  },
  CustomResourceDefinition(object) {
    // A list of stored versions belongs to the status; an empty one in the spec would be refused.
    object['spec'] = without(plain(object['spec']), 'storedVersions');
  },
};
