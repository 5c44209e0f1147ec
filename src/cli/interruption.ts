import { exitCode } from './exit-codes.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Lets Ctrl-C and its like end the program in order, with exit code 130: `clean` runs first, then the
 * listeners of the process's `exit` event. Gives back what takes this away again.
 * The listeners stay: without one a second, impatient Ctrl-C would end the program in the middle of the removal.
 */
export function endOnSignals(clean: () => void = () => undefined): () => void {
  const end = (): void => {
    clean();
    process.exit(exitCode.interrupted);
  };
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}
