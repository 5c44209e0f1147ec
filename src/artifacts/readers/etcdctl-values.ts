/** A member id as etcd prints it: lower-case hex without leading zeros. */
export function hexId(text: string): string {
  const id = text.toLowerCase().replace(/^0x/, '').replace(/^0+(?=.)/, '');
  return id;
}

/** An id of JSON output: decimal beyond 2^53, taken from the text, as hex. */
export function hexOfDecimal(text: string): string {
  return BigInt(text).toString(16);
}

const powers: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** etcdctl's rounded sizes (`893 kB`, SI) in bytes; rounded to two or three digits, so only good for comparing. */
export function siBytes(text: string | undefined): number | null {
  const match = /^([\d.]+)\s*([kKMGT]i?B|B)$/.exec((text ?? '').trim());
  const power = match === null ? undefined : powers[match[2]!];
  return match === null || power === undefined ? null : Math.round(Number(match[1]) * power);
}
