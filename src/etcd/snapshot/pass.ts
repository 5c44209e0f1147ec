import type { Bolt } from '../../formats/bbolt/db.js';
import type { ByteSource } from '../../formats/source.js';
import { startCensus, type Census } from './census.js';
import { digester, digestPositions, type Digests, type DigestsElsewhere } from './digest.js';

/** What one reading of the file, front to back, tells. */
export interface Pass {
  readonly digests: Digests;
  /** Null when anything in the database is irregular. */
  readonly census: Census | null;
}

/** Pieces small enough to stay in the processor's cache, large enough to read fast. */
const pieceSize = 1 << 19;

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
export function readCensus(source: ByteSource, bolt: Bolt): Census | null {
  const census = startCensus(bolt);
  if (census === null) return null;
  feedAll(source, Math.min(source.byteLength, bolt.highWater * bolt.pageSize), census.feed);
  return census.finish();
}

/** Reads the file once. With `elsewhere`, only the tree is read here. */
export function readOnce(source: ByteSource, bolt: Bolt, elsewhere?: DigestsElsewhere): Pass {
  const bodySize = bolt.metas.active === null ? null : bolt.highWater * bolt.pageSize;
  const positions = digestPositions(source.byteLength, bodySize);
  const waiting = elsewhere?.(positions);
  const own = digester(positions);
  if (waiting !== undefined) {
    const census = readCensus(source, bolt);
    const found = waiting();
    if (found !== null) return { digests: found, census };
    feedAll(source, source.byteLength, (bytes) => own.feed(bytes));
    return { digests: own.finish(), census };
  }
  const census = startCensus(bolt);
  feedAll(source, source.byteLength, (bytes, at) => {
    own.feed(bytes);
    census?.feed(bytes, at);
  });
  return { digests: own.finish(), census: census?.finish() ?? null };
}
