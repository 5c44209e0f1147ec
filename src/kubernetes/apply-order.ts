/**
 * Order in which manifests can be applied to an empty place: what others need comes first. Webhooks come
 * last, because they would refuse everything until what they call runs again.
 */
const steps: readonly (readonly string[])[] = [
  ['Namespace'],
  ['CustomResourceDefinition'],
  ['PriorityClass', 'RuntimeClass', 'StorageClass', 'VolumeSnapshotClass', 'IngressClass', 'CSIDriver', 'ResourceQuota', 'LimitRange', 'PodSecurityPolicy'],
  ['ServiceAccount', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding'],
  ['Secret', 'ConfigMap'],
  ['PersistentVolume'],
  ['PersistentVolumeClaim'],
  ['Service', 'Endpoints', 'EndpointSlice', 'NetworkPolicy'],
  // Custom resources stand here.
  [],
  ['StatefulSet', 'Deployment', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'CronJob', 'Job'],
  ['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'Ingress'],
  ['APIService', 'FlowSchema', 'PriorityLevelConfiguration'],
  ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
];
const others = steps.findIndex((kinds) => kinds.length === 0);
const placeOf = new Map(steps.flatMap((kinds, step) => kinds.map((kind, i) => [kind, step + i / 100] as const)));

/** Place of a kind in the order; smaller comes first. */
export function applyOrder(kind: string): number {
  return placeOf.get(kind) ?? others;
}
