import { openBolt } from '../../formats/bbolt/db.js';
import type { ByteSource } from '../../formats/source.js';
import { latin1 } from '../../formats/latin1.js';
import { behaviours } from '../start/line-behaviour.js';
import type { Ending } from '../start/restored.js';
import { followStatus, type StatusNumbers } from '../start/status.js';
import type { SnapshotReport } from '../verdict.js';
import type { EtcdLine } from '../version.js';
import type { Census } from './census.js';
import { contentsOf } from './contents.js';
import { judgeDigest, type DigestsElsewhere } from './digest.js';
import { readOnce } from './pass.js';

/** What `snapshot status` of a line would print or how it would end, and what it never looks at: the digest. */
export interface StatusResult {
  readonly numbers: StatusNumbers | null;
  readonly ending: Ending | null;
  readonly digest: SnapshotReport['digest'];
}

/** Numbers of a clean file, for a line. */
function numbersOf(census: Census, hash: number, totalSize: number, line: EtcdLine): StatusNumbers {
  const modern = line === '3.6' || line === '3.7';
  const version = contentsOf(census.small).meta.get('storageVersion');
  const text = version === undefined ? '' : latin1(version);
  return {
    hash,
    revision: census.lastRevision,
    totalKeys: modern ? census.liveKeys : census.rows,
    totalSize: BigInt(totalSize),
    version: modern ? (/^\d+\.\d+\.\d+/.test(text) ? text : '') : null,
  };
}

/** Reads the file once; a file with irregularities is then read as the tool of that line reads it. */
export function snapshotStatus(source: ByteSource, line: EtcdLine, elsewhere?: DigestsElsewhere): StatusResult {
  const bolt = openBolt(source);
  const bodySize = bolt.metas.active === null ? null : bolt.highWater * bolt.pageSize;
  const { digests, census } = readOnce(source, bolt, true, elsewhere);
  const digest = judgeDigest(source, digests(), bodySize);
  if (census !== null && census.hash !== null && bodySize !== null) return { numbers: numbersOf(census, census.hash, bodySize, line), ending: null, digest };
  return { ...followStatus(source, behaviours[line]), digest };
}
