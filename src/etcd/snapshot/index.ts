/**
 * The verdict on one etcd snapshot or db file.
 *
 * ```ts
 * import { bytesSource, readSnapshot } from 'etcd-autopsy/snapshot';
 * const report = readSnapshot(bytesSource(await readFile('snapshot.db')));
 * console.log(report.verdict, report.digest.state, report.revision, report.restore?.['3.5']);
 * ```
 */
export { memorySized, readSnapshot, type SnapshotOptions } from './read.js';
export { predictRestores, bboltCheck, type PredictionInput } from './prediction.js';
export { digester, digestsKnown, type Digests } from './digest.js';
export type { FileVerdict, RestorePrediction, Served, SnapshotReport } from '../verdict.js';
export type { Problem, ProblemSeverity } from '../../formats/problem.js';
export { bytesSource, type ByteSource } from '../../formats/source.js';
