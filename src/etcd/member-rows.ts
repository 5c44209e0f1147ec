import { z } from 'zod';

/** A row of bucket `members` (etcd 3.6 server/etcdserver/api/membership/member.go, JSON). */
export interface MemberRow {
  /** Lower-case hex without leading zeros, as etcd prints ids. */
  readonly memberId: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly learner: boolean;
}

const row = z.object({
  name: z.string().optional(),
  peerURLs: z.array(z.string()).nullable().optional(),
  clientURLs: z.array(z.string()).nullable().optional(),
  isLearner: z.boolean().optional(),
});

/** Decodes a member row. The id comes from the key: the JSON number exceeds 2^53. Null when it is no such row. */
export function parseMemberRow(key: Uint8Array, value: Uint8Array): MemberRow | null {
  const memberId = Buffer.from(key).toString('latin1');
  if (!/^[0-9a-f]{1,16}$/.test(memberId)) return null;
  try {
    const parsed = row.parse(JSON.parse(Buffer.from(value).toString('utf8')));
    return { memberId, name: parsed.name ?? '', peerUrls: parsed.peerURLs ?? [], clientUrls: parsed.clientURLs ?? [], learner: parsed.isLearner ?? false };
  } catch {
    return null;
  }
}
