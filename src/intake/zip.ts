import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import yauzl, { RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { sliceSource, type ByteSource } from '../formats/source.js';
import type { Archive } from './container.js';
import { LimitReached, type Collector } from './collector.js';
import { chunksOf } from './decompress.js';
import { entryName } from './names.js';
import { recoverZip } from './zip-recover.js';

/** Local file header (PKWARE APPNOTE 4.3.7): 30 bytes, then name and extra field. */
const localHeaderSize = 30;
const localHeaderMagic = 0x04034b50;
const methodStored = 0;
const methodDeflate = 8;
const symlinkMode = 0o120000;
const typeMask = 0o170000;
/** Types of Unix that are neither file nor folder nor link; a zip from elsewhere says none. */
const specialModes: ReadonlyMap<number, string> = new Map([[0o020000, 'character-device'], [0o060000, 'block-device'], [0o010000, 'fifo'], [0o140000, 'socket']]);

class SourceReader extends RandomAccessReader {
  constructor(private readonly source: ByteSource) {
    super();
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(chunksOf(sliceSource(this.source, start, end - start)));
  }
}

function openZip(source: ByteSource): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, decodeStrings: false, autoClose: false, validateEntrySizes: false };
    yauzl.fromRandomAccessReader(new SourceReader(source), source.byteLength, options, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });
}

/** Entries one at a time; an error of the directory ends the iteration by throwing. */
async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | null>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('end', () => resolve(null));
      zip.once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners();
    if (entry === null) return;
    yield entry;
  }
}

/** Extended timestamp (0x5455, UTC seconds). DOS times have no zone and are not used as evidence. */
function mtimeOf(entry: Entry): { mtime: number; exact: boolean } {
  const field = entry.extraFields?.find((f) => f.id === 0x5455);
  if (field !== undefined && field.data.length >= 5 && ((field.data[0] ?? 0) & 1) === 1) {
    return { mtime: field.data.readInt32LE(1) * 1000, exact: true };
  }
  const { lastModFileDate: d, lastModFileTime: t } = entry;
  return {
    mtime: Date.UTC((d >> 9) + 1980, ((d >> 5) & 15) - 1, d & 31, t >> 11, (t >> 5) & 63, (t & 31) * 2),
    exact: false,
  };
}

/** The bytes of one entry, with CRC and size checked at the end. */
async function* contentOf(source: ByteSource, start: number, entry: Entry): AsyncGenerator<Uint8Array> {
  const raw = Readable.from(chunksOf(sliceSource(source, start, entry.compressedSize)));
  const stream = entry.compressionMethod === methodDeflate ? raw.pipe(createInflateRaw({ chunkSize: 256 * 1024 })) : raw;
  let crc = 0;
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    crc = crc32(chunk, crc);
    size += chunk.length;
    yield chunk;
  }
  if (size !== entry.uncompressedSize) throw new Error(`size ${size}, but the directory says ${entry.uncompressedSize}`);
  if (crc !== entry.crc32) throw new Error('CRC-32 does not match');
}

/** Data ranges that were already read: overlapping entries are the sign of a zip bomb. */
type Ranges = { readonly start: number; readonly end: number }[];

async function readEntry(source: ByteSource, entry: Entry, archive: Archive, ranges: Ranges, into: Collector): Promise<void> {
  const nameBytes = entry.fileName as unknown as Buffer;
  const verdict = entryName(nameBytes);
  if (!verdict.ok) return into.note(`intake.name-${verdict.why}`, `${archive.prefix}${verdict.shown}`);
  if (nameBytes.at(-1) === 0x2f) return;
  const wanted = `${archive.prefix}${verdict.name}`;
  if (entry.isEncrypted()) return into.note('intake.encrypted', wanted);
  const type = (entry.externalFileAttributes >>> 16) & typeMask;
  if (type === symlinkMode) return into.note('intake.link', wanted, { target: '', type: 'symlink' });
  const special = specialModes.get(type);
  if (special !== undefined) return into.note('intake.special-file', wanted, { target: '', type: special });
  if (entry.compressionMethod !== methodStored && entry.compressionMethod !== methodDeflate) {
    return into.note('intake.zip-method', wanted, { method: entry.compressionMethod });
  }
  const header = Buffer.from(source.read(entry.relativeOffsetOfLocalHeader, localHeaderSize));
  if (header.length < localHeaderSize || header.readUInt32LE(0) !== localHeaderMagic) return into.note('intake.entry-broken', wanted, { error: 'no local header' });
  const start = entry.relativeOffsetOfLocalHeader + localHeaderSize + header.readUInt16LE(26) + header.readUInt16LE(28);
  const end = start + entry.compressedSize;
  if (ranges.some((r) => start < r.end && r.start < end)) return into.note('intake.zip-overlap', wanted);
  ranges.push({ start, end });
  if (verdict.changed) into.note('intake.name-absolute', wanted);
  const { path, duplicate } = into.unique(wanted);
  if (duplicate) into.note('intake.duplicate-name', path);
  const { mtime, exact } = mtimeOf(entry);
  const mode = (entry.externalFileAttributes >>> 16) & 0o7777;
  try {
    await into.store(path, contentOf(source, start, entry), {
      mtime,
      mtimeFromArchive: exact,
      compressedSize: entry.compressedSize,
      ...(mode === 0 ? {} : { mode }),
    });
  } catch (error) {
    if (error instanceof LimitReached) throw error;
  }
}

/**
 * Reads a zip by its central directory; one bad entry costs only itself. When the directory is gone
 * (the file was cut), the local headers are walked instead.
 */
export async function readZip(source: ByteSource, archive: Archive, into: Collector): Promise<void> {
  try {
    const zip = await openZip(source);
    const ranges: Ranges = [];
    for await (const entry of entriesOf(zip)) await readEntry(source, entry, archive, ranges, into);
  } catch (error) {
    if (error instanceof LimitReached) return into.note(error.code, archive.path, { limit: error.limit });
    into.note('intake.archive-broken', archive.path, { error: error instanceof Error ? error.message : String(error) });
    await recoverZip(source, archive, into);
  }
}
