import { Death, panic } from '../../formats/death.js';
import { latin1 } from '../../formats/latin1.js';
import { walkStrictly } from '../../formats/protobuf/strict-walk.js';
import { storedMessages } from '../stored-messages.js';
import { compareVersions } from '../version.js';
import { createBucket, fatal, rowsIn, valueOf, type OpenedBackend } from './backend.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** go-semver NewVersion: the error text, or null. */
export function semverError(version: string): string | null {
  const bare = (version.split('+')[0] ?? '').split('-')[0] ?? '';
  const parts = bare.split('.');
  if (parts.length < 3) return `${bare} is not in dotted-tri format`;
  for (const part of [parts[0] ?? '', parts[1] ?? '', parts.slice(2).join('.')]) {
    if (!/^[+-]?\d+$/.test(part)) return `strconv.ParseInt: parsing ${JSON.stringify(part)}: invalid syntax`;
  }
  return null;
}

/** NewAuthStore: revision of eight bytes; from 3.4.20 and 3.5.6 on every user is decoded, and every role that one has (refreshRangePermCache). */
export function loadAuth(backend: OpenedBackend): void {
  for (const name of ['auth', 'authUsers', 'authRoles']) createBucket(backend, name);
  const revision = valueOf(backend, 'auth', 'authRevision');
  if (revision !== null && revision.length < 8) panic(`runtime error: index out of range [7] with length ${revision.length}`);
  const { line, library, plainLog } = backend.behaviour;
  if (line === '3.3') return;
  const granted = new Set<string>();
  for (const row of rowsIn(backend, 'authUsers')) {
    const error = walkStrictly(row.value, storedMessages.user, library, (field, start, end) => {
      if (field === 3) granted.add(latin1(row.value.subarray(start, end)));
    }, row.valueLength);
    if (error !== null) panic(plainLog ? `failed to unmarshal user struct: ${error}` : `failed to unmarshal 'authpb.User' | error: ${error}`);
  }
  for (const name of granted) {
    const role = valueOf(backend, 'authRoles', name);
    const error = role === null ? null : walkStrictly(role, storedMessages.role, library);
    if (error !== null) panic(plainLog ? `failed to unmarshal role struct (name: ${name}): ${error}` : `failed to unmarshal 'authpb.Role' | error: ${error}`);
  }
}

/** AlarmStore.restore: an alarm key that does not decode ends the start. */
export function loadAlarms(backend: OpenedBackend): void {
  createBucket(backend, 'alarm');
  for (const row of rowsIn(backend, 'alarm')) {
    const error = walkStrictly(row.key, storedMessages.alarm, backend.behaviour.library, undefined, row.keyLength);
    if (error !== null) fatal(backend, `discovery failed | error: ${error}`, `etcdmain: ${error}`);
  }
}

/** Membership rows: their keys are hexadecimal ids, their values JSON (3.5 restore parses keys, 3.6+ both at start). */
export function trimMembers(backend: OpenedBackend): void {
  for (const name of ['members', 'members_removed']) {
    for (const row of rowsIn(backend, name)) {
      const key = text(row.key);
      if (!/^[0-9a-fA-F]{1,16}$/.test(key)) {
        panic(`failed to parse member id from key | error: strconv.ParseUint: parsing ${JSON.stringify(key)}: invalid syntax`);
      }
    }
  }
}

/** RaftCluster.SetBackend: the buckets of the membership, in every version. */
export function createMembershipBuckets(backend: OpenedBackend): void {
  for (const name of ['members', 'members_removed', 'cluster']) createBucket(backend, name);
}

/** cluster/clusterVersion as 3.6 and 3.7 read it at start. */
export function loadClusterVersion(backend: OpenedBackend, serverVersion: string): void {
  const raw = valueOf(backend, 'cluster', 'clusterVersion');
  if (raw !== null) {
    const version = text(raw);
    const error = semverError(version);
    if (error !== null) panic(error);
    const minor = (v: string): string => v.split('.').slice(0, 2).join('.');
    if (compareVersions(minor(serverVersion), minor(version)) < 0) {
      panic(`invalid downgrade; server version is lower than determined cluster version | {"current-server-version": "${minor(serverVersion)}.0", "determined-cluster-version": "${minor(version)}"}`);
    }
  }
}

/** A downgrade of the cluster that was begun, and not ended or given up. */
export interface Downgrade {
  readonly target: string;
}

/** downgradeInfoFromBackend, since 3.5; null when there is none. */
export function loadDowngrade(backend: OpenedBackend): Downgrade | null {
  const raw = valueOf(backend, 'cluster', 'downgrade');
  if (raw === null) return null;
  let said: Readonly<Record<string, unknown>> | null;
  try {
    said = JSON.parse(text(raw)) as Readonly<Record<string, unknown>> | null;
  } catch {
    return panic('failed to unmarshal downgrade information');
  }
  const { enabled = false, 'target-version': target = '' } = said ?? {};
  if (typeof enabled !== 'boolean' || typeof target !== 'string') return panic('failed to unmarshal downgrade information');
  if (!enabled) return null;
  return semverError(target) === null ? { target } : panic('unexpected version format of the downgrade target version from backend');
}

/** mustDetectDowngrade of 3.5: while a downgrade goes on, only a server of its target starts. True for that one. */
export function joinsDowngrade(begun: Downgrade | null, serverVersion: string): boolean {
  const line = serverVersion.split('.').slice(0, 2).join('.');
  if (line !== '3.5' || begun === null || begun.target === '') return false;
  if (compareVersions(`${line}.0`, begun.target) === 0) return true;
  throw new Death('exit', `invalid downgrade; server version is not allowed to join when downgrade is enabled | {"target-cluster-version": "${begun.target}"}`);
}

/** schema.Validate of 3.6 and 3.7: a storage version above the server's is refused. */
export function validateSchema(backend: OpenedBackend, serverMinor: number): void {
  const raw = valueOf(backend, 'meta', 'storageVersion');
  if (raw === null) return;
  const version = text(raw);
  if (semverError(version) !== null) return;
  const minor = Number(version.split('.')[1]);
  if (minor > serverMinor) throw new Death('exit', `Failed to validate schema | error: version "3.${minor}.0" is not supported`);
}
