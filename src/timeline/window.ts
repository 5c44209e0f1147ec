import { orderOf, type Sign } from './sign.js';
import { hostRecords, isStrongBad, type HostRecord } from './sign-index.js';

/** When something began to fail, between two proofs. Times in ms since the epoch, UTC. */
export interface FailureWindow {
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  /** The last proof of life. */
  readonly good: Sign | null;
  /** The first proof of failure. */
  readonly bad: Sign | null;
}

/** A kernel reports a lost disk only after the command timed out (30 s), with one retry. */
const onsetLeadMs = 60_000;
/** etcd replays and compacts while it comes up: that is no proof of work. */
const startupMs = 60_000;
/** A start that holds this long without a failure was a recovery. */
const steadyMs = 10 * 60_000;
/** A complaint that was there this long before the last proof of life is not the sign of the failure. */
const chronicMs = 30 * 60_000;

/** The latest moment at which a sign surely proves life; a silence proves it only at its beginning. */
const goodAt = (sign: Sign): number | null => (sign.kind === 'log-gap' ? sign.time.notBefore : ((sign.end ?? sign.time).notBefore ?? sign.time.notBefore));

/** The moment by which a sign proves failure after `since`: its first time, or its last when it began before. */
function badAt(sign: Sign, since: number): { readonly low: number | null; readonly high: number } | null {
  const { notBefore, notAfter } = sign.time;
  if (notAfter !== null && notAfter >= since) return { low: notBefore, high: notAfter };
  const end = sign.end?.notAfter ?? null;
  return end !== null && end >= since ? { low: since, high: end } : null;
}

/**
 * The tightest interval in which the failure began that the signs prove: from the last proof of life
 * to the first proof of failure after it. A break that was seen while it happened (`onset`) also bounds
 * from below. Nothing proves an end: null.
 */
export function failureWindow(signs: readonly Sign[]): FailureWindow {
  const recordOf = hostRecords(signs);
  const good = lastGood(signs, recordOf);
  const since = good === null ? -Infinity : (goodAt(good) ?? -Infinity);
  const wasDown = downBefore(signs, since);
  const chronic = chronicKeys(signs, since);
  const failing = signs.filter((s) => isStrongBad(s) && (s.host === null || !wasDown.has(s.host)));
  const strong = firstBad(failing, since);
  const anyBad = firstBad([...failing, ...signs.filter((s) => s.tone === 'symptom' && !chronic.has(s.key))], since);
  if (anyBad === null) return { notBefore: good === null ? null : since, notAfter: null, good, bad: null };
  // Weaker proofs of life count as far as nothing was broken yet. A failed start may also write files:
  // their times count only before a break that was seen, or a boot.
  const until = (strong ?? anyBad).high + startupMs;
  const filesCount = failing.some((s) => (s.tone === 'onset' || s.component === 'node') && (badAt(s, since)?.high ?? Infinity) <= until);
  const alive = signs.filter((s) => s.tone === 'alive' && (s.kind !== 'data-dir-written' || filesCount) && (goodAt(s) ?? Infinity) <= (strong ?? anyBad).low && (goodAt(s) ?? Infinity) <= anyBad.high);
  const latest = alive.reduce<Sign | null>((best, s) => (best === null || (goodAt(s) ?? 0) > (goodAt(best) ?? 0) ? s : best), null);
  const proof = latest !== null && (goodAt(latest) ?? -Infinity) > since ? latest : good;
  const bound = proof === null ? null : goodAt(proof);
  const onset = expiryOf(anyBad.sign) ?? (anyBad.sign.tone === 'onset' && anyBad.sign.time.notBefore !== null ? anyBad.sign.time.notBefore - onsetLeadMs : null);
  const notBefore = bound === null ? onset : onset === null ? bound : Math.max(bound, onset);
  return { notBefore, notAfter: anyBad.high, good: proof, bad: anyBad.sign };
}

