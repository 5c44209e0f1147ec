import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ByteSource } from '../formats/source.js';
import type { ContainerKind } from './container.js';

const inputChunk = 1 << 20;
/** zstddec yields empty chunks for ever on corrupt data: it never tests ZSTD_isError. */
const maxEmptyChunks = 64;

/** The bytes of a source in file order, in pieces of at most 1 MiB. */
export function* chunksOf(source: ByteSource): Generator<Uint8Array> {
  for (let offset = 0; offset < source.byteLength; ) {
    const chunk = source.read(offset, inputChunk);
    if (chunk.length === 0) return;
    offset += chunk.length;
    yield chunk;
  }
}

async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  const stream = Readable.from(chunksOf(source)).pipe(createGunzip({ chunkSize: 256 * 1024 }));
  for await (const chunk of stream) yield chunk as Buffer;
}

async function* unzstd(source: ByteSource): AsyncGenerator<Uint8Array> {
  const { ZSTDDecoder } = await import('zstddec/stream');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  let empty = 0;
  for (const chunk of decoder.decodeStreaming(chunksOf(source))) {
    if (chunk.length > 0) empty = 0;
    else if (++empty > maxEmptyChunks) throw new Error('zstd data is corrupt');
    if (chunk.length > 0) yield chunk;
  }
}

async function* unxz(source: ByteSource): AsyncGenerator<Uint8Array> {
  // A CommonJS package: loaders differ in whether its exports stand in `default` or beside it.
  const loaded = await import('xz-decompress');
  const xz = loaded.default ?? (loaded as unknown as typeof loaded.default);
  const input = Readable.toWeb(Readable.from(chunksOf(source))) as unknown as ReadableStream<Uint8Array>;
  const reader = new xz.XzReadableStream(input).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (value !== undefined) yield value;
  }
}

async function* unbzip2(source: ByteSource): AsyncGenerator<Uint8Array> {
  const { default: bunzip2 } = await import('unbzip2-stream');
  const output = Readable.from(chunksOf(source)).pipe(bunzip2());
  for await (const chunk of new Readable().wrap(output)) yield chunk as Buffer;
}

/**
 * The decompressed bytes. Everything that could be read comes first; a truncated or corrupt stream
 * then throws.
 */
export function decompress(kind: Exclude<ContainerKind, 'tar' | 'zip'>, source: ByteSource): AsyncGenerator<Uint8Array> {
  switch (kind) {
    case 'gzip':
      return gunzip(source);
    case 'zstd':
      return unzstd(source);
    case 'xz':
      return unxz(source);
    case 'bzip2':
      return unbzip2(source);
  }
}

/** Looks at the first `count` bytes of a stream and gives the whole stream back. */
export async function peek(
  chunks: AsyncGenerator<Uint8Array>,
  count: number,
): Promise<{ head: Uint8Array; all: AsyncGenerator<Uint8Array> }> {
  const seen: Uint8Array[] = [];
  let length = 0;
  let failure: { error: unknown } | null = null;
  while (length < count) {
    try {
      const next = await chunks.next();
      if (next.done) break;
      seen.push(Buffer.from(next.value));
      length += next.value.length;
    } catch (error) {
      failure = { error };
      break;
    }
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* seen;
    if (failure !== null) throw failure.error;
    yield* chunks;
  }
  return { head: Buffer.concat(seen).subarray(0, count), all: all() };
}
