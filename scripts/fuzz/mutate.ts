/** A small generator of numbers in [0, 1), the same on every machine (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const interesting = [0, 1, 2, 4, 0x10, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** A damaged copy: one to eight edits of the kinds that disks, copies and attackers make. */
export function mutate(original: Uint8Array, random: () => number): Buffer {
  let bytes = Buffer.from(original);
  const below = (n: number): number => Math.floor(random() * Math.max(1, n));
  /** Often near a page's start, where the structure is. */
  const place = (): number => (random() < 0.5 ? below(bytes.length) : Math.min(bytes.length - 1, below(bytes.length / 512) * 512 + below(96)));
  for (let edits = 1 + below(8); edits > 0 && bytes.length > 8; edits--) {
    const at = Math.max(0, Math.min(place(), bytes.length - 9));
    switch (below(9)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        bytes.writeUInt32LE((interesting[below(interesting.length)] ?? 0) >>> 0, at);
        break;
      case 2:
        bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(below(2 ** 32)) << BigInt(below(60))), at);
        break;
      case 3:
        bytes.fill(below(2) * 0xff, at, Math.min(bytes.length, at + 2 ** below(14)));
        break;
      case 4:
        for (let i = at; i < Math.min(bytes.length, at + below(300)); i++) bytes[i] = below(256);
        break;
      case 5: {
        const from = Math.floor(below(bytes.length) / 4096) * 4096;
        bytes.copy(bytes, Math.floor(at / 4096) * 4096, from, from + 4096);
        break;
      }
      case 6:
        if (random() < 0.3) bytes = bytes.subarray(0, below(bytes.length));
        break;
      case 7:
        if (random() < 0.2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(600))]);
        break;
      default:
        bytes[at] = below(256);
    }
  }
  return Buffer.from(bytes);
}
