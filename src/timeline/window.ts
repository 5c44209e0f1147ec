import { orderOf, type Sign } from './sign.js';

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
const isStrongBad = (sign: Sign): boolean => sign.tone === 'onset' || sign.tone === 'down';

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
  const good = lastGood(signs);
  const since = good === null ? -Infinity : (goodAt(good) ?? -Infinity);
  const failing = signs.filter((s) => isStrongBad(s) && !wasDownBefore(s, signs, since));
  const strong = firstBad(failing, since);
  const anyBad = firstBad([...failing, ...signs.filter((s) => s.tone === 'symptom' && !isChronic(s, signs, since))], since);
  if (anyBad === null) return { notBefore: good === null ? null : since, notAfter: null, good, bad: null };
  // Weaker proofs of life count as far as nothing was broken yet. A failed start may also write files:
  // their times count only before a break that was seen, or a boot.
  const seen = (strong ?? anyBad).sign;
  const filesCount = seen.tone === 'onset' || seen.component === 'node';
  const alive = signs.filter((s) => s.tone === 'alive' && (s.kind !== 'data-dir-written' || filesCount) && (goodAt(s) ?? Infinity) <= (strong ?? anyBad).low && (goodAt(s) ?? Infinity) <= anyBad.high);
  const latest = alive.reduce<Sign | null>((best, s) => (best === null || (goodAt(s) ?? 0) > (goodAt(best) ?? 0) ? s : best), null);
  const proof = latest !== null && (goodAt(latest) ?? -Infinity) > since ? latest : good;
  const bound = proof === null ? null : goodAt(proof);
  const onset = anyBad.sign.tone === 'onset' && anyBad.sign.time.notBefore !== null ? anyBad.sign.time.notBefore - onsetLeadMs : null;
  const notBefore = bound === null ? onset : onset === null ? bound : Math.max(bound, onset);
  return { notBefore, notAfter: anyBad.high, good: proof, bad: anyBad.sign };
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
function lastGood(signs: readonly Sign[]): Sign | null {
  const starts = signs.filter((s) => s.kind === 'etcd-started');
  const inStartup = (sign: Sign): boolean => sign.kind === 'etcd-works' && sign.basis === 'observed' && starts.some((s) => {
    const [from, at, last] = [orderOf(s.time), orderOf(sign.time), orderOf(sign.end ?? sign.time)];
    return s.host === sign.host && at >= from && last <= from + startupMs;
  });
  let best: Sign | null = null;
  for (const sign of signs) {
    if (sign.tone !== 'progress' ? !isRecovery(sign, signs) : inStartup(sign) || isGasp(sign, signs)) continue;
    const at = goodAt(sign);
    if (at !== null && (best === null || at > (goodAt(best) ?? -Infinity))) best = sign;
  }
  return best;
}

const endsEtcd = (sign: Sign): boolean => isStrongBad(sign) && sign.component === 'etcd';

/** Work between two deaths within minutes is no health: the failure began before the first of them. */
function isGasp(sign: Sign, signs: readonly Sign[]): boolean {
  const at = orderOf(sign.end ?? sign.time);
  if (sign.end !== null && at - orderOf(sign.time) > steadyMs) return false;
  let diedBefore = false;
  let diesAfter = false;
  let livesOn = false;
  for (const other of signs) {
    if (other.host !== sign.host) continue;
    const [first, last] = [orderOf(other.time), orderOf(other.end ?? other.time)];
    if (endsEtcd(other)) {
      if ((last < at && last > at - steadyMs) || (first < at && last > at && other.count > 1)) diedBefore = true;
      if ((first > at && first < at + steadyMs) || (first < at && last > at && other.count > 1)) diesAfter = true;
    } else if (other.tone === 'progress' && last >= at + steadyMs) livesOn = true;
  }
  return diedBefore && (diesAfter || !livesOn);
}

/** Its host was down already while the cluster still worked: the failure of one member, not of the cluster. */
function wasDownBefore(sign: Sign, signs: readonly Sign[], since: number): boolean {
  if (sign.host === null || since === -Infinity) return false;
  let down = -Infinity;
  let alive = -Infinity;
  for (const other of signs) {
    if (other.host !== sign.host) continue;
    const first = orderOf(other.time);
    if (first >= since) continue;
    if (isStrongBad(other) && other.component !== 'backup') down = Math.max(down, first);
    else if (other.tone === 'progress' || other.kind === 'etcd-serving') alive = Math.max(alive, goodAt(other) ?? -Infinity);
  }
  return down > alive;
}

/** etcd came up, and ten minutes later it still lived without any complaint in between. */
function isRecovery(sign: Sign, signs: readonly Sign[]): boolean {
  if (sign.kind !== 'etcd-serving' || sign.component !== 'etcd') return false;
  const at = orderOf(sign.end ?? sign.time);
  let steady = false;
  for (const other of signs) {
    if (other.host !== sign.host && other.component !== 'apiserver') continue;
    const [first, last] = [orderOf(other.time), orderOf(other.end ?? other.time)];
    if ((isStrongBad(other) || other.tone === 'symptom' || other.kind === 'request-timeout') && last >= at && first <= at + steadyMs) return false;
    if ((other.tone === 'progress' || other.tone === 'alive') && last >= at + steadyMs && first >= at - startupMs) steady = true;
  }
  return steady;
}

/** The same complaint was already there while etcd demonstrably worked. */
function isChronic(sign: Sign, signs: readonly Sign[], since: number): boolean {
  return signs.some((other) => other.key === sign.key && orderOf(other.time) < since && orderOf(other.end ?? other.time) >= since - chronicMs);
}
