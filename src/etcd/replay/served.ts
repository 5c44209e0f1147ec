import { createHash } from 'node:crypto';
import type { Served } from '../verdict.js';
import { everyKey } from './ordered-keys.js';
import type { Machine } from './apply.js';

/**
 * What a client that reads every key gets: number of keys and SHA-256 over the lines
 * `hex(key) TAB mod_revision TAB hex(sha256(value)) LF`, keys ascending by bytes. A read of a lost row
 * ends the server: `machine.readLost` throws.
 */
export function serve(machine: Machine): Served {
  const { store } = machine;
  const hash = createHash('sha256');
  let keys = 0;
  for (const key of everyKey(store.order)) {
    const live = store.live.get(key)!;
    // A client cannot ask for the empty key: it stays out of every answer.
    if (key === '') continue;
    if (live.lost === true) machine.readLost(live);
    const value = live.value ?? machine.valueOf(live);
    keys += 1;
    hash.update(`${Buffer.from(key, 'latin1').toString('hex')}\t${live.modRevision}\t${createHash('sha256').update(value).digest('hex')}\n`);
  }
  return { revision: store.revision, keys, keysHash: hash.digest('hex') };
}
