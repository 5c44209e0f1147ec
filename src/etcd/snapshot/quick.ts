import { openBolt } from '../../formats/bbolt/db.js';
import type { ByteSource } from '../../formats/source.js';
import { digestSize, looksSigned } from './digest.js';

/** A look at the first pages, the length and the last bytes; proves nothing, finds the coarse errors. */
export interface QuickLook {
  readonly plausible: boolean;
  readonly size: number;
  /** Bytes that the tree needs; null when no meta page is valid. */
  readonly bodySize: number | null;
  readonly digestPlace: 'there' | 'absent' | 'cut' | 'unexpected';
  readonly remarks: readonly string[];
}

/** Reads at most a few pages, whatever the size of the file. */
export function quickLook(source: ByteSource): QuickLook {
  const size = source.byteLength;
  const bolt = openBolt(source);
  const bodySize = bolt.metas.active === null ? null : bolt.highWater * bolt.pageSize;
  const remarks: string[] = [];
  if (size === 0) remarks.push('the file is empty');
  for (const [n, meta] of [bolt.metas.meta0, bolt.metas.meta1].entries()) {
    if (meta?.error !== null) remarks.push(`meta page ${n}: ${meta?.error ?? 'beyond the end of the file'}`);
  }
  if (bodySize === null) return { plausible: false, size, bodySize, digestPlace: 'unexpected', remarks };
  const over = size - bodySize;
  const tail = source.read(Math.max(0, Math.min(size, bodySize) - 4096), 4096);
  const digestPlace = over === digestSize ? 'there' : over < 0 || (over > 0 && over < digestSize) ? 'cut' : looksSigned(size) ? 'unexpected' : 'absent';
  if (over < 0) remarks.push(`${-over} bytes are missing at the end`);
  if (digestPlace === 'there' && source.read(bodySize, digestSize).every((byte) => byte === 0)) remarks.push('the digest is all zeros');
  if (tail.length === 0) remarks.push('the last page cannot be read');
  return { plausible: remarks.length === 0 && digestPlace === 'there', size, bodySize, digestPlace, remarks };
}
