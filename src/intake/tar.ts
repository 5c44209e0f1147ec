import { Readable } from 'node:stream';
import { extract as tarReader, type Header } from 'tar-stream';
import type { Archive } from './container.js';
import { LimitReached, type Collector } from './collector.js';
import { entryName, showName } from './names.js';
import { expandSparse, sparseMap, type SparseHeaders } from './tar-sparse.js';

/** tar-stream types the pax records as unknown; they are strings by key. */
type TarHeaders = Omit<Header, 'pax' | 'linkname'> & { readonly pax?: SparseHeaders | null; readonly linkname: string | null };

type Entry = AsyncIterable<Uint8Array> & { readonly header: Header };

/** Names from ustar fields are raw bytes (read as latin1 here); those of pax records are UTF-8. */
function nameBytes(header: TarHeaders): Uint8Array {
  const sparseName = header.pax?.['GNU.sparse.name'];
  if (sparseName !== undefined) return Buffer.from(sparseName, 'utf8');
  return Buffer.from(header.name, header.pax?.['path'] === undefined ? 'latin1' : 'utf8');
}

function ownerOf(header: TarHeaders): string {
  return `${header.uname || header.uid || 0}:${header.gname || header.gid || 0}`;
}

/** Links and devices are said, never made; null for what holds bytes. */
function notAFile(header: TarHeaders): string | null {
  switch (header.type as string) {
    case 'symlink':
    case 'link':
      return 'intake.link';
    case 'character-device':
    case 'block-device':
    case 'fifo':
      return 'intake.special-file';
    case 'file':
    case 'contiguous-file':
      return null;
    default:
      return 'intake.unknown-entry-type';
  }
}

async function readEntry(entry: Entry, archive: Archive, into: Collector): Promise<void> {
  const header = entry.header as TarHeaders;
  const drain = async (): Promise<void> => {
    for await (const chunk of entry) void chunk;
  };
  if (header.type === 'directory') return drain();
  const verdict = entryName(nameBytes(header));
  if (!verdict.ok) {
    into.note(`intake.name-${verdict.why}`, `${archive.prefix}${verdict.shown}`);
    return drain();
  }
  const wanted = `${archive.prefix}${verdict.name}`;
  const refusal = notAFile(header);
  if (refusal !== null) {
    into.note(refusal, wanted, { target: showName(header.linkname ?? ''), type: String(header.type) });
    return drain();
  }
  if (verdict.changed) into.note('intake.name-absolute', wanted);
  const { path, duplicate } = into.unique(wanted);
  if (duplicate) into.note('intake.duplicate-name', path);
  const sparse = sparseMap(header.pax ?? {});
  const chunks: AsyncIterable<Uint8Array> = sparse === null ? entry : expandSparse(entry, sparse);
  await into.store(path, chunks, {
    mtime: header.mtime.getTime(),
    mtimeFromArchive: true,
    compressedSize: archive.size,
    owner: ownerOf(header),
    mode: header.mode & 0o7777,
  });
}

/**
 * Reads a tar stream entry by entry. A truncated or broken archive keeps what came before the fault
 * and becomes a finding; the entry that was cut is kept and marked.
 */
export async function readTar(chunks: AsyncIterable<Uint8Array>, archive: Archive, into: Collector): Promise<void> {
  const extract = tarReader({ allowUnknownFormat: true, filenameEncoding: 'latin1' } as Parameters<typeof tarReader>[0]);
  const input = Readable.from(chunks, { objectMode: false, highWaterMark: 1 << 20 });
  input.on('error', (error) => extract.destroy(error));
  input.pipe(extract);
  try {
    for await (const entry of extract) await readEntry(entry as unknown as Entry, archive, into);
  } catch (error) {
    if (error instanceof LimitReached) into.note(error.code, archive.path, { limit: error.limit });
    else into.note('intake.archive-broken', archive.path, { error: error instanceof Error ? error.message : String(error) });
  } finally {
    input.destroy();
    extract.destroy();
  }
}
