import type { Rule } from '../rule.js';
import { affected, both, byServer, candidate, listed, says, saysWith } from '../signs/index.js';

/** The write-ahead log (member/wal) is damaged . */
export const walDamaged: Rule = {
  id: 'wal-damaged',
  role: 'damage',
  proves: [saysWith(byServer, 'etcd.wal-crc', 'etcd.wal-entry-limit', 'etcd.wal-metadata-conflict', 'etcd.wal-none-id', 'etcd.wal-unreadable', 'etcd.wal-record-undecodable', 'etcd.wal-repair-refused'), listed((fact) => /member\/wal\/[0-9a-f-]+\.wal$/.test(fact.path) && fact.size === 0), candidate((c) => c.boot?.result === 'dies' && /\.wal$/.test(c.boot.causeFile ?? ''))],
  likely: [says('stack.wal')],
  possible: [saysWith(byServer, 'etcd.unmarshal-failed')],
  excludes: [both(says('etcd.wal-crc', 'etcd.wal-unreadable'), affected('false-crc'))],
  decide: ['data-dir', 'data-listing'],
  source: 'cause 4',
};
