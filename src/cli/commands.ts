import type { Command } from 'commander';

/**
 * One command: loaded only when it is called, so that `--help` starts fast. `load` returns a function
 * that adds options, arguments, examples and the action to the prepared commander command.
 */
export interface CommandEntry {
  readonly path: string;
  /** Word key of the one-line summary. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly define: (command: Command) => Command }>;
}

/** All commands, in the order of `--help`. Adding one = one file in `commands/` and one line here. */
export const commands: readonly CommandEntry[] = [];
