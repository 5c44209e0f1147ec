import { createHash } from 'node:crypto';

/** One edit of a damage case (test/fixtures/damage/README.md). Paths are relative to the unpacked base. */
export interface Edit {
  readonly t: string;
  readonly f: string;
  readonly o?: number;
  readonly n?: number;
  readonly hex?: string;
  readonly seed?: string;
  readonly sf?: string;
  readonly so?: number;
  readonly from?: string;
  readonly to?: string;
}

/** Files of one base or of one damaged copy, by path. Contents are never changed in place. */
export type Files = Map<string, Buffer>;

/** Pseudo-random bytes: SHA-256("seed:0"), SHA-256("seed:1"), … cut to n. */
export function fill(seed: string, n: number): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i <= Math.floor(n / 32); i++) parts.push(createHash('sha256').update(`${seed}:${i}`).digest());
  return Buffer.concat(parts).subarray(0, n);
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

function resized(bytes: Buffer, length: number): Buffer {
  const out = Buffer.alloc(length);
  bytes.copy(out);
  return out;
}

/** Bytes written at an offset; the file grows, with zeros in a gap. */
function put(bytes: Buffer, offset: number, patch: Buffer): Buffer {
  const out = resized(bytes, Math.max(bytes.length, offset + patch.length));
  patch.copy(out, offset);
  return out;
}

function replaceAll(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const parts: Buffer[] = [];
  let done = 0;
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, done)) {
    parts.push(bytes.subarray(done, at), to);
    done = at + from.length;
  }
  return Buffer.concat([...parts, bytes.subarray(done)]);
}

/** The gzip stream of stored blocks that the cases ask for; its exact bytes do not matter. */
function stored(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('1f8b08000000000004ff', 'hex')];
  for (let at = 0; at <= bytes.length; at += 65535) {
    const block = bytes.subarray(at, at + 65535);
    const head = Buffer.alloc(5);
    head[0] = at + 65535 >= bytes.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    parts.push(head, block);
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(bytes.length >>> 0, 4);
  return Buffer.concat([...parts, tail]);
}

const operators: Readonly<Record<string, (bytes: Buffer, edit: Edit, base: Files) => Buffer>> = {
  trunc: (bytes, e) => resized(bytes, e.n ?? 0),
  zero: (bytes, e) => put(bytes, e.o ?? 0, Buffer.alloc(e.n ?? 0)),
  write: (bytes, e) => put(bytes, e.o ?? 0, Buffer.from(e.hex ?? '', 'hex')),
  xor: (bytes, e) => {
    const mask = Buffer.from(e.hex ?? '', 'hex');
    const at = e.o ?? 0;
    const there = bytes.subarray(at, at + mask.length);
    return put(bytes, at, Buffer.from(there.map((b, i) => b ^ (mask[i] ?? 0))));
  },
  fill: (bytes, e) => put(bytes, e.o ?? 0, fill(e.seed ?? '', e.n ?? 0)),
  copy: (bytes, e, base) => put(bytes, e.o ?? 0, (base.get(e.sf ?? '') ?? Buffer.alloc(0)).subarray(e.so ?? 0, (e.so ?? 0) + (e.n ?? 0))),
  append: (bytes, e) => Buffer.concat([bytes, Buffer.from(e.hex ?? '', 'hex')]),
  ins: (bytes, e) => Buffer.concat([bytes.subarray(0, e.o), Buffer.from(e.hex ?? '', 'hex'), bytes.subarray(e.o)]),
  cut: (bytes, e) => Buffer.concat([bytes.subarray(0, e.o), bytes.subarray((e.o ?? 0) + (e.n ?? 0))]),
  sub: (bytes, e) => replaceAll(bytes, Buffer.from(e.from ?? '', 'hex'), Buffer.from(e.to ?? '', 'hex')),
  gzip: (bytes) => stored(bytes),
  digest: (bytes) => Buffer.concat([bytes, sha256(bytes)]),
  rehash: (bytes) => Buffer.concat([bytes.subarray(0, -32), sha256(bytes.subarray(0, -32))]),
};

/** Applies the edits of a case to a copy of the base's files. */
export function applyEdits(base: Files, edits: readonly Edit[]): Files {
  const files: Files = new Map(base);
  for (const edit of edits) {
    if (edit.t === 'del') {
      for (const path of [...files.keys()]) if (path === edit.f || path.startsWith(`${edit.f}/`)) files.delete(path);
    } else if (edit.t === 'ren') {
      const bytes = files.get(edit.f);
      files.delete(edit.f);
      if (bytes !== undefined && edit.to !== undefined) files.set(edit.to, bytes);
    } else if (edit.t === 'file') files.set(edit.f, base.get(edit.sf ?? '') ?? Buffer.alloc(0));
    else {
      const operator = operators[edit.t];
      if (operator === undefined) throw new Error(`unknown edit ${edit.t}`);
      files.set(edit.f, operator(files.get(edit.f) ?? Buffer.alloc(0), edit, base));
    }
  }
  return files;
}
