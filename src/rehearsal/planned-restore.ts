import { parse } from 'shell-quote';
import type { Case } from '../case/model.js';

/** What the plan restores, read back from its own printed commands. */
export interface PlannedRestore {
  readonly members: readonly { readonly name: string; readonly peerUrl: string; readonly hasWalDir: boolean }[];
  /** `name=url,…` as printed. */
  readonly initialCluster: string;
  readonly token: string;
  readonly bump: number | null;
  readonly skipHashCheck: boolean;
}

/** The words of one printed command; null when it is more than one simple command. */
export function commandWords(line: string): readonly string[] | null {
  const words = parse(line, (name) => `$${name}`);
  return words.every((word): word is string => typeof word === 'string') ? words : null;
}

function flag(words: readonly string[], name: string): string | null {
  const at = words.indexOf(name);
  return at < 0 ? null : (words[at + 1] ?? null);
}

/**
 * Reads the restore of every member from the `restore` steps. Null when the plan restores nothing by
 * script. A plan whose hosts disagree about the cluster throws: it must never have been printed.
 */
export function plannedRestore(theCase: Case): PlannedRestore | null {
  const steps = theCase.plan?.steps.filter((step) => step.phase === 'restore') ?? [];
  const lines = steps.flatMap((step) => {
    const words = commandWords(step.commands[0] ?? '');
    return words !== null && words.includes('restore') ? [words] : [];
  });
  const [first] = lines;
  if (first === undefined || lines.length !== steps.length) return null;
  const members = lines.map((words) => ({ name: flag(words, '--name') ?? '', peerUrl: flag(words, '--initial-advertise-peer-urls') ?? '', hasWalDir: words.includes('--wal-dir') }));
  const common = (name: string): string | null => {
    const values = new Set(lines.map((words) => flag(words, name)));
    if (values.size > 1) throw new Error(`the hosts of this plan disagree about ${name}`);
    return flag(first, name);
  };
  const bump = common('--bump-revision');
  return {
    members, initialCluster: common('--initial-cluster') ?? '', token: common('--initial-cluster-token') ?? 'etcd-cluster',
    bump: bump === null ? null : Number(bump), skipHashCheck: first.includes('--skip-hash-check'),
  };
}
