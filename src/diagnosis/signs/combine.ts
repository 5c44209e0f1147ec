import type { Fact } from '../../artifacts/fact.js';
import type { Evidence } from '../../case/model.js';
import { unknownTime, middle } from '../../time/interval.js';
import type { Stamp } from '../../time/stamp.js';
import type { Hit, Sign } from '../rule.js';
import type { View } from '../view.js';

/** A fact as a hit, dated by `stamp`. */
export function hitOf(view: View, fact: Fact, stamp: Stamp | null): Hit {
  const time = view.when(stamp, fact);
  return { at: fact.at, host: fact.host, time, ...(fact.kind === 'log' ? { until: fact.lastTime === null ? time : view.when(fact.lastTime, fact) } : {}) };
}

/** Evidence that somebody cited before, as hits. */
export function cited(evidence: readonly Evidence[], host: string | null): readonly Hit[] {
  return evidence.slice(0, 3).map((at) => ({ at, host, time: unknownTime }));
}

/** All of them: every sign must be seen. */
export function both(...signs: readonly Sign[]): Sign {
  return (view) => {
    const found: Hit[] = [];
    for (const sign of signs) {
      const hits = sign(view);
      if (hits.length === 0) return [];
      found.push(...hits);
    }
    return found;
  };
}

/** The first sign, where the second one is not seen. */
export function without(sign: Sign, ...others: readonly Sign[]): Sign {
  return (view) => (others.some((other) => other(view).length > 0) ? [] : sign(view));
}

/** Any of them. */
export function either(...signs: readonly Sign[]): Sign {
  return (view) => signs.flatMap((sign) => sign(view));
}

/** Hits of `sign` on a host where `later` is seen after the last of them: it healed by itself. */
export function healedBy(later: Sign, sign: Sign): Sign {
  return (view) => {
    const cures = later(view);
    const ills = sign(view);
    if (ills.length === 0 || cures.length === 0) return [];
    const byHost = new Map<string | null, Hit[]>();
    for (const hit of ills) byHost.set(hit.host, [...(byHost.get(hit.host) ?? []), hit]);
    const cured: Hit[] = [];
    for (const [host, hits] of byHost) {
      const last = hits[hits.length - 1]!;
      const cure = cures.find((hit) => hit.host === host && isAfter(hit, last));
      if (cure === undefined) return [];
      cured.push(cure);
    }
    return cured;
  };
}

/** Pairs on one host where `second` is not before `first`. */
export function followedBy(first: Sign, second: Sign): Sign {
  return (view) => {
    const earlier = first(view);
    const later = second(view).filter((hit) => earlier.some((e) => (e.host === hit.host || e.host === null || hit.host === null) && (e.at === hit.at || isAfter(hit, e))));
    return later.length === 0 ? [] : [...earlier.slice(0, 2), ...later];
  };
}

/** By time when both are dated, else by line in the same file. */
export function isAfter(hit: Hit, other: Hit): boolean {
  const a = middle(hit.time);
  const b = middle(other.time);
  if (a !== null && b !== null && a !== b) return a > b;
  return hit.at.artifact === other.at.artifact && (hit.at.line ?? 0) > (other.at.line ?? 0);
}

/** Only where at least `n` hits (counting folded repeats as they stand) are seen. */
export function atLeast(n: number, sign: Sign): Sign {
  return (view) => {
    const hits = sign(view);
    return hits.length >= n ? hits : [];
  };
}
