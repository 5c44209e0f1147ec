import type { Bolt } from '../../formats/bbolt/db.js';
import type { ByteSource } from '../../formats/source.js';
import { startCensus, type Census, type CensusPass } from './census.js';
import { digester, digestPositions, type Digests, type DigestsElsewhere } from './digest.js';

/** What one reading of the file, front to back, tells. */
export interface Pass {
  /** Waits where somebody else is still at it: to be asked last. */
  readonly digests: () => Digests;
  /** Null when anything in the database is irregular. */
  readonly census: Census | null;
}

/** Pieces small enough to stay in the processor's cache, large enough to read fast. */
const pieceSize = 1 << 18;

/** Used again for every file of a folder; nobody keeps a piece. */
const room = Buffer.allocUnsafeSlow(pieceSize);

function feedAll(source: ByteSource, end: number, feed: (bytes: Uint8Array, at: number) => void): void {
  for (let at = 0; at < end; ) {
    const wanted = Math.min(pieceSize, end - at);
    const piece = source.readInto === undefined ? source.read(at, wanted) : room.subarray(0, source.readInto(room.subarray(0, wanted), at));
    if (piece.length === 0) return;
    feed(piece, at);
    at += piece.length;
  }
}

/** Reads the tree alone, front to back; null when anything in the database is irregular. */
export function readCensus(source: ByteSource, bolt: Bolt, hashing: boolean): Census | null {
  const census = startCensus(bolt, hashing);
  if (census === null) return null;
  feedAll(source, Math.min(source.byteLength, bolt.highWater * bolt.pageSize), census.feed);
  return census.finish();
}

/** Reads the file front to back and hashes it; `feed` gets the pieces, too. */
function digestsOf(source: ByteSource, positions: readonly number[], feed?: CensusPass['feed']): Digests {
  const own = digester(positions);
  feedAll(source, source.byteLength, (bytes, at) => {
    own.feed(bytes);
    feed?.(bytes, at);
  });
  return own.finish();
}

/** Reads the file once, with the status hash where `hashing` wants it. With `elsewhere`, only the tree is read here. */
export function readOnce(source: ByteSource, bolt: Bolt, hashing: boolean, elsewhere?: DigestsElsewhere): Pass {
  const bodySize = bolt.metas.active === null ? null : bolt.highWater * bolt.pageSize;
  const positions = digestPositions(source.byteLength, bodySize);
  const waiting = elsewhere?.(positions);
  if (waiting === undefined) {
    const census = startCensus(bolt, hashing);
    const digests = digestsOf(source, positions, census?.feed);
    return { digests: () => digests, census: census?.finish() ?? null };
  }
  const census = readCensus(source, bolt, hashing);
  let digests: Digests | null = null;
  return { digests: () => (digests ??= waiting() ?? digestsOf(source, positions)), census };
}
