import { crc32, deflateRawSync } from 'node:zlib';

/** Hand-made archives: what no ordinary tool would write. */

export interface TarEntry {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  /** ustar type flag: `0` file, `1` hard link, `2` symlink, `3` character device, `5` directory, `6` fifo. */
  readonly type?: string;
  readonly link?: string;
  readonly size?: number;
  readonly mtime?: number;
  readonly user?: string;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

/** One ustar header with a right checksum, then the content padded to 512 bytes. */
export function tarEntry(entry: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  Buffer.from(entry.name).copy(header, 0, 0, 100);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(entry.size ?? content.length, 12), 124);
  header.write(octal(entry.mtime ?? 1_700_000_000, 12), 136);
  header.write('        ', 148);
  header.write(entry.type ?? '0', 156);
  header.write(entry.link ?? '', 157);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(entry.user ?? 'root', 265);
  header.write('root', 297);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

export function tarOf(...entries: TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
}

/** A pax header with these records, then the entry. */
export function paxEntry(records: Readonly<Record<string, string>>, entry: TarEntry): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const body = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(body) + 1;
    while (String(length).length + Buffer.byteLength(body) !== length) length = String(length).length + Buffer.byteLength(body);
    return `${length}${body}`;
  });
  return Buffer.concat([tarEntry({ name: 'PaxHeader/x', type: 'x', content: lines.join('') }), tarEntry(entry)]);
}

export interface ZipEntry {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  readonly store?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly claimedSize?: number;
  /** Offset of the local header as the directory claims it. */
  readonly at?: number;
  readonly unixMode?: number;
}

/** A zip whose directory says what the entries claim, true or not. */
export function zipOf(...entries: ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = Buffer.from(entry.content ?? '');
    const data = entry.store === true ? content : deflateRawSync(content);
    const method = entry.method ?? (entry.store === true ? 0 : 8);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(entry.flags ?? 0, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(entry.crc ?? crc32(content), 14);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(entry.claimedSize ?? content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x0314, 4);
    local.copy(central, 6, 4, 30);
    central.writeUInt32LE(((entry.unixMode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(entry.at ?? offset, 42);
    locals.push(local, name, data);
    directory.push(central, name);
    offset += 30 + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}
