import type { LogSpanFact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Draft } from '../case/draft.js';
import type { Interval } from '../time/interval.js';
import { orderOf, type Sign } from './sign.js';

/** Silence of a whole host that is worth telling without a boot in it. */
const longSilence = 3_600_000;
/** Silence that a boot explains. */
const bootSilence = 120_000;

interface Silence {
  readonly from: Interval;
  readonly fromAt: Place;
  readonly to: Interval;
  readonly toAt: Place;
}

/**
 * Times in which every log of a host that covers them is silent. With a boot at the end this is the
 * trace of a power cut or hang; the last line before it proves that the host lived until then.
 */
export function gapSigns(draft: Draft, boots: readonly Sign[]): readonly Sign[] {
  const byHost = new Map<string | null, LogSpanFact[]>();
  for (const fact of draft.facts) {
    if (fact.kind !== 'log-span') continue;
    const list = byHost.get(fact.host);
    if (list === undefined) byHost.set(fact.host, [fact]);
    else list.push(fact);
  }
  const signs: Sign[] = [];
  for (const [host, spans] of byHost) {
    const covered = spans.map((span) => ({
      first: orderOf(draft.when(span.first.time, host, span.first.at.artifact)),
      last: orderOf(draft.when(span.last.time, host, span.last.at.artifact)),
      silences: span.gaps.map((gap): Silence => ({ from: draft.when(gap.from, host, gap.fromAt.artifact), fromAt: gap.fromAt, to: draft.when(gap.to, host, gap.toAt.artifact), toAt: gap.toAt })),
    }));
    const all = covered.flatMap((span) => span.silences);
    for (const silence of hostSilences(covered, all)) {
      const [from, to] = [orderOf(silence.from), orderOf(silence.to)];
      const boot = boots.find((b) => b.host === host && b.component === 'node' && orderOf(b.time) > from - 60_000 && orderOf(b.time) <= to + 600_000);
      if (to - from < (boot === undefined ? longSilence : bootSilence)) continue;
      signs.push({
        time: silence.from, end: silence.to, host, component: 'node', kind: 'log-gap', tone: 'alive', count: 1, basis: 'observed', places: [silence.fromAt, silence.toAt],
        params: { minutes: Math.round((to - from) / 60_000), hours: (Math.round((to - from) / 360_000) / 10), host: host ?? '?' }, key: `log-gap ${host ?? ''} ${from}`,
      });
    }
  }
  return signs;
}

/** Silences that no other log of the host interrupts; a log that ends before or begins after says nothing. */
function hostSilences(spans: readonly { readonly first: number; readonly last: number; readonly silences: readonly Silence[] }[], all: readonly Silence[]): readonly Silence[] {
  const result: Silence[] = [];
  const seen = new Set<string>();
  for (const silence of all) {
    let [from, to]: [Silence, Silence] = [silence, silence];
    let alone = true;
    for (const span of spans) {
      if (span.silences.includes(silence)) continue;
      const [low, high] = [orderOf(from.from), orderOf(to.to)];
      if (span.last <= low || span.first >= high) continue;
      if (span.first > low && span.last < high) {
        alone = false;
        break;
      }
      const inside = span.silences.find((s) => orderOf(s.from) < high && orderOf(s.to) > low && Math.min(orderOf(s.to), high) - Math.max(orderOf(s.from), low) >= (high - low) * 0.5);
      if (inside === undefined) {
        const ends = span.last > low && span.last < high && span.first <= low;
        const starts = span.first > low && span.first < high && span.last >= high;
        if (ends || starts) continue;
        alone = false;
        break;
      }
      if (orderOf(inside.from) > low) from = inside;
      if (orderOf(inside.to) < high) to = inside;
    }
    if (!alone) continue;
    const merged: Silence = { from: from.from, fromAt: from.fromAt, to: to.to, toAt: to.toAt };
    const id = `${orderOf(merged.from)} ${orderOf(merged.to)}`;
    if (!seen.has(id)) result.push(merged);
    seen.add(id);
  }
  return result;
}
