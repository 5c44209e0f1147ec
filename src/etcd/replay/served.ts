import { createHash } from 'node:crypto';
import type { Served } from '../verdict.js';
import { everyKey } from './ordered-keys.js';
import type { Machine } from './apply.js';

/** SHA-256 of every live value, read in order of revision, which is the order of the file. */
function valueDigests(machine: Machine): Map<string, Buffer> {
  const byRevision = [...machine.store.live.values()].filter((live) => live.lost !== true).sort((a, b) => (a.revision.main !== b.revision.main ? (a.revision.main < b.revision.main ? -1 : 1) : a.revision.sub < b.revision.sub ? -1 : 1));
  return new Map(byRevision.map((live) => [live.key, createHash('sha256').update(live.value ?? machine.valueOf(live)).digest()]));
}

/**
 * What a client that reads every key gets: number of keys and SHA-256 over the lines
 * `hex(key) TAB mod_revision TAB hex(sha256(value)) LF`, keys ascending by bytes. A read of a lost row
 * ends the server: `machine.readLost` throws.
 */
export function serve(machine: Machine): Served {
  const { store } = machine;
  const digests = valueDigests(machine);
  const hash = createHash('sha256');
  let keys = 0;
  for (const key of everyKey(store.order)) {
    const live = store.live.get(key)!;
    // A client cannot ask for the empty key: it stays out of every answer.
    if (key === '') continue;
    if (live.lost === true) machine.readLost(live);
    keys += 1;
    hash.update(`${Buffer.from(key, 'latin1').toString('hex')}\t${live.modRevision}\t${digests.get(key)?.toString('hex') ?? ''}\n`);
  }
  return { revision: store.revision, keys, keysHash: hash.digest('hex') };
}
