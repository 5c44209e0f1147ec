import { Death } from '../../formats/death.js';
import { allBytesIn, decodeStrictly, numberIn } from '../../formats/protobuf/strict.js';
import { sha256 } from '../../formats/sha256.js';
import type { MappedFile } from '../../formats/bbolt/behaviour/mapped-file.js';
import { leafRowAt, type LeafRow } from '../../formats/bbolt/behaviour/pages.js';
import { cursorOf } from '../../formats/bbolt/behaviour/tree.js';
import { parseKeyValue } from '../key-value.js';
import { revisionKey, type Revision } from '../revision-key.js';
import { decodePermission, type Permission } from '../raft/request.js';
import { storedMessages } from '../stored-messages.js';
import { fatal, isNested, rowAt, rowsIn, valueOf, type OpenedBackend } from '../start/backend.js';
import type { LineBehaviour } from '../start/line-behaviour.js';
import type { LoadedStore } from '../start/store.js';
import { gateOf, type Alarms, type Machine } from './apply.js';
import type { Auth } from './permissions.js';
import { orderedKeys } from './ordered-keys.js';
import { emptyStore, type Lease, type LiveKey, type Store } from './store.js';
import { StoredKeys } from './stored-keys.js';

const none = new Uint8Array();
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** A live key by the row that holds its value. What 3.7's decoder accepts and the older ones refuse never gets here; what cannot be read is empty. */
function addLive(keys: StoredKeys, map: MappedFile, key: string, revision: Revision, row: LeafRow | null, digests: boolean): LiveKey {
  if (row === null) return keys.addLost(key, revision);
  const bytes = isNested(row) ? none : map.glance(row.value.at, row.value.length);
  const keyValue = parseKeyValue(bytes);
  const value = keyValue?.value ?? none;
  return keys.add(key, revision, keyValue, { at: row.value.at + value.byteOffset - bytes.byteOffset, length: value.length }, digests ? sha256(value) : undefined);
}

function readLeases(backend: OpenedBackend): Map<bigint, Lease> {
  const leases = new Map<bigint, Lease>();
  for (const row of rowsIn(backend, 'lease')) leases.set(BigInt.asIntN(64, numberIn(decodeStrictly(row.value, storedMessages.lease), 1)), { keys: new Set() });
  return leases;
}

function readAuth(backend: OpenedBackend): Auth {
  const enabled = valueOf(backend, 'auth', 'authEnabled');
  const revision = valueOf(backend, 'auth', 'authRevision');
  const users = new Map<string, { roles: Set<string> }>();
  const roles = new Map<string, Permission[]>();
  for (const row of rowsIn(backend, 'authUsers')) users.set(text(row.key), { roles: new Set(allBytesIn(decodeStrictly(row.value, storedMessages.user), 3).map(text)) });
  try {
    for (const row of rowsIn(backend, 'authRoles')) roles.set(text(row.key), allBytesIn(decodeStrictly(row.value, storedMessages.role), 2).map(decodePermission));
  } catch (thrown) {
    // A server goes through its roles one by one, when a user with that role asks: what cannot be reached is as if it were not there.
    if (!(thrown instanceof Death)) throw thrown;
  }
  return {
    enabled: enabled?.length === 1 && enabled[0] === 1,
    // A store without one gets the first (NewAuthStore).
    revision: (revision?.length === 8 ? new DataView(revision.buffer, revision.byteOffset, 8).getBigUint64(0, false) : 0n) || 1n,
    users,
    roles,
  };
}

function readAlarms(backend: OpenedBackend): Alarms {
  const alarms: Alarms = { noSpace: new Set(), corrupt: new Set() };
  for (const row of rowsIn(backend, 'alarm')) {
    const alarm = decodeStrictly(row.key, storedMessages.alarm);
    const kind = numberIn(alarm, 2);
    if (kind === 1n) alarms.noSpace.add(numberIn(alarm, 1));
    if (kind === 2n) alarms.corrupt.add(numberIn(alarm, 1));
  }
  return alarms;
}

/** What etcd holds in memory after it loaded a database: the state to which the log is applied. `digests`: values are hashed while they are at hand. */
export function machineOf(backend: OpenedBackend, loaded: LoadedStore, digests = false): Machine {
  const { bucket, index, rows } = loaded;
  const { map, regular } = backend.tx;
  const cursor = bucket === null ? null : cursorOf(backend.tx, bucket);
  const isRegular = bucket !== null && regular.has(bucket.root);
  /** The row that a search for a revision finds: in a regular bucket the one that was read at the start. */
  const rowOf = (row: number, { main, sub }: Revision): LeafRow | null => {
    const place = rows.place(row);
    if (isRegular && place >= 0) return leafRowAt(map, place);
    return cursor === null ? null : rowAt(backend, revisionKey(main, sub), cursor);
  };
  const leases = readLeases(backend);
  const alive = index.alive(loaded.currentRevision);
  const keys = new StoredKeys(alive.length);
  const live = new Map<string, LiveKey>();
  // In order of revision, rows are read in order of the file.
  for (const row of alive) {
    const revision = rows.revision(row);
    const key = addLive(keys, map, index.key(row), revision, rowOf(row, revision), digests);
    live.set(key.key, key);
    if (leases.size > 0) leases.get(key.lease)?.keys.add(key.key);
  }
  // 0 stands for "no compaction was ever scheduled".
  const compactRevision = loaded.compactRevision === 0n ? -1n : loaded.compactRevision;
  const store: Store = { live, order: orderedKeys([...live.keys()]), leases, revision: loaded.currentRevision, compactRevision };
  const alarms = readAlarms(backend);
  return {
    store,
    auth: readAuth(backend),
    alarms,
    gate: gateOf(alarms),
    keepsGate: backend.behaviour.alarmsKeepGate,
    wentPast: false,
    valueOf: ({ stored }) => (stored === undefined ? none : backend.tx.map.glance(stored.at, stored.length)),
    readLost: ({ revision }) => {
      // Rows that the log adds to a tree out of order change where a search goes: which revision it misses first depends on when they are committed.
      const which = isRegular || store.revision === loaded.currentRevision ? ` (${revision.main},${revision.sub})` : '';
      return fatal(backend, 'range failed to find revision pair', `mvcc: range cannot find rev${which}`);
    },
  };
}

/** The state over a database that etcd has just created. */
export function emptyMachine({ alarmsKeepGate }: LineBehaviour): Machine {
  const alarms: Alarms = { noSpace: new Set(), corrupt: new Set() };
  return {
    store: emptyStore(),
    auth: { enabled: false, revision: 1n, users: new Map(), roles: new Map() },
    alarms,
    gate: gateOf(alarms),
    keepsGate: alarmsKeepGate,
    wentPast: false,
    valueOf: () => none,
    readLost: () => {
      throw new Error('a new database holds no rows');
    },
  };
}
