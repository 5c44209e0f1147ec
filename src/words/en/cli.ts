import type { Catalogue } from '../catalogue.js';

export const cli = {
  'cli.description': 'Reads the files of a dead Kubernetes control plane offline and says, with evidence, what happened, which etcd snapshot to restore, and with which commands.',
  'cli.version': 'print the version',
  'cli.lang': 'language of all words: en or zh-CN (default: from the locale)',
  'cli.help': 'show help',
  'cli.examples': 'Examples:\n  etcd-autopsy analyze ./bundle --out ./report\n  etcd-autopsy snapshot check snapshot.db\n  etcd-autopsy boot /copy/of/var/lib/etcd --etcd 3.5\n  etcd-autopsy explain "panic: freepages: failed to get all reachable pages"',
  'cli.group.snapshot': 'look into one etcd snapshot or db file',
  'cli.group.wal': 'look into the write-ahead log',
  'cli.group.cases': 'list, show, remove and export earlier cases',
  'cli.group.bundle': 'prepare support bundles',
} as const satisfies Catalogue;
