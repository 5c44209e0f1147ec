import { latin1 } from '../../formats/latin1.js';
import type { Compare, RaftRequest, TxnOperation, TxnRequest } from '../raft/request.js';
import { applyAuth, isAdmin, mayDelete, mayPut, mayRevoke, mayRunTxn, type Auth } from './permissions.js';
import { beginTransaction, deleteKeys, endTransaction, keysOfRange, put, type LiveKey, type Store, type Transaction, type Write } from './store.js';

/** Alarms by kind (rpc.proto AlarmType): members that raised it. */
export interface Alarms {
  readonly noSpace: Set<bigint>;
  readonly corrupt: Set<bigint>;
}

/** What a request passes before it reaches the store (etcd's chain of appliers). */
export interface Gate {
  /** Refuses what needs room. */
  readonly capped: boolean;
  /** Refuses nearly everything. */
  readonly corrupt: boolean;
  /** Looks at who asks, where authentication is on. */
  readonly asksWho: boolean;
}

/** Everything that entries change or depend on. */
export interface Machine {
  readonly store: Store;
  readonly auth: Auth;
  readonly alarms: Alarms;
  gate: Gate;
  /**
   * From 3.6 on the chain is built again from all alarms after each of them. Before, the first alarm of a kind stands right
   * before the store until it goes or the server starts again: whoever asks is let through, and another alarm is forgotten.
   */
  readonly keepsGate: boolean;
  /** True once a request has reached the store past a check of who asks: a start in between would have refused it. */
  wentPast: boolean;
  /** Value of a live key whose bytes stand in the database; they hold until the database is read again. */
  readonly valueOf: (live: LiveKey) => Uint8Array;
  /** Called when a request reads a key whose row is gone; ends the server. */
  readonly readLost: (live: LiveKey) => never;
}

/** What one entry did. `rejected`: why it changed nothing although it asked for a change. */
export interface Applied {
  readonly writes: readonly Write[];
  readonly rejected: null | 'no-space' | 'corrupt' | 'permission' | 'lease-not-found' | 'lease-exists' | 'key-not-found' | 'compacted' | 'future-revision' | 'auth';
}

const nothing: Applied = { writes: [], rejected: null };
const refused = (rejected: Applied['rejected']): Applied => ({ writes: [], rejected });

/** etcd's longest lease (lease/lessor.go MaxLeaseTTL). */
const maxLeaseTtl = 9_000_000_000n;

const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function holds(machine: Machine, compare: Compare, live: LiveKey | null): boolean {
  const { target } = compare;
  if (live?.lost === true) machine.readLost(live);
  let result: number;
  if (target === 'value') result = live === null ? order('', latin1(compare.value)) : order(latin1(live.value ?? machine.valueOf(live)), latin1(compare.value));
  else if (target === 'create') result = order(live?.createRevision ?? 0n, compare.number);
  else if (target === 'mod') result = order(live?.modRevision ?? 0n, compare.number);
  else if (target === 'version') result = order(live?.version ?? 0n, compare.number);
  else if (target === 'lease') result = order(live?.lease ?? 0n, compare.number);
  else result = 0;
  if (compare.result === 'equal') return result === 0;
  if (compare.result === 'not-equal') return result !== 0;
  if (compare.result === 'greater') return result > 0;
  return compare.result === 'less' ? result < 0 : true;
}

/** apply.go applyCompare: all keys of the range must pass; a missing key has zero numbers and no value. */
function passes(machine: Machine, compare: Compare): boolean {
  const keys = keysOfRange(machine.store, compare.key, compare.rangeEnd);
  if (keys.length === 0) return compare.target !== 'value' && holds(machine, compare, null);
  return keys.every((key) => holds(machine, compare, machine.store.live.get(key) ?? null));
}

/** The branches that will run are chosen before anything is written. */
interface Chosen {
  readonly operations: readonly TxnOperation[];
  readonly nested: ReadonlyMap<TxnRequest, Chosen>;
}

function choose(machine: Machine, txn: TxnRequest): Chosen {
  const operations = txn.compare.every((compare) => passes(machine, compare)) ? txn.success : txn.failure;
  const nested = new Map<TxnRequest, Chosen>();
  for (const operation of operations) if (operation.kind === 'txn') nested.set(operation, choose(machine, operation));
  return { operations, nested };
}

function fault(machine: Machine, chosen: Chosen): Applied['rejected'] {
  for (const operation of chosen.operations) {
    if (operation.kind === 'put') {
      if ((operation.ignoreValue || operation.ignoreLease) && !machine.store.live.has(latin1(operation.key))) return 'key-not-found';
      if (operation.lease !== 0n && !machine.store.leases.has(operation.lease)) return 'lease-not-found';
    }
    const inner = operation.kind === 'txn' ? fault(machine, chosen.nested.get(operation)!) : null;
    if (inner !== null) return inner;
  }
  return null;
}

function applyPut(machine: Machine, txn: Transaction, request: Extract<TxnOperation, { kind: 'put' }>): boolean {
  const key = latin1(request.key);
  const before = machine.store.live.get(key);
  if ((request.ignoreValue || request.ignoreLease) && before === undefined) return false;
  if (before?.lost === true && (request.ignoreValue || request.ignoreLease || request.prevKv)) machine.readLost(before);
  const value = request.ignoreValue && before !== undefined ? (before.value ?? machine.valueOf(before)) : request.value;
  put(txn, key, value, request.ignoreLease && before !== undefined ? before.lease : request.lease);
  return true;
}

