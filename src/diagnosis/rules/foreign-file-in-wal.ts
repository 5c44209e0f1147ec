import type { Rule } from '../rule.js';
import { says, saysWith, wordsOf } from '../signs/index.js';

/** A foreign file lies in the data directory or in wal/; etcd only warns and ignores it. */
export const foreignFileInWal: Rule = {
  id: 'foreign-file-in-wal',
  role: 'detection',
  proves: [],
  possible: [saysWith((fact) => !/\.(?:bashrc|bash_\w+|profile|cache|ssh|touch|viminfo|lesshst)\b/.test(wordsOf(fact)), 'etcd.wal-foreign-file')],
  weakens: [says('etcd.ready')],
  decide: ['data-listing'],
  source: 'field notes 4',
};
