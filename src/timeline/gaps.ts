import type { LogSpanFact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Draft } from '../case/draft.js';
import type { Interval } from '../time/interval.js';
import { orderOf, type Sign } from './sign.js';

/** Silence of a whole host that is worth telling without a boot in it. */
const longSilence = 3_600_000;
/** A log that speaks rarely is often silent: this many times its usual pause. */
const unusual = 20;
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
    const covered = spans.map((span): Covered => ({
      first: { time: draft.when(span.first.time, host, span.first.at.artifact), at: span.first.at },
      last: { time: draft.when(span.last.time, host, span.last.at.artifact), at: span.last.at },
      lines: span.lines,
      silences: span.gaps.map((gap): Silence => ({ from: draft.when(gap.from, host, gap.fromAt.artifact), fromAt: gap.fromAt, to: draft.when(gap.to, host, gap.toAt.artifact), toAt: gap.toAt })),
    }));
    const all = covered.flatMap((span) => span.silences);
    for (const silence of hostSilences(covered, all)) {
      const [from, to] = [orderOf(silence.from), orderOf(silence.to)];
      const boot = boots.find((b) => b.host === host && b.component === 'node' && orderOf(b.time) > from - 60_000 && orderOf(b.time) <= to + 600_000);
      const pause = Math.min(...covered.filter((span) => orderOf(span.first.time) <= from && orderOf(span.last.time) >= to).map((span) => (orderOf(span.last.time) - orderOf(span.first.time)) / Math.max(1, span.lines)).filter((ms) => ms > 0));
      if (to - from < (boot === undefined ? Math.max(longSilence, unusual * pause) : bootSilence)) continue;
      signs.push({
        time: silence.from, end: silence.to, host, component: 'node', kind: 'log-gap', tone: 'alive', count: 1, basis: 'observed', places: [silence.fromAt, silence.toAt],
        params: { minutes: Math.round((to - from) / 60_000), hours: (Math.round((to - from) / 360_000) / 10), host: host ?? '?' }, key: `log-gap ${host ?? ''} ${from}`,
      });
    }
  }
  return signs;
}

interface Covered {
  readonly first: { readonly time: Interval; readonly at: Place };
  readonly last: { readonly time: Interval; readonly at: Place };
  readonly lines: number;
  readonly silences: readonly Silence[];
}

/** Silences that no other log of the host interrupts, narrowed to what all of them leave silent. */
function hostSilences(spans: readonly Covered[], all: readonly Silence[]): readonly Silence[] {
  const result = new Map<string, Silence>();
  for (const silence of all) {
    let common: Silence | null = silence;
    for (const span of spans) {
      if (common === null) break;
      if (!span.silences.includes(silence)) common = without(common, span);
    }
    if (common !== null) result.set(`${orderOf(common.from)} ${orderOf(common.to)}`, common);
  }
  return [...result.values()];
}

/** The longer silent part that a log leaves of a silence; null when it spoke in its middle. */
function without(silence: Silence, span: Covered): Silence | null {
  const [low, high] = [orderOf(silence.from), orderOf(silence.to)];
  const [first, last] = [orderOf(span.first.time), orderOf(span.last.time)];
  if (last <= low || first >= high) return silence;
  const inside = span.silences.filter((s) => orderOf(s.from) < high && orderOf(s.to) > low);
  const pauses: Silence[] = [...inside];
  if (first > low) pauses.push({ ...silence, to: span.first.time, toAt: span.first.at });
  if (last < high) pauses.push({ ...silence, from: span.last.time, fromAt: span.last.at });
  let best: Silence | null = null;
  for (const pause of pauses) {
    const from = orderOf(pause.from) > low ? pause : silence;
    const to = orderOf(pause.to) < high ? pause : silence;
    const part: Silence = { from: from.from, fromAt: from.fromAt, to: to.to, toAt: to.toAt };
    const length = orderOf(part.to) - orderOf(part.from);
    if (length >= (high - low) / 2 && (best === null || length > orderOf(best.to) - orderOf(best.from))) best = part;
  }
  return best;
}
