/**
 * Where `snapshot get` and the listing of kube-apiserver 1.36.3 may differ: it fills in defaults and converts
 * to its preferred version when it reads; the bytes in etcd hold neither.
 */
export interface ListingDifference {
  readonly snapshot: string;
  readonly object: string;
  readonly reason: string;
  /** Paths that only the stored form has. */
  readonly stored: readonly string[];
  /** Paths that only the listed form has, or has otherwise. */
  readonly listed: readonly string[];
}

export const listingDifferences: readonly ListingDifference[] = [
  {
    snapshot: 'v3.6.16/real-k8s-1.36.3',
    object: 'CustomResourceDefinition /widgets.app.example.com',
    reason: 'stored as apiextensions.k8s.io/v1beta1, listed as v1: one schema for all versions became one schema for each version',
    stored: ['apiVersion', 'spec.preserveUnknownFields', 'spec.validation', 'spec.version'],
    listed: ['spec.versions.schema'],
  },
];
