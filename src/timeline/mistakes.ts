import type { CommandFact } from '../artifacts/fact.js';

/** Mistakes that people make under pressure; each has a name in `src/words/` (`event.mistake.NAME`). */
export type Mistake =
  | 'wal-deleted' | 'member-files-deleted' | 'data-dir-emptied' | 'backups-deleted' | 'restore-without-data-dir' | 'restore-online-flags'
  | 'snapshot-copied-as-db' | 'forced-new-cluster' | 'members-file-copied' | 'defrag-for-space' | 'kubeadm-reset';

const removes = /^\s*(?:sudo\s+)?(?:\/(?:usr\/)?bin\/)?(?:rm|unlink|shred)\s/;
const findDelete = /\bfind\s.*-(?:delete|exec(?:dir)?\s+rm)\b/;

interface Rule {
  readonly mistake: Mistake;
  matches(command: string, fact: CommandFact): boolean;
}

const deletes = (command: string): boolean => removes.test(command) || findDelete.test(command);

/** Most specific first. */
const rules: readonly Rule[] = [
  { mistake: 'backups-deleted', matches: (c) => deletes(c) && /snapshot\S*\.db|kube_etcd|etcd[-_]?(?:backup|snapshot)s?\//.test(c) && !/\.part\b/.test(c) },
  { mistake: 'wal-deleted', matches: (c) => deletes(c) && /member\/wal|\/wal\/\S*|\.wal\b/.test(c) },
  { mistake: 'member-files-deleted', matches: (c) => deletes(c) && /member\/snap|\/snap\/|\.snap\b/.test(c) },
  { mistake: 'data-dir-emptied', matches: (c) => deletes(c) && (/\/member\/?\*?(?:\s|$)/.test(c) || /\/(?:var\/lib\/etcd|etcd-data|db\/etcd|default\.etcd)(?:\/\*|\/)?(?:\s|$)/.test(c)) },
  { mistake: 'restore-without-data-dir', matches: (c) => /\bsnapshot\s+restore\b/.test(c) && !/--data-dir|--help|\s-h\b/.test(c) },
  { mistake: 'restore-online-flags', matches: (c) => /\bsnapshot\s+restore\b/.test(c) && /--(?:endpoints|cacert|cert|key)\b/.test(c) },
  { mistake: 'snapshot-copied-as-db', matches: (c) => /^\s*(?:sudo\s+)?(?:cp|mv|rsync)\s/.test(c) && /\.db\S*\s+\S*member\/snap\/(?:db)?\s*$/.test(c) },
  { mistake: 'forced-new-cluster', matches: (c) => /--force-new-cluster|FORCE_NEW_CLUSTER/.test(c) },
  { mistake: 'members-file-copied', matches: (c) => /^\s*(?:sudo\s+)?(?:scp|rsync)\s/.test(c) && /etcd\S*\/member/.test(c) },
  { mistake: 'kubeadm-reset', matches: (c) => /\bkubeadm\s+reset\b/.test(c) },
];

/** The mistake in a command that somebody ran, or null. Help texts and dry words in `echo` or `grep` are none. */
export function mistakeIn(fact: CommandFact): Mistake | null {
  for (const part of fact.command.split(/\s*(?:;|&&|\|\|)\s*/)) {
    if (/^\s*(?:echo|grep|egrep|man|history|alias|#)/.test(part)) continue;
    const rule = rules.find((r) => r.matches(part, fact));
    if (rule !== undefined) return rule.mistake;
  }
  return null;
}
