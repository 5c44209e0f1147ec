/**
 * Times that hide in member ids. `member add` makes an id from the peer URLs and the Unix second of that
 * moment (etcd server/etcdserver/api/membership/member.go), so trying the seconds tells when it was.
 */

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const schedule = new Int32Array(80);

/** One block of SHA-1 (FIPS 180-4, 6.1.2) over sixteen words in `schedule`; changes `state`. */
function compress(state: Int32Array): void {
  const w = schedule;
  for (let i = 16; i < 80; i++) w[i] = rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
  let [a, b, c, d, e] = [state[0]!, state[1]!, state[2]!, state[3]!, state[4]!];
  for (let i = 0; i < 80; i++) {
    let f: number;
    if (i < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
    else if (i < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else f = (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotate(a, 5) + f + e + w[i]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
}

const initial = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

/** Padded message whose last digits change; blocks before them are hashed once. */
interface Template {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly digitsAt: number;
  readonly firstBlock: number;
  readonly before: Int32Array;
}

function template(prefix: Uint8Array, digits: number): Template {
  const length = prefix.length + digits;
  const bytes = new Uint8Array(Math.ceil((length + 9) / 64) * 64);
  bytes.set(prefix);
  bytes[length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 4, length * 8, false);
  const before = Int32Array.from(initial);
  const firstBlock = Math.floor(prefix.length / 64);
  for (let block = 0; block < firstBlock; block++) hashBlock(view, block, before);
  return { bytes, view, digitsAt: prefix.length, firstBlock, before };
}

function hashBlock(view: DataView, block: number, state: Int32Array): void {
  for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(block * 64 + i * 4, false);
  compress(state);
}

/** Seconds that one call tries at most: four years. */
const mostSeconds = 4 * 366 * 86_400;

/**
 * The Unix second at which a member was added, or null: a founder, another URL at that time, or outside
 * [from, to]. Tries the newest second first, at most four years of them. `memberId` is hex without
 * leading zeros. A year takes some ten seconds; give the window that logs leave.
 */
export function memberAddedAt(memberId: string, peerUrls: readonly string[], from: number, to: number): number | null {
  const wanted = BigInt(`0x${memberId}`);
  const high = Number(BigInt.asIntN(32, wanted >> 32n));
  const low = Number(BigInt.asIntN(32, wanted));
  const prefix = Buffer.from([...peerUrls].sort().join(''), 'utf8');
  const state = new Int32Array(5);
  let current: Template | null = null;
  let digits = 0;
  const last = Math.max(Math.ceil(from), to - mostSeconds, 0);
  for (let second = Math.floor(to); second >= last; second--) {
    const text = String(second);
    if (current === null || text.length !== digits) {
      digits = text.length;
      current = template(prefix, digits);
    }
    for (let i = 0; i < digits; i++) current.bytes[current.digitsAt + i] = text.charCodeAt(i);
    state.set(current.before);
    for (let block = current.firstBlock; block < current.bytes.length / 64; block++) hashBlock(current.view, block, state);
    if (state[0] === high && state[1] === low) return second;
  }
  return null;
}
