import { openBolt } from '../../formats/bbolt/db.js';
import type { Problem } from '../../formats/problem.js';
import { inspectDatabase } from '../snapshot/thorough.js';
import type { MemberFiles } from './member-files.js';
import type { StartFailure } from './member-start.js';

/** Problems of the database that are named beside the one that ends the server. */
const mostNamed = 20;

/** Why a server ends: its own words with the file, and what else is wrong with the database where that is the file. */
export function fatalProblems(files: MemberFiles, { causeFile, message, forWantOfFile }: Pick<StartFailure, 'causeFile' | 'message' | 'forWantOfFile'>): readonly Problem[] {
  const own: Problem = {
    code: 'boot.dies', severity: 'fatal', page: null, offset: null,
    message: causeFile === null ? `etcd ends with "${message}"` : `${causeFile}: etcd ends with "${message}"`,
  };
  if (forWantOfFile || files.db === null || causeFile !== files.db.path || files.db.source.byteLength === 0) return [own];
  const inside = inspectDatabase(openBolt(files.db.source)).problems.filter((problem) => problem.severity !== 'info');
  return [own, ...inside.slice(0, mostNamed).map((problem) => ({ ...problem, message: `${causeFile}: ${problem.message}` }))];
}
