import { Death } from '../../formats/death.js';
import type { ByteSource } from '../../formats/source.js';
import { createBucket, valueOf, type OpenedBackend } from '../start/backend.js';
import type { LineBehaviour } from '../start/line-behaviour.js';
import { openBackendAs } from '../start/restored.js';

/** The database at the start of a member: null source when the file is absent, which etcd then creates. */
export interface MemberDatabase {
  /** Null when it is new and empty: absent, or zero bytes long, which bbolt initialises. */
  readonly backend: OpenedBackend | null;
  readonly exists: boolean;
  readonly consistentIndex: bigint;
  readonly term: bigint;
}

function number(backend: OpenedBackend, key: string): bigint {
  const value = valueOf(backend, 'meta', key);
  if (value === null) return 0n;
  if (value.length < 8) throw new Death('panic', `runtime error: index out of range [7] with length ${value.length}`);
  return new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0, false);
}

/** Opens `member/snap/db` as the server of a line does; throws Death with its words. */
export function openMemberDatabase(source: ByteSource | null, behaviour: LineBehaviour, path: string): MemberDatabase {
  if (source === null || source.byteLength === 0) return { backend: null, exists: source !== null, consistentIndex: 0n, term: 0n };
  const backend = openBackendAs(source, source.byteLength, behaviour, 'server', path);
  createBucket(backend, 'meta');
  return { backend, exists: true, consistentIndex: number(backend, 'consistent_index'), term: number(backend, 'term') };
}
