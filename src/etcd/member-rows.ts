import { latin1 } from '../formats/latin1.js';

/** A row of bucket `members` (etcd 3.6 server/etcdserver/api/membership/member.go, JSON). */
export interface MemberRow {
  /** Lower-case hex without leading zeros, as etcd prints ids. */
  readonly memberId: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly learner: boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';
/** A list of texts; a list that is missing or null is empty, anything else is null. */
const texts = (value: unknown): readonly string[] | null => (value === undefined || value === null ? [] : Array.isArray(value) && value.every(isText) ? value : null);

/** Decodes a member row. The id comes from the key: the JSON number exceeds 2^53. Null when it is no such row. */
export function parseMemberRow(key: Uint8Array, value: Uint8Array): MemberRow | null {
  const memberId = latin1(key);
  if (!/^[0-9a-f]{1,16}$/.test(memberId)) return null;
  // Checked by hand: a schema library would take longer to load than most verdicts take.
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(value).toString('utf8'));
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const { name = '', peerURLs, clientURLs, isLearner = false } = parsed as Readonly<Record<string, unknown>>;
  const [peerUrls, clientUrls] = [texts(peerURLs), texts(clientURLs)];
  if (!isText(name) || peerUrls === null || clientUrls === null || typeof isLearner !== 'boolean') return null;
  return { memberId, name, peerUrls, clientUrls, learner: isLearner };
}
