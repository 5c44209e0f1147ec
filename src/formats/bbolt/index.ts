/**
 * A reader of bbolt files (format version 2, page sizes 1–64 KiB, either byte order).
 *
 * ```ts
 * import { openBolt, bucketEntries, bucketRows } from 'etcd-autopsy/bbolt';
 * const bolt = openBolt({ byteLength: bytes.length, read: (at, n) => bytes.subarray(at, at + n) });
 * const seen = new Set<number>();
 * for (const bucket of bucketEntries(bolt, seen, console.warn))
 *   for (const row of bucketRows(bolt, bucket, seen, console.warn)) console.log(row.key, row.value);
 * ```
 */
export { bucketEntries, bucketRows, leafPages, openBolt, type Bolt, type BucketEntry, type Report, type Row } from './db.js';
export { readMeta, readMetas, type Meta, type Metas } from './meta.js';
export { branchElements, isContiguous, leafElements, pageOf, pageType, readPage, type BranchElement, type LeafElement, type Page } from './page.js';
export type { ReachedPages } from './page-set.js';
export { inspectBucket, inspectTree, isBucketRow, type InspectionVisitor, type LostRange } from './inspect.js';
export { writeBolt, type NewBucket, type NewRow, type PageSink } from './write.js';
export type { Problem, ProblemSeverity } from '../problem.js';
export { bytesSource, type ByteSource } from '../source.js';
