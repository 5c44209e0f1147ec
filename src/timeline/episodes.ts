import { orderOf, type Sign } from './sign.js';

/** Silence after which the same thing is a new episode. */
const gapOf = (sign: Sign): number => (sign.kind === 'etcd-works' ? 2 * 3_600_000 : sign.tone === 'down' || sign.tone === 'onset' ? 30 * 60_000 : 3_600_000);

/**
 * Folds repeats into episodes with first, last and count. A failure of the host or of etcd ends an
 * episode of good work. The same line told by two artifacts counts once.
 */
export function foldEpisodes(signs: readonly Sign[]): readonly Sign[] {
  const sorted = [...signs].sort((a, b) => orderOf(a.time) - orderOf(b.time));
  const open = new Map<string, number>();
  const folded: Sign[] = [];
  const brokenAt = new Map<string, number>();
  for (const sign of sorted) {
    const now = orderOf(sign.time);
    const at = open.get(sign.key);
    const before = at === undefined ? undefined : folded[at];
    const host = sign.host ?? '';
    if (before !== undefined && at !== undefined) {
      const last = orderOf(before.end ?? before.time);
      const broken = sign.kind === 'etcd-works' && (brokenAt.get(host) ?? -Infinity) > last;
      if (!broken && now - last <= gapOf(sign)) {
        folded[at] = joined(before, sign, last);
        continue;
      }
    }
    if (sign.tone === 'down' || sign.tone === 'onset') brokenAt.set(host, now);
    open.set(sign.key, folded.length);
    folded.push(sign);
  }
  return folded;
}

function joined(before: Sign, sign: Sign, last: number): Sign {
  const end = sign.end ?? sign.time;
  const overlaps = orderOf(sign.time) <= last + 1000;
  const retold = overlaps && !sign.places.some((place) => before.places.some((other) => other.artifact === place.artifact));
  // Other words of the same moments (a stack below its panic) are no further occurrence.
  const count = overlaps && sign.params['message'] !== before.params['message'] ? before.count : retold ? Math.max(before.count, sign.count) : before.count + sign.count;
  const places = before.places.length >= 6 ? [...before.places.slice(0, 5), ...sign.places.slice(-1)] : [...before.places, ...sign.places.filter((place) => !before.places.some((p) => p.artifact === place.artifact && p.line === place.line))];
  const stronger = rank(sign) > rank(before) ? sign.tone : before.tone;
  return { ...before, tone: stronger, count, end: count === 1 && !overlaps ? before.end : orderOf(end) > last ? end : before.end, places };
}

const ranks: Readonly<Record<Sign['tone'], number>> = { neutral: 0, start: 1, alive: 2, progress: 3, symptom: 4, down: 5, onset: 6 };
const rank = (sign: Sign): number => ranks[sign.tone];
