/**
 * A time as it is known: an interval in milliseconds since the Unix epoch, UTC. `null` means that
 * the bound is not known. `best` is the most likely instant, when there is one.
 */
export interface Interval {
  readonly notBefore: number | null;
  readonly best: number | null;
  readonly notAfter: number | null;
}

/** An exact instant. */
export function instant(ms: number): Interval {
  return { notBefore: ms, best: ms, notAfter: ms };
}

/** The interval that nothing is known about. */
export const unknownTime: Interval = { notBefore: null, best: null, notAfter: null };

/** Intersection; `null` when the two contradict each other. */
export function intersect(a: Interval, b: Interval): Interval | null {
  const notBefore = a.notBefore === null ? b.notBefore : b.notBefore === null ? a.notBefore : Math.max(a.notBefore, b.notBefore);
  const notAfter = a.notAfter === null ? b.notAfter : b.notAfter === null ? a.notAfter : Math.min(a.notAfter, b.notAfter);
  if (notBefore !== null && notAfter !== null && notBefore > notAfter) return null;
  const inside = (t: number | null): t is number =>
    t !== null && (notBefore === null || t >= notBefore) && (notAfter === null || t <= notAfter);
  const best = inside(a.best) ? a.best : inside(b.best) ? b.best : null;
  return { notBefore, best, notAfter };
}

/** The instant to sort and draw by: the best one, else the middle of the bounds, else one bound. */
export function middle(interval: Interval): number | null {
  const { notBefore, best, notAfter } = interval;
  if (best !== null) return best;
  if (notBefore !== null && notAfter !== null) return (notBefore + notAfter) / 2;
  return notBefore ?? notAfter;
}
