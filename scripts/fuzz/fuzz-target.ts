/** One reader under test: real files to start from, and what is done with a damaged one. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: () => Promise<readonly Uint8Array[]>;
  readonly run: (bytes: Uint8Array) => void;
}
