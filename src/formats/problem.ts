/** How bad a problem found in a file is: `fatal` stops the reader of the real program. */
export type ProblemSeverity = 'info' | 'warning' | 'error' | 'fatal';

/**
 * One thing that is wrong in a binary file. Readers yield problems and go on; they never stop at the
 * first and never throw for content.
 */
export interface Problem {
  /** Stable, dotted, lower case: `bbolt.page-id-mismatch`. */
  readonly code: string;
  readonly severity: ProblemSeverity;
  /** Byte offset in the file, when one is known. */
  readonly offset: number | null;
  /** bbolt page id, when the problem belongs to a page. */
  readonly page: number | null;
  /** One English sentence with the numbers that matter; both sides of every comparison. */
  readonly message: string;
  /** Keys that are hit, printable form, at most 12. */
  readonly keys?: readonly string[];
}
