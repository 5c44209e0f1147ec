import type { Dialect } from '../../formats/bbolt/behaviour/dialect.js';
import type { ProtobufDialect } from '../../formats/protobuf/strict.js';
import type { EtcdLine } from '../version.js';

/** How the programs of one line differ in what a database file can make them do. */
export interface LineBehaviour {
  readonly line: EtcdLine;
  readonly dialect: Dialect;
  readonly library: ProtobufDialect;
  /** Row keys are checked for length, separator and sign (3.6 mvcc/revision.go). */
  readonly strictRevisions: boolean;
  /** A tombstone may be the first row of a key (3.4.34, 3.5.16, 3.6: restoreTombstone). */
  readonly keepsLoneTombstones: boolean;
  /** scheduledCompactRev raises the current revision (3.4.32, 3.5.14, 3.6). */
  readonly scheduledRaisesRevision: boolean;
  /** `snapshot restore` loads the whole store (3.3, 3.4), so bad rows stop it already. */
  readonly restoreLoadsStore: boolean;
  /** Membership and cluster version are read from the database (3.6, 3.7). */
  readonly membershipFromDb: boolean;
  /** The database tells of a downgrade that was begun (`etcdctl downgrade`, since 3.5). */
  readonly knowsDowngrades: boolean;
  /** An alarm leaves the other checks in place (apply.Machine keepsGate). */
  readonly alarmsKeepGate: boolean;
  /** A member asks for votes before it raises its term (`--pre-vote`, the default since 3.5). */
  readonly asksBeforeElections: boolean;
  /** Words of package-prefixed logs (3.3, 3.4) or of structured ones. */
  readonly plainLog: boolean;
}

const behaviour = (line: EtcdLine, dialect: Dialect): LineBehaviour => {
  const minor = Number(line.slice(2));
  return {
    line,
    dialect,
    library: minor >= 7 ? 'google' : 'gogo',
    strictRevisions: minor >= 6,
    keepsLoneTombstones: minor >= 5,
    scheduledRaisesRevision: minor >= 5,
    restoreLoadsStore: minor <= 4,
    membershipFromDb: minor >= 6,
    knowsDowngrades: minor >= 5,
    alarmsKeepGate: minor >= 6,
    asksBeforeElections: minor >= 5,
    plainLog: minor <= 4,
  };
};

/** The version of each line that was observed, and that stands for it where only the line is known. Of 3.3 to 3.5 Debian's builds. */
export const observedVersions: Readonly<Record<EtcdLine, string>> = { '3.3': '3.3.25', '3.4': '3.4.23', '3.5': '3.5.30', '3.6': '3.6.16', '3.7': '3.7.3' };

/** What was seen of these builds, and of 3.5.16. */
export const behaviours: Readonly<Record<EtcdLine, LineBehaviour>> = {
  '3.3': behaviour('3.3', '1.3'),
  '3.4': behaviour('3.4', '1.3'),
  '3.5': behaviour('3.5', '1.4'),
  '3.6': behaviour('3.6', '1.4'),
  '3.7': behaviour('3.7', '1.5'),
};
