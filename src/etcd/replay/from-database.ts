import { allBytesIn, bytesIn, decodeStrictly, numberIn, type MessageSchema } from '../../formats/protobuf/strict.js';
import { cursorOf } from '../../formats/bbolt/behaviour/tree.js';
import { parseKeyValue } from '../key-value.js';
import type { Permission } from '../raft/request.js';
import { fatal, rowsIn, valueIn, valueOf, type OpenedBackend } from '../start/backend.js';
import type { LoadedStore } from '../start/store.js';
import type { Alarms, Machine } from './apply.js';
import type { Auth } from './permissions.js';
import { emptyStore, setLive, type LiveKey, type Store } from './store.js';

const none = new Uint8Array();
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** 17 bytes: main, `_`, sub; big endian. */
export function revisionBytes(main: bigint, sub: bigint): Uint8Array {
  const bytes = new Uint8Array(17);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, main, false);
  bytes[8] = 0x5f;
  view.setBigInt64(9, sub, false);
  return bytes;
}

/** A value that 3.7's decoder accepts and the older ones refuse never gets here; what cannot be read is empty. */
function liveKey(backend: OpenedBackend, key: string, main: bigint, sub: bigint, row: Uint8Array | null): LiveKey {
  const revision = { main, sub };
  const keyValue = row === null ? null : parseKeyValue(row);
  if (keyValue === null) {
    const unknown = { createRevision: main, modRevision: main, version: 1n, lease: 0n, indexCreate: main, indexVersion: 1n };
    return row === null ? { key, revision, ...unknown, value: null, lost: true } : { key, revision, ...unknown, value: none };
  }
  const { createRevision, modRevision, version, lease } = keyValue;
  return { key, revision, createRevision, modRevision, version, lease, indexCreate: createRevision, indexVersion: version, value: null };
}

const leaseSchema: MessageSchema = { name: 'Lease', fields: { 1: { name: 'ID', kind: 'varint' }, 2: { name: 'TTL', kind: 'varint' }, 3: { name: 'RemainingTTL', kind: 'varint' } } };

function readLeases(backend: OpenedBackend, store: Store): void {
  for (const row of rowsIn(backend, 'lease')) {
    const lease = decodeStrictly(row.value, leaseSchema);
    const id = BigInt.asIntN(64, numberIn(lease, 1));
    store.leases.set(id, { id, ttl: BigInt.asIntN(64, numberIn(lease, 2)), keys: new Set() });
  }
}

const userSchema: MessageSchema = { name: 'User', fields: { 1: { name: 'Name', kind: 'bytes' }, 2: { name: 'Password', kind: 'bytes' }, 3: { name: 'Roles', kind: 'bytes' } } };
const roleSchema: MessageSchema = { name: 'Role', fields: { 1: { name: 'Name', kind: 'bytes' }, 2: { name: 'KeyPermission', kind: 'bytes' } } };
const permissionSchema: MessageSchema = { name: 'Permission', fields: { 1: { name: 'PermType', kind: 'varint' }, 2: { name: 'Key', kind: 'bytes' }, 3: { name: 'RangeEnd', kind: 'bytes' } } };

function readPermission(bytes: Uint8Array): Permission {
  const permission = decodeStrictly(bytes, permissionSchema);
  return { type: Number(numberIn(permission, 1)), key: bytesIn(permission, 2) ?? none, rangeEnd: bytesIn(permission, 3) ?? none };
}

function readAuth(backend: OpenedBackend): Auth {
  const enabled = valueOf(backend, 'auth', 'authEnabled');
  const revision = valueOf(backend, 'auth', 'authRevision');
  const users = new Map<string, { roles: Set<string> }>();
  const roles = new Map<string, Permission[]>();
  for (const row of rowsIn(backend, 'authUsers')) users.set(text(row.key), { roles: new Set(allBytesIn(decodeStrictly(row.value, userSchema), 3).map(text)) });
  for (const row of rowsIn(backend, 'authRoles')) roles.set(text(row.key), allBytesIn(decodeStrictly(row.value, roleSchema), 2).map(readPermission));
  return {
    enabled: enabled?.length === 1 && enabled[0] === 1,
    revision: revision?.length === 8 ? new DataView(revision.buffer, revision.byteOffset, 8).getBigUint64(0, false) : 0n,
    users,
    roles,
  };
}

const alarmSchema: MessageSchema = { name: 'AlarmMember', fields: { 1: { name: 'MemberID', kind: 'varint' }, 2: { name: 'Alarm', kind: 'varint' } } };

function readAlarms(backend: OpenedBackend): Alarms {
  const alarms: Alarms = { noSpace: new Set(), corrupt: new Set() };
  for (const row of rowsIn(backend, 'alarm')) {
    const alarm = decodeStrictly(row.key, alarmSchema);
    const kind = numberIn(alarm, 2);
    if (kind === 1n) alarms.noSpace.add(numberIn(alarm, 1));
    if (kind === 2n) alarms.corrupt.add(numberIn(alarm, 1));
  }
  return alarms;
}

/** What etcd holds in memory after it loaded a database: the state to which the log is applied. */
export function machineOf(backend: OpenedBackend, loaded: LoadedStore): Machine {
  const store = emptyStore();
  const { bucket } = loaded;
  const cursor = bucket === null ? null : cursorOf(backend.tx, bucket);
  const rowAt = (main: bigint, sub: bigint): Uint8Array | null => (bucket === null || cursor === null ? null : valueIn(backend, bucket, revisionBytes(main, sub), cursor));
  readLeases(backend, store);
  // In order of revision, rows are read in order of the file.
  const alive = [...loaded.index.alive(loaded.currentRevision)].sort(([, a], [, b]) => (a.main !== b.main ? (a.main < b.main ? -1 : 1) : a.sub < b.sub ? -1 : 1));
  for (const [key, { main, sub }] of alive) {
    const live = liveKey(backend, key, main, sub, rowAt(main, sub));
    setLive(store, live);
    store.leases.get(live.lease)?.keys.add(key);
  }
  store.revision = loaded.currentRevision;
  // 0 stands for "no compaction was ever scheduled".
  store.compactRevision = loaded.compactRevision === 0n ? -1n : loaded.compactRevision;
  return {
    store,
    auth: readAuth(backend),
    alarms: readAlarms(backend),
    valueOf: (live) => {
      const row = rowAt(live.revision.main, live.revision.sub);
      return row === null ? none : (parseKeyValue(row)?.value ?? none);
    },
    readLost: ({ revision }) => fatal(backend, 'range failed to find revision pair', `mvcc: range cannot find rev (${revision.main},${revision.sub})`),
  };
}

/** The state over a database that etcd has just created. */
export function emptyMachine(): Machine {
  return {
    store: emptyStore(),
    auth: { enabled: false, revision: 0n, users: new Map(), roles: new Map() },
    alarms: { noSpace: new Set(), corrupt: new Set() },
    valueOf: () => none,
    readLost: () => {
      throw new Error('a new database holds no rows');
    },
  };
}