/** No failure by an expired certificate begins before it expired. */
function expiryOf(sign: Sign): number | null {
  const at = typeof sign.params['expiredAt'] === 'string' ? Date.parse(sign.params['expiredAt']) : Number.NaN;
  return Number.isNaN(at) || sign.time.notAfter === null || at > sign.time.notAfter ? null : at;
}

function firstBad(signs: readonly Sign[], since: number): { readonly sign: Sign; readonly low: number; readonly high: number } | null {
  let first: { sign: Sign; low: number; high: number } | null = null;
  for (const sign of signs) {
    const at = badAt(sign, since);
    if (at === null || (first !== null && at.high > first.high)) continue;
    if (first === null || at.high < first.high || rank(sign) > rank(first.sign)) first = { sign, low: at.low ?? at.high, high: at.high };
  }
  return first;
}

/** At the same moment the cause says more than what others noticed of it. */
const rank = (sign: Sign): number => (sign.tone === 'onset' ? 2 : sign.tone === 'down' ? 1 : 0);

/** Newest proof that etcd stored something, or came up and stayed up. */
function lastGood(signs: readonly Sign[], recordOf: (host: string | null) => HostRecord): Sign | null {
  let best: Sign | null = null;
  for (const sign of signs) {
    const at = goodAt(sign);
    if (at === null || (best !== null && at <= (goodAt(best) ?? -Infinity))) continue;
    const record = recordOf(sign.host);
    const counts = sign.tone === 'progress' ? !inStartup(sign, record) && !isGasp(sign, record) : sign.kind === 'etcd-serving' && sign.component === 'etcd' && isRecovery(sign, record);
    if (counts) best = sign;
  }
  return best;
}

/** Replaying and compacting right after a start. */
function inStartup(sign: Sign, record: HostRecord): boolean {
  const [at, last] = [orderOf(sign.time), orderOf(sign.end ?? sign.time)];
  return sign.kind === 'etcd-works' && sign.basis === 'observed' && record.starts.begins(last - startupMs, at);
}

/** Work between two deaths within minutes is no health: the failure began before the first of them. */
function isGasp(sign: Sign, record: HostRecord): boolean {
  const at = orderOf(sign.end ?? sign.time);
  if (sign.end !== null && at - orderOf(sign.time) > steadyMs) return false;
  if (!record.deaths.touches(at - steadyMs, at - 1)) return false;
  return record.deaths.touches(at + 1, at + steadyMs) || record.progress.lastEnd < at + steadyMs;
}

/** etcd came up, and ten minutes later it still lived without any complaint in between. */
function isRecovery(sign: Sign, record: HostRecord): boolean {
  const at = orderOf(sign.end ?? sign.time);
  return !record.troubles.touches(at, at + steadyMs) && record.life.reaches(at - startupMs, at + steadyMs);
}

/** Hosts that were down already while the cluster still worked: failures of members, not of the cluster. */
function downBefore(signs: readonly Sign[], since: number): ReadonlySet<string> {
  const down = new Map<string, number>();
  const alive = new Map<string, number>();
  const raise = (map: Map<string, number>, host: string, ms: number): void => void map.set(host, Math.max(map.get(host) ?? -Infinity, ms));
  if (since === -Infinity) return new Set();
  for (const sign of signs) {
    if (sign.host === null || orderOf(sign.time) >= since) continue;
    if (isStrongBad(sign) && sign.component !== 'backup') raise(down, sign.host, orderOf(sign.time));
    else if (sign.tone === 'progress' || sign.kind === 'etcd-serving') raise(alive, sign.host, goodAt(sign) ?? -Infinity);
  }
  return new Set([...down].filter(([host, ms]) => ms > (alive.get(host) ?? -Infinity)).map(([host]) => host));
}

/** Complaints that were already there while etcd demonstrably worked. */
function chronicKeys(signs: readonly Sign[], since: number): ReadonlySet<string> {
  return new Set(signs.filter((s) => orderOf(s.time) < since && orderOf(s.end ?? s.time) >= since - chronicMs).map((s) => s.key));
}
