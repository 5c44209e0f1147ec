import type { ByteSource } from '../../formats/source.js';
import { behaviours } from './line-behaviour.js';
import { follow, openBackendAs } from './restored.js';
import { loadStore, serveAll } from './store.js';

/** The hash over all keys that a server would serve from a clean file; null when it cannot serve them. */
export function keysHashOf(source: ByteSource, fileSize: number): string | null {
  let hash: string | null = null;
  follow(() => {
    const backend = openBackendAs(source, fileSize, behaviours['3.6'], 'server', undefined, true);
    hash = serveAll(backend, loadStore(backend)).keysHash;
  });
  return hash;
}
