import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapFile, type MappedFile } from '../../src/formats/bbolt/behaviour/mapped-file.js';
import { bytesSource, type ByteSource } from '../../src/formats/source.js';

const size = 150_000;
/** A little longer than the file, so that some places lie outside the map. */
const mapSize = 155_000;
const content = new Uint8Array(size).map((_, i) => (i % 4096 < 100 ? i % 7 : (i * 2654435761) >>> 13));

/** A source that fills buffers, as files on disk do. */
function filling(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.length,
    read: (offset, length) => bytes.slice(offset, offset + length),
    readInto: (target, offset) => {
      const part = bytes.subarray(offset, offset + target.length);
      target.set(part);
      return part.length;
    },
  };
}

/** Around the ends of pieces, pages and the file, and anywhere. */
const place = fc.oneof(fc.integer({ min: 0, max: size + 9000 }), fc.constantFrom(32_768, 65_536, 98_304, 131_072, size, 151_552).chain((edge) => fc.integer({ min: edge - 20, max: edge + 20 })));
const length = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 70_000 }));

type Reading = (map: MappedFile, at: number, other: number, n: number, m: number) => unknown;
const readings: readonly Reading[] = [
  (map, at) => map.u16(at),
  (map, at) => map.u32(at),
  (map, at) => map.u64(at),
  (map, at, _other, n) => Buffer.from(map.bytes(at, n)).toString('hex'),
  (map, at, _other, n) => Buffer.from(map.available(at, n)).toString('hex'),
  (map, at, _other, n) => Buffer.from(map.glance(at, n)).toString('hex'),
  (map, at, other, n, m) => map.compare(at, n, other, m),
  (map, at, other, n, m) => map.compareWith(at, n, content.subarray(other, other + m)),
];

function outcome(reading: () => unknown): unknown {
  try {
    return reading();
  } catch (error) {
    return `ends: ${(error as Error).message}`;
  }
}

it('reads a file piece by piece as it reads it whole, and ends where that ends', () => {
  for (const source of [bytesSource(content), filling(content)]) {
    const [whole, pieces] = [mapFile(source, size - 32, mapSize, true), mapFile(source, size - 32, mapSize, true, true)];
    fc.assert(fc.property(fc.constantFrom(...readings), place, place, length, length, (reading, at, other, n, m) => {
      expect(outcome(() => reading(pieces, at, other, n, m))).toEqual(outcome(() => reading(whole, at, other, n, m)));
    }), { numRuns: 1500, seed: 3 });
  }
});
