import { sha256 } from '../../formats/sha256.js';
import { keysHash } from '../keys-hash.js';
import type { Served } from '../verdict.js';
import { everyKey } from './ordered-keys.js';
import type { Machine } from './apply.js';
import type { LiveKey } from './store.js';

/** What a client that reads every key gets. A read of a lost row ends the server: `machine.readLost` throws. */
export function serve(machine: Machine): Served {
  const { store } = machine;
  const digests = new Map<LiveKey, string>();
  // In the order in which the keys were loaded, values are read in order of the file.
  for (const live of store.live.values()) if (live.lost !== true && live.digest === undefined) digests.set(live, sha256(live.value ?? machine.valueOf(live)));
  const hash = keysHash();
  let keys = 0;
  for (const key of everyKey(store.order)) {
    const live = store.live.get(key)!;
    // A client cannot ask for the empty key: it stays out of every answer.
    if (key === '') continue;
    if (live.lost === true) machine.readLost(live);
    keys += 1;
    hash.add(key, live.modRevision, live.digest ?? digests.get(live)!);
  }
  return { revision: store.revision, keys, keysHash: hash.digest() };
}
