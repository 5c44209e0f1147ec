import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { sliceSource, type ByteSource } from '../formats/source.js';
import type { Archive } from './container.js';
import { LimitReached, type Collector } from './collector.js';
import { chunksOf } from './decompress.js';
import { entryName } from './names.js';

const localHeaderMagic = 0x04034b50;
const descriptorMagic = 0x08074b50;
const hasDescriptor = 0x0008;
const encrypted = 0x0001;

interface LocalHeader {
  readonly method: number;
  readonly flags: number;
  readonly compressedSize: number;
  readonly name: Uint8Array;
  readonly dataStart: number;
}

/** Local file header (PKWARE APPNOTE 4.3.7) at an offset, or null where there is none. */
function localHeader(source: ByteSource, offset: number): LocalHeader | null {
  const head = Buffer.from(source.read(offset, 30));
  if (head.length < 30 || head.readUInt32LE(0) !== localHeaderMagic) return null;
  const nameLength = head.readUInt16LE(26);
  return {
    flags: head.readUInt16LE(6),
    method: head.readUInt16LE(8),
    compressedSize: head.readUInt32LE(18),
    name: Buffer.from(source.read(offset + 30, nameLength)),
    dataStart: offset + 30 + nameLength + head.readUInt16LE(28),
  };
}

/**
 * Walks the local headers of a zip whose directory is missing. Entries are stored until the file ends;
 * the last one may be cut. Stops at the first place that is not a header.
 */
export async function recoverZip(source: ByteSource, archive: Archive, into: Collector): Promise<void> {
  for (let offset = 0; offset < source.byteLength; ) {
    const header = localHeader(source, offset);
    if (header === null || (header.flags & encrypted) !== 0 || (header.method !== 0 && header.method !== 8)) return;
    const streamed = (header.flags & hasDescriptor) !== 0;
    if (streamed && header.method === 0) return;
    const available = source.byteLength - header.dataStart;
    const raw = sliceSource(source, header.dataStart, streamed ? available : header.compressedSize);
    let consumed = raw.byteLength;
    async function* content(h: LocalHeader): AsyncGenerator<Uint8Array> {
      const input = Readable.from(chunksOf(raw));
      if (h.method === 0) {
        yield* input as AsyncIterable<Buffer>;
      } else {
        const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
        for await (const chunk of input.pipe(inflate) as AsyncIterable<Buffer>) yield chunk;
        if (streamed) consumed = inflate.bytesWritten;
      }
      if (!streamed && raw.byteLength < h.compressedSize) throw new Error('the archive ends inside this file');
    }
    const verdict = entryName(header.name);
    if (verdict.ok && header.name.at(-1) !== 0x2f) {
      const { path } = into.unique(`${archive.prefix}${verdict.name}`);
      try {
        await into.store(path, content(header), { mtime: null, mtimeFromArchive: false, compressedSize: raw.byteLength });
      } catch (error) {
        if (error instanceof LimitReached) into.note(error.code, archive.path, { limit: error.limit });
        return;
      }
    }
    offset = header.dataStart + consumed;
    if (streamed) {
      const after = Buffer.from(source.read(offset, 4));
      offset += after.length === 4 && after.readUInt32LE(0) === descriptorMagic ? 16 : 12;
    }
  }
}