function run(machine: Machine, txn: Transaction, chosen: Chosen): void {
  for (const operation of chosen.operations) {
    if (operation.kind === 'put') applyPut(machine, txn, operation);
    else if (operation.kind === 'delete-range') deleteKeys(txn, keysOfRange(machine.store, operation.key, operation.rangeEnd));
    else if (operation.kind === 'txn') run(machine, txn, chosen.nested.get(operation)!);
  }
}

const writesKeys = (txn: TxnRequest): boolean => [...txn.success, ...txn.failure].some(({ kind }) => kind === 'put');

function applyTxn(machine: Machine, request: TxnRequest): Applied {
  const chosen = choose(machine, request);
  const problem = fault(machine, chosen);
  if (problem !== null) return refused(problem);
  const txn = beginTransaction(machine.store);
  run(machine, txn, chosen);
  return { writes: endTransaction(txn), rejected: null };
}

function compact(store: Store, revision: bigint): Applied {
  if (revision <= store.compactRevision) return refused('compacted');
  if (revision > store.revision) return refused('future-revision');
  store.compactRevision = revision;
  return nothing;
}

/** The chain that a start builds. */
export const gateOf = ({ noSpace, corrupt }: Alarms): Gate => ({ capped: noSpace.size > 0, corrupt: corrupt.size > 0, asksWho: true });

const noAlarms: Alarms = { noSpace: new Set(), corrupt: new Set() };

/** applierV3backend.Alarm of 3.3 to 3.5, uberApplier.Alarm of 3.6. */
function applyAlarm(machine: Machine, action: string, memberId: bigint, alarm: number): void {
  const { alarms } = machine;
  const members = alarm === 1 ? alarms.noSpace : alarm === 2 ? alarms.corrupt : null;
  if (members === null) return;
  const before = members.size > 0;
  if (action === 'activate') members.add(memberId);
  else if (action === 'deactivate') members.delete(memberId);
  const after = members.size > 0;
  if (machine.keepsGate) machine.gate = gateOf(alarms);
  else if (before !== after) machine.gate = after ? { capped: alarm === 1, corrupt: alarm === 2, asksWho: false } : gateOf(noAlarms);
}

/**
 * Applies one request as etcd's apply loop does when it replays its log at boot (server/etcdserver/apply.go
 * 3.5, apply/apply.go and txn/txn.go 3.6): permissions, alarms, leases, then the change itself.
 */
export function applyRequest(machine: Machine, request: RaftRequest): Applied {
  const { store, gate: { capped, corrupt, asksWho } } = machine;
  const { operation } = request;
  const auth = asksWho ? machine.auth : { ...machine.auth, enabled: false };
  machine.wentPast ||= !asksWho && machine.auth.enabled;
  switch (operation.kind) {
    case 'put': {
      if (corrupt) return refused('corrupt');
      if (capped) return refused('no-space');
      if (!mayPut(auth, request, operation, store.leases.get(operation.lease))) return refused('permission');
      if (operation.lease !== 0n && !store.leases.has(operation.lease)) return refused('lease-not-found');
      const txn = beginTransaction(store);
      return applyPut(machine, txn, operation) ? { writes: endTransaction(txn), rejected: null } : refused('key-not-found');
    }
    case 'delete-range': {
      if (corrupt) return refused('corrupt');
      if (!mayDelete(auth, request, operation)) return refused('permission');
      const txn = beginTransaction(store);
      deleteKeys(txn, keysOfRange(store, operation.key, operation.rangeEnd));
      return { writes: endTransaction(txn), rejected: null };
    }
    case 'txn':
      if (corrupt) return refused('corrupt');
      if (capped && writesKeys(operation)) return refused('no-space');
      if (!mayRunTxn(auth, request, operation, store.leases)) return refused('permission');
      return applyTxn(machine, operation);
    case 'compaction':
      return corrupt ? refused('corrupt') : compact(store, operation.revision);
    case 'lease-grant':
      if (corrupt) return refused('corrupt');
      if (capped) return refused('no-space');
      if (operation.lease === 0n || operation.ttl > maxLeaseTtl) return refused('lease-not-found');
      if (store.leases.has(operation.lease)) return refused('lease-exists');
      store.leases.set(operation.lease, { keys: new Set() });
      return nothing;
    case 'lease-revoke': {
      if (corrupt) return refused('corrupt');
      const lease = store.leases.get(operation.lease);
      if (!mayRevoke(auth, request, lease)) return refused('permission');
      if (lease === undefined) return refused('lease-not-found');
      const txn = beginTransaction(store);
      deleteKeys(txn, [...lease.keys].sort());
      store.leases.delete(operation.lease);
      return { writes: endTransaction(txn), rejected: null };
    }
    case 'alarm':
      applyAlarm(machine, operation.action, operation.memberId, operation.alarm);
      return nothing;
    case 'auth-enable': case 'auth-disable': case 'user-add': case 'user-delete': case 'user-password': case 'user-grant':
    case 'user-revoke': case 'role-add': case 'role-delete': case 'role-grant': case 'role-revoke':
      if (!isAdmin(auth, request)) return refused('auth');
      applyAuth(machine.auth, operation);
      return nothing;
    default:
      return nothing;
  }
}
