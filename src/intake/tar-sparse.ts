/** pax records of one tar entry. */
export type SparseHeaders = Readonly<Record<string, string>>;

/** Where the stored pieces belong, and the real size. `inData`: the map stands before the data (format 1.0). */
export interface SparseMap {
  readonly inData: boolean;
  readonly pieces: readonly { readonly offset: number; readonly length: number }[];
  readonly realSize: number;
}

const maxPieces = 1_000_000;

function pairs(numbers: readonly number[]): SparseMap['pieces'] {
  const pieces = [];
  for (let i = 0; i + 1 < numbers.length && pieces.length < maxPieces; i += 2) {
    pieces.push({ offset: numbers[i] ?? 0, length: numbers[i + 1] ?? 0 });
  }
  return pieces;
}

/**
 * GNU tar's sparse files in pax archives (GNU tar manual, "Storing Sparse Files"): format 1.0 keeps the
 * map in front of the data, 0.1 in the record `GNU.sparse.map`. Null for ordinary files.
 */
export function sparseMap(pax: SparseHeaders): SparseMap | null {
  const realSize = Number(pax['GNU.sparse.realsize'] ?? pax['GNU.sparse.size']);
  if (!Number.isSafeInteger(realSize) || realSize < 0) return null;
  if (pax['GNU.sparse.major'] === '1') return { inData: true, pieces: [], realSize };
  const map = pax['GNU.sparse.map'];
  return map === undefined ? null : { inData: false, pieces: pairs(map.split(',').map(Number)), realSize };
}

/** Reads the decimal map of format 1.0: one number a line, padded to a multiple of 512 bytes. */
async function readMap(next: () => Promise<Uint8Array | null>): Promise<{ pieces: SparseMap['pieces']; rest: Uint8Array }> {
  let buffer = Buffer.alloc(0);
  for (;;) {
    const text = buffer.toString('latin1');
    const lines = text.split('\n');
    const count = Number(lines[0]);
    if (lines.length > 1 && (!Number.isSafeInteger(count) || count < 0 || count > maxPieces)) throw new Error('broken sparse map');
    if (lines.length > 1 && lines.length - 1 > 2 * count) {
      const used = lines.slice(0, 2 * count + 1).join('\n').length + 1;
      const padded = Math.ceil(used / 512) * 512;
      if (buffer.length >= padded) {
        return { pieces: pairs(lines.slice(1, 2 * count + 1).map(Number)), rest: buffer.subarray(padded) };
      }
    }
    const more = await next();
    if (more === null) throw new Error('sparse map is cut');
    buffer = Buffer.concat([buffer, more]);
  }
}

const zeros = Buffer.alloc(1 << 20);

function* hole(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= zeros.length) yield zeros.subarray(0, Math.min(left, zeros.length));
}

/** The file as it was on disk, holes filled with zeros. Throws when the map contradicts itself or the data end early. */
export async function* expandSparse(chunks: AsyncIterable<Uint8Array>, map: SparseMap): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const next = async (): Promise<Uint8Array | null> => {
    const result = await iterator.next();
    return result.done === true ? null : result.value;
  };
  let { pieces } = map;
  let held: Uint8Array = new Uint8Array();
  if (map.inData) ({ pieces, rest: held } = await readMap(next));
  let position = 0;
  for (const piece of pieces) {
    if (!(piece.offset >= position) || !(piece.length >= 0) || piece.offset + piece.length > map.realSize) throw new Error('broken sparse map');
    yield* hole(piece.offset - position);
    for (let left = piece.length; left > 0; ) {
      if (held.length === 0) {
        const more = await next();
        if (more === null) throw new Error('sparse data is cut');
        held = more;
      }
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      yield part;
    }
    position = piece.offset + piece.length;
  }
  yield* hole(map.realSize - position);
}
