import { Death } from '../../formats/death.js';
import { freepages, type WrongClaim } from '../../formats/bbolt/behaviour/check.js';
import { openAsBbolt } from '../../formats/bbolt/behaviour/open.js';
import type { ByteSource } from '../../formats/source.js';
import { keysHash } from '../keys-hash.js';
import { requireBucket, touchRows, type OpenedBackend, type Speaker } from './backend.js';
import { observedVersions, type LineBehaviour } from './line-behaviour.js';
import { createMembershipBuckets, joinsDowngrade, loadAlarms, loadAuth, loadClusterVersion, loadDowngrade, trimMembers, validateSchema } from './other-buckets.js';
import { knownStore, loadLeases, loadStore, serveAll, type CleanStore, type ServedKeys } from './store.js';

/** InitialMmapSize of servers and of restore. */
const largeMap = 10 * 2 ** 30;

/** How a program ended: `message` is empty where it says nothing. */
export interface Ending {
  readonly kind: Death['kind'];
  readonly message: string;
}

/** Runs the steps of a program; the way it died, or null when it got through. */
export function follow(steps: () => void): Ending | null {
  try {
    steps();
    return null;
  } catch (thrown) {
    if (thrown instanceof Death) return { kind: thrown.kind, message: thrown.message };
    throw thrown;
  }
}

/** Opens the database as the backend of a line does; throws Death with that line's words. `clean`: the whole tree is known to be right. */
export function openBackendAs(source: ByteSource, fileSize: number, behaviour: LineBehaviour, speaker: Speaker, path = 'member/snap/db', clean: CleanStore | null = null): OpenedBackend {
  const opened = openAsBbolt(source, { dialect: behaviour.dialect, fileSize, initialMapSize: largeMap, trusted: clean !== null });
  if ('error' in opened) {
    const message = behaviour.plainLog
      ? `cannot open database at ${path} (${opened.error})`
      : speaker === 'restore' && behaviour.line === '3.5'
        ? 'failed to open database'
        : `failed to open database | error: ${opened.error}`;
    throw new Death('panic', message);
  }
  return { tx: opened.tx, behaviour, speaker, created: new Set(), rows: clean?.rows ?? null, storedFreelist: opened.storedFreelist, wrongClaim: opened.wrongClaim };
}

/**
 * The first commit drops a stored freelist (NoFreelistSync), so the next open scans the tree, as it does
 * for every other file at once. Free pages beyond the end never become a page.
 */
function reopen(backend: OpenedBackend): void {
  const { storedFreelist } = backend;
  if (storedFreelist === null) return;
  const beyond = storedFreelist.find((id) => id >= backend.tx.highWater);
  if (beyond !== undefined && !backend.behaviour.restoreLoadsStore) {
    if (backend.behaviour.line === '3.5') throw new Death('timeout', 'restoring snapshot');
    throw new Death('panic', `pgid (${beyond}) above high water mark (${backend.tx.highWater})`);
  }
  freepages(backend.tx);
}

/**
 * `snapshot restore` after the digest was accepted or skipped; null when it succeeds. With `clean`, tree
 * and rows of bucket `key` are known to be right and are not read again.
 */
export function followRestore(source: ByteSource, fileSize: number, behaviour: LineBehaviour, clean: CleanStore | null = null): Ending | null {
  return follow(() => {
    if (fileSize === 0) return restoreEmpty(behaviour);
    const backend = openBackendAs(source, fileSize, behaviour, 'restore', undefined, clean);
    if (behaviour.restoreLoadsStore) {
      loadLeases(backend);
      if (clean === null) loadStore(backend);
      else knownStore(backend, clean);
      for (const name of ['members', 'members_removed']) touchRows(backend, name);
      requireBucket(backend, 'meta');
      return;
    }
    trimMembers(backend);
    reopen(backend);
    createMembershipBuckets(backend);
    requireBucket(backend, 'meta');
  });
}

/** 32 bytes with --skip-hash-check: the copy is empty, and bbolt makes a new database of it. */
function restoreEmpty(behaviour: LineBehaviour): void {
  if (behaviour.restoreLoadsStore) return;
  throw new Death('exit', behaviour.line === '3.5' ? '' : 'failed to find a bucket');
}

/** What a server does with the database of a fresh restore: it dies, at the start or at the first read, or serves. */
export interface BootOutcome {
  readonly ending: Ending | null;
  readonly served: ServedKeys | null;
  /** Why nobody can tell; null where it can be told. */
  readonly open: string | null;
}

/** The restore itself writes already: it may mend the page, or hand out pages that it needs. */
const chance = ({ page, kind }: WrongClaim): string =>
  ({
    beyond: `page ${page} claims pages that the file does not have: chance decides whether a write ends in them`,
    unclaimed: `page ${page} fills pages that count as free: chance decides when a write destroys them`,
    wraps: `the transaction number of meta page ${page} starts from 0 again: chance decides which write begins from an old tree`,
  })[kind];

/** The first start of a member from a restored snapshot, with a read of all keys. */
export function followBoot(source: ByteSource, fileSize: number, behaviour: LineBehaviour, clean: CleanStore | null = null): BootOutcome {
  if (fileSize === 0) {
    return { ending: null, open: null, served: { revision: 1n, keys: 0, keysHash: keysHash().digest() } };
  }
  let served: ServedKeys | null = null;
  let claim: WrongClaim | null = null;
  const ending = follow(() => {
    const backend = openBackendAs(source, fileSize, behaviour, 'server', undefined, clean);
    // The restore's first commit writes the root page anew, and the next open counts the free pages again.
    claim = backend.wrongClaim?.page === backend.tx.root ? null : backend.wrongClaim;
    reopen(backend);
    const version = observedVersions[behaviour.line];
    if (behaviour.membershipFromDb) validateSchema(backend, Number(behaviour.line.slice(2)));
    createMembershipBuckets(backend);
    if (behaviour.membershipFromDb) loadClusterVersion(backend, version);
    if (behaviour.knowsDowngrades) joinsDowngrade(loadDowngrade(backend), version);
    loadLeases(backend);
    const known = clean === null ? null : knownStore(backend, clean);
    const store = known === null ? loadStore(backend) : null;
    loadAuth(backend);
    loadAlarms(backend);
    served = store === null ? known : serveAll(backend, store);
  });
  return { ending, served, open: ending === null && claim !== null ? chance(claim) : null };
}
