import type { Command } from 'commander';
import type { Area } from '../words/catalogue.js';

/**
 * One command: loaded only when it is called, so that `--help` starts fast. `load` returns a function
 * that adds options, arguments, examples and the action to the prepared commander command.
 */
export interface CommandEntry {
  readonly path: string;
  /** Word key of the one-line summary. */
  readonly summary: string;
  /** The areas of its words, for a command that answers at once; all areas are loaded for the others. */
  readonly words?: readonly Area[];
  /** Set for commands that describe all others: the whole tree is loaded for them. */
  readonly wholeTree?: true;
  readonly load: () => Promise<{ readonly define: (command: Command) => Command }>;
}

/** All commands, in the order of `--help`. Adding one = one file in `commands/` and one line here. */
export const commands: readonly CommandEntry[] = [
  { path: 'analyze', summary: 'cli.analyze', load: () => import('./commands/analyze.js') },
  { path: 'demo', summary: 'cli.demo', load: () => import('./commands/demo.js') },
  { path: 'snapshot check', summary: 'bytes.cli.check', words: ['bytes', 'cli'], load: () => import('./commands/snapshot-check.js') },
  { path: 'snapshot status', summary: 'bytes.cli.status', words: ['bytes', 'cli'], load: () => import('./commands/snapshot-status.js') },
  { path: 'snapshot keys', summary: 'bytes.cli.keys', words: ['bytes', 'cli'], load: () => import('./commands/snapshot-keys.js') },
  { path: 'snapshot salvage', summary: 'bytes.cli.salvage', words: ['bytes', 'cli'], load: () => import('./commands/snapshot-salvage.js') },
  { path: 'boot', summary: 'boot.cli.summary', words: ['boot', 'cli'], load: () => import('./commands/boot.js') },
  { path: 'wal show', summary: 'wal.cli.summary', words: ['boot', 'cli'], load: () => import('./commands/wal-show.js') },
  { path: 'hashkv', summary: 'bytes.cli.hashkv', words: ['bytes', 'cli'], load: () => import('./commands/hashkv.js') },
  { path: 'snapshot objects', summary: 'kubernetes.cli.objects', words: ['cli', 'kubernetes'], load: () => import('./commands/snapshot-objects.js') },
  { path: 'snapshot get', summary: 'kubernetes.cli.get', words: ['cli', 'kubernetes'], load: () => import('./commands/snapshot-get.js') },
  { path: 'snapshot diff', summary: 'kubernetes.cli.diff', words: ['cli', 'kubernetes'], load: () => import('./commands/snapshot-diff.js') },
  { path: 'snapshot extract', summary: 'kubernetes.cli.extract', words: ['cli', 'kubernetes'], load: () => import('./commands/snapshot-extract.js') },
  { path: 'snapshot when', summary: 'kubernetes.cli.when', words: ['cli', 'kubernetes'], load: () => import('./commands/snapshot-when.js') },
  { path: 'rehearse', summary: 'rehearse.summary', load: () => import('./commands/rehearse.js') },
  { path: 'collect', summary: 'collect.summary', load: () => import('./commands/collect.js') },
  { path: 'explain', summary: 'explain.cli.summary', load: () => import('./commands/explain.js') },
  { path: 'audit', summary: 'cli.audit', load: () => import('./commands/audit.js') },
  { path: 'serve', summary: 'cli.serve', load: () => import('./commands/serve.js') },
  { path: 'cases list', summary: 'cli.cases.list', load: () => import('./commands/cases-list.js') },
  { path: 'cases show', summary: 'cli.cases.show', load: () => import('./commands/cases-show.js') },
  { path: 'cases rm', summary: 'cli.cases.rm', load: () => import('./commands/cases-rm.js') },
  { path: 'cases export', summary: 'cli.cases.export', load: () => import('./commands/cases-export.js') },
  { path: 'bundle share', summary: 'cli.share', load: () => import('./commands/bundle-share.js') },
  { path: 'completion', summary: 'cli.completion', wholeTree: true, load: () => import('./commands/completion.js') },
  { path: 'man', summary: 'cli.man', wholeTree: true, load: () => import('./commands/man.js') },
];

/** The entry named by the words of the command line: the longest path that matches. */
export function calledCommand(argv: readonly string[]): CommandEntry | undefined {
  const words = argv.filter((word, i) => !word.startsWith('-') && argv[i - 1] !== '--lang').join(' ');
  return [...commands]
    .sort((a, b) => b.path.length - a.path.length)
    .find((entry) => words === entry.path || words.startsWith(`${entry.path} `));
}

/** The areas of words that a command line needs; undefined where it needs all: help names other commands, too. */
export function areasNeeded(argv: readonly string[]): readonly Area[] | undefined {
  return argv.some((word) => word === '--help' || word === '-h') ? undefined : calledCommand(argv)?.words;
}
