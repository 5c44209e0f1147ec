import { middle } from '../time/interval.js';
import type { Hit, Hypothesis, Rule, Sign } from './rule.js';
import type { View } from './view.js';

const steps = ['possible', 'likely', 'proven'] as const;

/** Looks for everything one rule names; null when nothing speaks for it. */
export function weigh(rule: Rule, view: View): Hypothesis | null {
  const seen = (signs: readonly Sign[] | undefined): readonly Hit[] => (signs ?? []).flatMap((sign) => sign(view));
  const proof = seen(rule.proves);
  const likely = seen(rule.likely);
  const possible = seen(rule.possible);
  const strongest = proof.length > 0 ? 2 : likely.length > 0 ? 1 : possible.length > 0 ? 0 : -1;
  if (strongest === -1) return null;
  const hits = distinct([...proof, ...likely, ...possible, ...seen(rule.supports)]);
  const excluded = distinct(seen(rule.excludes));
  const weakened = distinct(seen(rule.weakens));
  const level = excluded.length > 0 ? -1 : weakened.length > 0 ? strongest - 1 : strongest;
  return {
    rule,
    role: rule.role,
    confidence: level < 0 ? 'rejected' : steps[level]!,
    hits,
    against: [...excluded, ...weakened],
    since: earliest(hits),
  };
}

/** One hit a place. */
function distinct(hits: readonly Hit[]): readonly Hit[] {
  const byPlace = new Map<string, Hit>();
  for (const hit of hits) {
    const key = `${hit.at.artifact}\n${hit.at.line ?? ''}\n${hit.at.offset ?? ''}`;
    if (!byPlace.has(key)) byPlace.set(key, hit);
  }
  return [...byPlace.values()];
}

function earliest(hits: readonly Hit[]): number | null {
  let first: number | null = null;
  for (const hit of hits) {
    const at = middle(hit.time);
    if (at !== null && (first === null || at < first)) first = at;
  }
  return first;
}
