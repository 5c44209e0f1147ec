import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../remove-folder.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { exitCode } from './exit-codes.js';
import { endOnSignals } from './interruption.js';

/** Registers something to be taken away when the command ends, however it ends. It must be safe to call once. */
export type Later = (cleaner: () => void) => void;

/** What such a command needs besides its work. */
export interface BundleCommand {
  readonly language: Language;
  /** Called first when the user ends the program. */
  readonly interrupted?: () => void;
}

/**
 * Runs one command that opens bundles, with a private folder for everything temporary (`TMPDIR`), and takes
 * that folder and what was registered away at the end: after an answer, after an error, and after Ctrl-C,
 * which ends the program with 130. Input that cannot be opened is said in the words of the user and ends with
 * the exit code for unusable input; the answer is null then.
 */
export async function withBundles<T>({ language, interrupted }: BundleCommand, work: (later: Later) => Promise<T>): Promise<T | null> {
  const scratch = mkdtempSync(join(tmpdir(), 'etcd-autopsy-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = scratch;
  const cleaners: (() => void)[] = [() => removeFolder(scratch)];
  const clean = (): void => {
    for (const cleaner of cleaners.splice(0).reverse()) cleaner();
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  };
  const goOn = endOnSignals(() => {
    interrupted?.();
    clean();
  });
  try {
    return await work((cleaner) => void cleaners.push(cleaner));
  } catch (error) {
    const { InputError } = await import('../intake/index.js');
    if (!(error instanceof InputError)) throw error;
    interrupted?.();
    process.stderr.write(`etcd-autopsy: ${say(language, `cli.analyze.${error.code}`, { path: error.path })}\n`);
    process.exitCode = exitCode.usage;
    return null;
  } finally {
    clean();
    goOn();
  }
}
