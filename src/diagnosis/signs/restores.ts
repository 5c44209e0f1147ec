import type { Sign } from '../rule.js';
import { hitOf } from './combine.js';

/** A listing shows `member/snap/db` of a data directory, and its `member/wal` listed without any segment. */
export const halfDirectory: Sign = (view) => {
  const dbs = view.facts('file').filter((fact) => /\/member\/snap\/db$/.test(fact.path));
  return dbs
    .filter((db) => {
      const base = db.path.slice(0, -'/snap/db'.length);
      const listed = view.facts('file').filter((fact) => fact.at.artifact === db.at.artifact && fact.path.startsWith(base));
      const folders = listed.some((fact) => fact.path === `${base}/snap`);
      return folders && !listed.some((fact) => fact.path.startsWith(`${base}/wal`));
    })
    .map((fact) => hitOf(view, fact, fact.mtime));
};
