/**
 * Where things lie in the values that kube-apiserver writes. Field numbers never change once released
 * (k8s.io/apimachinery and k8s.io/api, generated.proto), so they hold for every version.
 */

/** `k8s\0`, before a protobuf runtime.Unknown (apimachinery runtime/serializer/protobuf). */
export const protobufMagic = [0x6b, 0x38, 0x73, 0x00] as const;
/** Self-described CBOR, RFC 8949 3.4.6 (apimachinery runtime/serializer/cbor). */
export const cborMagic = [0xd9, 0xd9, 0xf7] as const;
/** Before every value encrypted at rest: `k8s:enc:PROVIDER:VERSION:KEY:` (apiserver storage/value). */
export const encryptedPrefix = 'k8s:enc:';

/** runtime.Unknown. */
export const unknownField = { typeMeta: 1, raw: 2, contentEncoding: 3, contentType: 4 } as const;
/** runtime.TypeMeta. */
export const typeMetaField = { apiVersion: 1, kind: 2 } as const;
/** Field 1 of every top-level kind is its metadata. */
export const metadataField = 1;

/** meta/v1 ObjectMeta. */
export const objectMetaField = {
  name: 1,
  namespace: 3,
  uid: 5,
  creationTimestamp: 8,
  deletionTimestamp: 9,
  labels: 11,
  annotations: 12,
  finalizers: 14,
  managedFields: 17,
} as const;
/** meta/v1 ManagedFieldsEntry. */
export const managedFieldsField = { time: 4 } as const;
/** An entry of a protobuf map. */
export const mapEntryField = { key: 1, value: 2 } as const;

/** coordination/v1 Lease and LeaseSpec. */
export const leaseField = { spec: 2 } as const;
export const leaseSpecField = { holderIdentity: 1, leaseDurationSeconds: 2, acquireTime: 3, renewTime: 4 } as const;

/** core/v1 Event; events.k8s.io/v1 Event is stored as core/v1. */
export const eventField = { source: 5, firstTimestamp: 6, lastTimestamp: 7, eventTime: 10, series: 11, reportingController: 14, reportingInstance: 15 } as const;
export const eventSourceField = { component: 1, host: 2 } as const;
export const eventSeriesField = { lastObservedTime: 2 } as const;

/** core/v1 Node status conditions. */
export const nodeField = { status: 3 } as const;
export const nodeStatusField = { conditions: 4 } as const;
export const nodeConditionField = { lastHeartbeatTime: 3, lastTransitionTime: 4 } as const;
/** core/v1 Pod status; conditions carry probe and transition times. */
export const podStatusField = { conditions: 2, startTime: 7 } as const;
export const podConditionField = { lastProbeTime: 3, lastTransitionTime: 4 } as const;
/** batch/v1 Job and CronJob status. */
export const jobStatusField = { startTime: 2, completionTime: 3 } as const;
export const cronJobStatusField = { lastScheduleTime: 4, lastSuccessfulTime: 5 } as const;

/** Field number of `status` in kinds whose status is not field 3, and kinds that have none (0). */
export const statusFieldOf: Readonly<Record<string, number>> = {
  Secret: 0, ConfigMap: 0, Event: 0, Endpoints: 0, EndpointSlice: 0, ServiceAccount: 0, Lease: 0, Role: 0, ClusterRole: 0,
  RoleBinding: 0, ClusterRoleBinding: 0, PriorityClass: 0, StorageClass: 0, ControllerRevision: 0, RangeAllocation: 0, LimitRange: 0,
  PodTemplate: 0, IngressClass: 0, RuntimeClass: 0, CSIDriver: 0, CSINode: 0, NetworkPolicy: 0, PodSecurityPolicy: 0,
  MutatingWebhookConfiguration: 0, ValidatingWebhookConfiguration: 0, CSIStorageCapacity: 0, IPAddress: 0,
};

/** The annotation in which leaders of Kubernetes before 1.20 renewed their lock (client-go resourcelock). */
export const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
/** Times outside these years are no clock's: Kubernetes was not there, or the field is damaged. */
export const earliestTime = Date.UTC(2014, 5, 1);
export const latestTime = Date.UTC(2100, 0, 1);
