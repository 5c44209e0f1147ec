import type { ByteSource } from '../formats/source.js';
import type { BundleFile, IntakeFinding, IntakeLimits } from './bundle.js';
import { fileDigester, type FileDigests } from './file-digest.js';
import type { Scratch } from './scratch.js';

/** Thrown inside intake when a limit is hit; the archive that hit it is left, the rest goes on. */
export class LimitReached extends Error {
  constructor(
    readonly code: string,
    readonly limit: number,
  ) {
    super(code);
  }
}

/** Gathers files and findings of all inputs, and watches the limits. */
export interface Collector {
  readonly files: BundleFile[];
  readonly findings: IntakeFinding[];
  note(code: string, path: string, params?: Readonly<Record<string, string | number>>): void;
  /** A display path that no other file has yet; a repeated one gets a number. */
  unique(path: string): { path: string; duplicate: boolean };
  /** Stores a stream as one file; returns its opener. Throws LimitReached. */
  store(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, meta: EntryMeta): Promise<BundleFile>;
  /** Adds a file that already exists on disk. */
  add(file: BundleFile): void;
}

export interface EntryMeta {
  readonly mtime: number | null;
  readonly mtimeFromArchive: boolean;
  /** Compressed bytes behind this stream; the base of the ratio guard. */
  readonly compressedSize: number | null;
  readonly owner?: string;
  readonly mode?: number;
}

/** Digests and size of a source, read once in order. */
export function digestOf(source: ByteSource): FileDigests & { readonly size: number } {
  const digester = fileDigester();
  let offset = 0;
  while (offset < source.byteLength) {
    const chunk = source.read(offset, 1 << 20);
    if (chunk.length === 0) break;
    digester.update(chunk);
    offset += chunk.length;
  }
  return { ...digester.finish(), size: offset };
}

export function collector(limits: IntakeLimits, store: Scratch): Collector {
  const files: BundleFile[] = [];
  const findings: IntakeFinding[] = [];
  const taken = new Set<string>();
  let total = 0;
  const self: Collector = {
    files,
    findings,
    note: (code, path, params = {}) => void findings.push({ code, path, params }),
    unique(path) {
      let name = path;
      for (let n = 2; taken.has(name); n++) name = `${path} (${n})`;
      taken.add(name);
      return { path: name, duplicate: name !== path };
    },
    add(file) {
      if (files.length >= limits.maxEntries) throw new LimitReached('intake.too-many-entries', limits.maxEntries);
      files.push(file);
    },
    async store(path, chunks, meta) {
      if (files.length >= limits.maxEntries) throw new LimitReached('intake.too-many-entries', limits.maxEntries);
      const spill = store.spill();
      const digester = fileDigester();
      let size = 0;
      let failure: { error: unknown } | null = null;
      let room = store.room();
      const check = (): void => {
        if (size > limits.maxFileBytes) throw new LimitReached('intake.file-too-large', limits.maxFileBytes);
        if (total > limits.maxTotalBytes) throw new LimitReached('intake.too-many-bytes', limits.maxTotalBytes);
        if (size > limits.ratioFreeBytes && meta.compressedSize !== null && size / Math.max(1, meta.compressedSize) > limits.maxRatio) {
          throw new LimitReached('intake.ratio', limits.maxRatio);
        }
        if (size > room) throw new LimitReached('intake.no-disk-space', room);
      };
      try {
        for await (const chunk of chunks) {
          size += chunk.length;
          total += chunk.length;
          check();
          digester.update(chunk);
          spill.write(chunk);
          if (size % (1 << 28) < chunk.length) room = size + store.room();
        }
      } catch (error) {
        if (error instanceof LimitReached) {
          spill.abort();
          throw error;
        }
        failure = { error };
      }
      const file: BundleFile = {
        path,
        size,
        ...digester.finish(),
        mtime: meta.mtime,
        mtimeFromArchive: meta.mtimeFromArchive,
        ...(meta.owner === undefined ? {} : { owner: meta.owner }),
        ...(meta.mode === undefined ? {} : { mode: meta.mode }),
        ...(failure === null ? {} : { cut: true }),
        ...spill.finish(),
      };
      files.push(file);
      if (failure !== null) {
        self.note('intake.entry-cut', path, { size, error: failure.error instanceof Error ? failure.error.message : String(failure.error) });
        throw failure.error;
      }
      return file;
    },
  };
  return self;
}
