import { createHash } from 'node:crypto';

const first8 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest().subarray(0, 8).readBigUInt64BE(0).toString(16);

/**
 * Id of a member: first 8 bytes of SHA-1 over its sorted peer URLs, then the cluster token (founders)
 * or the Unix second of `member add` in decimal (added at run time, without token)
 * (etcd 3.6 server/etcdserver/api/membership/member.go computeMemberID). Lower-case hex, no leading zeros.
 */
export function memberIdOf(peerUrls: readonly string[], token: string, addedAt: number | null = null): string {
  const text = [...peerUrls].sort().join('') + token + (addedAt === null ? '' : String(addedAt));
  return first8(Buffer.from(text, 'utf8'));
}

/** Id of a cluster: first 8 bytes of SHA-1 over the founders' ids, ascending, 8 bytes big endian each (cluster.go genID). */
export function clusterIdOf(memberIds: readonly string[]): string {
  const ids = memberIds.map((id) => BigInt(`0x${id}`)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const bytes = Buffer.alloc(ids.length * 8);
  ids.forEach((id, i) => bytes.writeBigUInt64BE(id, i * 8));
  return first8(bytes);
}
