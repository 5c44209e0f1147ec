/** Versions between which a bug was there, both inclusive; null for the beginning. */
export type VersionRange = readonly [from: string | null, to: string];

interface KnownBug {
  readonly affected: readonly VersionRange[];
  /** First releases without it, one for each line. */
  readonly fixed: string;
}

/**
 * Bugs of etcd that damage or lose data, from its changelogs and postmortems. A version alone is a
 * warning (`finding.version.bug-ID.*`), never a cause; rules ask for the symptom too.
 */
export const knownBugs = {
  'consistent-index': { affected: [['3.5.0', '3.5.2']], fixed: '3.5.3' },
  'defrag-crash': { affected: [[null, '3.5.5']], fixed: '3.5.6' },
  'auth-recovery': { affected: [['3.4.0', '3.4.21'], ['3.5.0', '3.5.5']], fixed: '3.4.22, 3.5.6' },
  'wal-purged': { affected: [['3.4.0', '3.4.3']], fixed: '3.4.4' },
  'crash-order': { affected: [['3.4.0', '3.4.7']], fixed: '3.4.8' },
  'lease-id': { affected: [[null, '3.4.19']], fixed: '3.4.20' },
  'large-entry': { affected: [['3.4.10', '3.4.99'], ['3.5.0', '3.5.4']], fixed: '3.5.5' },
  'lease-revoked': { affected: [['3.4.0', '3.4.30'], ['3.5.0', '3.5.12']], fixed: '3.4.31, 3.5.13' },
  'compaction-crash': { affected: [['3.4.0', '3.4.31'], ['3.5.0', '3.5.13']], fixed: '3.4.32, 3.5.14' },
  'tombstone': { affected: [['3.4.0', '3.4.33'], ['3.5.0', '3.5.15']], fixed: '3.4.34, 3.5.16' },
  'defrag-snapshot': { affected: [['3.4.0', '3.4.37'], ['3.5.0', '3.5.22'], ['3.6.0', '3.6.4']], fixed: '3.4.38, 3.5.23, 3.6.5' },
  'stale-members': { affected: [['3.5.0', '3.5.25']], fixed: '3.5.26' },
  'learner-replay': { affected: [['3.6.0', '3.6.3']], fixed: '3.6.4' },
  'false-crc': { affected: [['3.3.21', '3.3.21']], fixed: '3.3.22' },
} as const satisfies Readonly<Record<string, KnownBug>>;

export type KnownBugId = keyof typeof knownBugs;
