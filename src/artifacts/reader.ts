import type { Fact } from './fact.js';
import type { RawLine } from './text/lines.js';

/** One line of a text artifact. */
export interface TextLine {
  /** 1-based, in the file. */
  readonly number: number;
  /** Byte offset of its start in the file. */
  readonly offset: number;
  /** Decoded, without line end, ANSI escapes and typed-over characters resolved; at most 64 KiB. */
  readonly text: string;
}

/**
 * A piece of text that one reader takes: a whole file, or the output of one command in a transcript.
 * Lines are read again at each iteration, so that a 1 GB log needs no memory.
 */
export interface Section {
  /** Path in the manifest. */
  readonly artifact: string;
  /** File name on the host when known (`/etc/etcd.env`), else null. */
  readonly hostPath: string | null;
  readonly host: string | null;
  /** The command whose output this is, when a prompt shows it. */
  readonly command: string | null;
  readonly cwd: string | null;
  readonly firstLine: number;
  /** First non-empty lines (at most 200), for recognition. */
  readonly head: readonly string[];
  lines(): Iterable<TextLine>;
  /** The same lines as bytes, for readers that skip most of a large log before decoding. */
  rawLines(): Iterable<RawLine>;
  /** Decodes one of `rawLines()` as `lines()` would. */
  text(raw: RawLine): string;
  /** Reads one line of the section again by its offset, long after the iteration went on. */
  reread(number: number, offset: number): TextLine;
  /** Bytes of the section. */
  readonly byteLength: number;
  /** Modification time of the file when an archive kept it, ms since the epoch: bounds years. */
  readonly mtime: number | null;
}

/** What a reader yields between facts when it has been long at work, so that others get their turn. */
export const pause = Symbol('pause');
export type Pause = typeof pause;

/** One kind of text artifact. Adding one = one file in `src/artifacts/readers/` and one line in its list. */
export interface ArtifactReader {
  /** Stable name shown in the manifest: `docker-ps`, `systemctl-status`, `env-file`. */
  readonly kind: string;
  /**
   * 0 = not this kind; 100 = certain. By content first, then command, then name. The highest wins;
   * `by` says what convinced (`header line`, `command docker ps`, `file name`).
   */
  recognise(section: Section): { readonly score: number; readonly by: string };
  read(section: Section): Iterable<Fact | Pause>;
  /**
   * Set for readers that pick their own lines out of mixed output and ignore all others: they also
   * run on the output of compound commands (`date; ls -lR`).
   */
  readonly selective?: true;
}
