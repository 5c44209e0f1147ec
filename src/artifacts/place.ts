/** Where something was read: the evidence for one statement. */
export interface Place {
  /** Path of the file inside the bundle, as in the manifest (`archive.tgz!/inner/path` when nested). */
  readonly artifact: string;
  /** 1-based line in a text file. */
  readonly line?: number;
  /** Byte offset in a binary file. */
  readonly offset?: number;
  /** The cited line (at most 400 characters, control characters escaped, secrets masked). */
  readonly text: string;
}
