import { latin1 } from '../../formats/latin1.js';
import type { AuthRequest, DeleteRangeRequest, Permission, PutRequest, TxnOperation, TxnRequest } from '../raft/request.js';
import { type Lease } from './store.js';

export interface User {
  readonly roles: Set<string>;
}

/** Users, roles and the switch (etcd server/auth/store.go). */
export interface Auth {
  enabled: boolean;
  revision: bigint;
  readonly users: Map<string, User>;
  readonly roles: Map<string, Permission[]>;
}

/** Who asks: from the request's header. */
export interface Asker {
  readonly user: string;
  readonly authRevision: bigint;
}

const rootRole = 'root';

export function isAdmin(auth: Auth, asker: Asker): boolean {
  return !auth.enabled || (asker.user !== '' && auth.users.get(asker.user)?.roles.has(rootRole) === true);
}

interface Interval {
  readonly from: string;
  /** Null: without end. */
  readonly to: string | null;
}

function interval(key: Uint8Array, rangeEnd: Uint8Array): Interval {
  const from = latin1(key);
  if (rangeEnd.length === 0) return { from, to: `${from}\0` };
  return { from, to: rangeEnd.length === 1 && rangeEnd[0] === 0 ? null : latin1(rangeEnd) };
}

/** True when the union of the granted intervals covers the wanted one (auth/range_perm_cache.go). */
function covers(granted: readonly Interval[], wanted: Interval): boolean {
  let reached = wanted.from;
  for (const { from, to } of [...granted].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (from > reached) return false;
    if (to === null) return true;
    if (to > reached) reached = to;
    if (wanted.to !== null && reached >= wanted.to) return true;
  }
  return false;
}

function permitted(auth: Auth, asker: Asker, key: Uint8Array, rangeEnd: Uint8Array, write: boolean): boolean {
  if (!auth.enabled) return true;
  if (asker.authRevision === 0n || asker.authRevision < auth.revision) return false;
  const user = auth.users.get(asker.user);
  if (user === undefined) return false;
  if (user.roles.has(rootRole)) return true;
  const granted = [...user.roles].flatMap((role) => auth.roles.get(role) ?? []).filter(({ type }) => type === 2 || type === (write ? 1 : 0));
  return covers(granted.map((permission) => interval(permission.key, permission.rangeEnd)), interval(key, rangeEnd));
}

const oneKey = new Uint8Array();

function mayTouchLease(auth: Auth, asker: Asker, lease: Lease | undefined): boolean {
  if (lease === undefined || isAdmin(auth, asker)) return true;
  return [...lease.keys].every((key) => permitted(auth, asker, Buffer.from(key, 'latin1'), oneKey, true));
}

export function mayRevoke(auth: Auth, asker: Asker, lease: Lease | undefined): boolean {
  return mayTouchLease(auth, asker, lease);
}

export function mayPut(auth: Auth, asker: Asker, put: PutRequest, lease: Lease | undefined): boolean {
  return permitted(auth, asker, put.key, oneKey, true) && mayTouchLease(auth, asker, lease) && (!put.prevKv || permitted(auth, asker, put.key, oneKey, false));
}

export function mayDelete(auth: Auth, asker: Asker, request: DeleteRangeRequest): boolean {
  return permitted(auth, asker, request.key, request.rangeEnd, true) && (!request.prevKv || permitted(auth, asker, request.key, request.rangeEnd, false));
}

/** Every branch is checked, whichever will run. */
export function mayRunTxn(auth: Auth, asker: Asker, txn: TxnRequest, leases: ReadonlyMap<bigint, Lease>): boolean {
  if (!auth.enabled) return true;
  const allowed = (operation: TxnOperation): boolean => {
    if (operation.kind === 'put') return mayPut(auth, asker, operation, leases.get(operation.lease));
    if (operation.kind === 'delete-range') return mayDelete(auth, asker, operation);
    if (operation.kind === 'txn') return mayRunTxn(auth, asker, operation, leases);
    return operation.kind !== 'range' || permitted(auth, asker, operation.key, operation.rangeEnd, false);
  };
  return txn.compare.every((compare) => permitted(auth, asker, compare.key, compare.rangeEnd, false)) && [...txn.success, ...txn.failure].every(allowed);
}

const samePermission = (a: Permission, b: Permission): boolean => latin1(a.key) === latin1(b.key) && latin1(a.rangeEnd) === latin1(b.rangeEnd);

/** Applies a change of users or roles that is allowed as auth/store.go does; each success moves the auth revision on. */
export function applyAuth(auth: Auth, request: AuthRequest): void {
  const changed = (): void => {
    auth.revision += 1n;
  };
  switch (request.kind) {
    case 'auth-enable':
      if (!auth.enabled && auth.users.get('root')?.roles.has(rootRole) === true) auth.enabled = true;
      return;
    case 'auth-disable':
      if (!auth.enabled) return;
      auth.enabled = false;
      return changed();
    case 'user-add':
      if (request.user === '' || auth.users.has(request.user)) return;
      auth.users.set(request.user, { roles: new Set() });
      return changed();
    case 'user-delete':
      if ((auth.enabled && request.user === 'root') || !auth.users.delete(request.user)) return;
      return changed();
    case 'user-password':
      if (auth.users.has(request.user)) changed();
      return;
    case 'user-grant':
      if (auth.users.get(request.user)?.roles.has(request.role) !== false) return;
      if (request.role !== rootRole && !auth.roles.has(request.role)) return;
      auth.users.get(request.user)!.roles.add(request.role);
      return changed();
    case 'user-revoke':
      if ((auth.enabled && request.user === 'root' && request.role === rootRole) || auth.users.get(request.user)?.roles.delete(request.role) !== true) return;
      return changed();
    case 'role-add':
      if (request.role === '' || auth.roles.has(request.role)) return;
      auth.roles.set(request.role, []);
      return changed();
    case 'role-delete':
      if ((auth.enabled && request.role === rootRole) || !auth.roles.delete(request.role)) return;
      for (const user of auth.users.values()) user.roles.delete(request.role);
      return changed();
    case 'role-grant': {
      const role = auth.roles.get(request.role);
      if (role === undefined) return;
      const at = role.findIndex((held) => samePermission(held, request.permission));
      if (at >= 0) role[at] = request.permission;
      else role.push(request.permission);
      return changed();
    }
    case 'role-revoke': {
      const role = auth.roles.get(request.role);
      const at = role?.findIndex((held) => samePermission(held, request.permission)) ?? -1;
      if (at < 0) return;
      role!.splice(at, 1);
      return changed();
    }
    case 'auth-read':
  }
}
