import { openBolt } from '../../formats/bbolt/db.js';
import type { ByteSource } from '../../formats/source.js';
import { behaviours } from '../start/line-behaviour.js';
import type { Ending } from '../start/restored.js';
import { followStatus, type StatusNumbers } from '../start/status.js';
import type { SnapshotReport } from '../verdict.js';
import type { EtcdLine } from '../version.js';
import { startCensus, type Census } from './census.js';
import { contentsOf, latin1 } from './contents.js';
import { digester, digestPositions, judgeDigest } from './digest.js';

/** What `snapshot status` of a line would print or how it would end, and what it never looks at: the digest. */
export interface StatusResult {
  readonly numbers: StatusNumbers | null;
  readonly ending: Ending | null;
  readonly digest: SnapshotReport['digest'];
}

const pieceSize = 4 << 20;

/** Numbers of a clean file, for a line. */
function numbersOf(census: Census, totalSize: number, line: EtcdLine): StatusNumbers {
  const modern = line === '3.6' || line === '3.7';
  const version = contentsOf(census.small).meta.get('storageVersion');
  const text = version === undefined ? '' : latin1(version);
  return {
    hash: census.hash,
    revision: census.lastRevision,
    totalKeys: modern ? census.liveKeys : census.rows,
    totalSize: BigInt(totalSize),
    version: modern ? (/^\d+\.\d+\.\d+/.test(text) ? text : '') : null,
  };
}

/** Reads the file once; a file with irregularities is then read as the tool of that line reads it. */
export function snapshotStatus(source: ByteSource, line: EtcdLine): StatusResult {
  const bolt = openBolt(source);
  const bodySize = bolt.metas.active === null ? null : bolt.highWater * bolt.pageSize;
  const digests = digester(digestPositions(source.byteLength, bodySize));
  const pass = startCensus(bolt);
  for (let at = 0; at < source.byteLength; ) {
    const piece = source.read(at, Math.min(pieceSize, source.byteLength - at));
    if (piece.length === 0) break;
    digests.feed(piece);
    pass?.feed(piece, at);
    at += piece.length;
  }
  const digest = judgeDigest(source, digests.finish(), bodySize);
  const census = pass?.finish() ?? null;
  if (census !== null && bodySize !== null) return { numbers: numbersOf(census, bodySize, line), ending: null, digest };
  return { ...followStatus(source, behaviours[line]), digest };
}
