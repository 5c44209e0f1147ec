import { crc32c } from '../../../src/formats/crc32c.js';

/** A record to be written: type and data. */
export interface NewRecord {
  readonly type: number;
  readonly data: Uint8Array;
}

/** A protobuf varint. */
export const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
};

/** One frame as etcd's encoder writes it: length with padding in its top byte, record, zeros to eight bytes. */
function frame(type: number, crc: number, data: Uint8Array): Buffer {
  const record = Buffer.from([0x08, type, 0x10, ...varint(crc), ...(data.length === 0 ? [] : [0x1a, ...varint(data.length), ...data])]);
  const pad = (8 - (record.length % 8)) % 8;
  const head = Buffer.alloc(8);
  head.writeUInt32LE(record.length, 0);
  if (pad > 0) head[7] = 0x80 | pad;
  return Buffer.concat([head, record, Buffer.alloc(pad)]);
}

/** Segments of a log: each begins with a crc record that carries the chain on; `from` is what the first one carries. */
export function writeLog(segments: readonly (readonly NewRecord[])[], zeroTail = 4096, from = 0): Buffer[] {
  let crc = from;
  return segments.map((records, at) => {
    const frames = [frame(4, crc, new Uint8Array())];
    for (const { type, data } of records) {
      crc = crc32c(data, crc);
      frames.push(frame(type, crc, data));
    }
    return Buffer.concat([...frames, Buffer.alloc(at === segments.length - 1 ? zeroTail : 0)]);
  });
}
