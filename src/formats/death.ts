/** How a Go program ends before its time. `timeout`: it never ends. */
export type DeathKind = 'panic' | 'fault' | 'exit' | 'timeout';

/**
 * The end of a program that is being followed step by step; thrown where the program would die and
 * caught by whoever asked what happens. `message` holds the program's own words.
 */
export class Death extends Error {
  constructor(
    readonly kind: DeathKind,
    message: string,
  ) {
    super(message);
    this.name = 'Death';
  }
}

/** A Go panic with these words. */
export function panic(message: string): never {
  throw new Death('panic', message);
}

/** A read inside the memory map but past the end of the file. */
export const busError = 'unexpected fault address [signal SIGBUS: bus error]';
/** A read outside the memory map: whatever lies there, mostly nothing. */
export const segmentationFault = 'unexpected fault address [signal SIGSEGV: segmentation violation]';
