import type { Place } from '../artifacts/place.js';
import type { Draft } from '../case/draft.js';
import type { Interval } from '../time/interval.js';
import { instant } from '../time/interval.js';
import type { Sign } from './sign.js';

/** How far one host's clock was from the agreed time, and who says so. */
export interface ClockOffset {
  readonly host: string;
  /** Positive: ahead. */
  readonly ms: number;
  /** Against whom: the majority of the nodes' own Lease renewals, or one other host. */
  readonly against: string | null;
  readonly places: readonly Place[];
  /** Enough is known to correct the host's times by it. */
  readonly sure: boolean;
}

/** Smaller differences are ordinary. */
const leastMs = 5_000;
/** A correction leaves this much doubt on both sides. */
const doubtMs = 2_000;

/**
 * Differences between the clocks of hosts, from what several of them saw: Lease renewals in etcd's own
 * order of revisions, and elections that two members logged.
 */
export function clockOffsets(draft: Draft): readonly ClockOffset[] {
  const hosts = new Set(draft.hosts.map((host) => host.name));
  const byLease: ClockOffset[] = [];
  for (const machine of draft.clock?.machines ?? []) {
    if (machine.offsetMs === null || machine.points < 5 || Math.abs(machine.offsetMs) < leastMs || machine.machine.startsWith('?')) continue;
    const text = `Lease renewals of ${machine.machine}: ${Math.round(machine.offsetMs / 1000)} s from the other nodes, in ${machine.points} points`;
    byLease.push({ host: machine.machine, ms: machine.offsetMs, against: null, sure: !machine.trusted && hosts.has(machine.machine), places: [{ artifact: draft.lastKnown?.from ?? '', text }] });
  }
  return [...byLease, ...electionOffsets(draft).filter((one) => !byLease.some((other) => other.host === one.host))];
}

/** The same leader at the same term, logged by two members: the second hears of it within moments. */
function electionOffsets(draft: Draft): readonly ClockOffset[] {
  const elections = new Map<string, { readonly host: string; readonly ms: number; readonly place: Place }[]>();
  for (const fact of draft.facts) {
    if (fact.kind !== 'log' || fact.host === null || fact.time === null || fact.messageId !== 'etcd.leader-elected') continue;
    const { leader, term } = fact.fields;
    const time = draft.when(fact.innerTime ?? fact.time, fact.host, fact.at.artifact);
    if (leader === undefined || term === undefined || time.best === null) continue;
    const key = `${leader} ${term}`;
    const list = elections.get(key) ?? [];
    if (!list.some((one) => one.host === fact.host)) list.push({ host: fact.host, ms: time.best, place: fact.at });
    elections.set(key, list);
  }
  const pairs = new Map<string, { readonly diffs: number[]; readonly places: Place[] }>();
  for (const list of elections.values()) {
    for (const a of list) for (const b of list) {
      if (a.host >= b.host) continue;
      const pair = pairs.get(`${a.host}\n${b.host}`) ?? { diffs: [], places: [] };
      pair.diffs.push(b.ms - a.ms);
      if (pair.places.length < 4) pair.places.push(a.place, b.place);
      pairs.set(`${a.host}\n${b.host}`, pair);
    }
  }
  return [...pairs].flatMap(([key, { diffs, places }]): ClockOffset[] => {
    const middle = [...diffs].sort((x, y) => x - y)[diffs.length >> 1] ?? 0;
    if (Math.abs(middle) < leastMs) return [];
    const [a = '', b = ''] = key.split('\n');
    return [{ host: b, ms: middle, against: a, places, sure: false }];
  });
}

/** Moves the times of a host whose clock is surely wrong to the agreed time; a little doubt stays on both sides. */
export function corrected(signs: readonly Sign[], offsets: readonly ClockOffset[]): readonly Sign[] {
  const sure = new Map(offsets.filter((one) => one.sure).map((one) => [one.host, one.ms]));
  if (sure.size === 0) return signs;
  return signs.map((sign) => {
    const ms = sign.host === null ? undefined : sure.get(sign.host);
    // Content is dated by the majority of clocks already.
    return ms === undefined || sign.basis === 'inferred' ? sign : { ...sign, time: moved(sign.time, ms), end: sign.end === null ? null : moved(sign.end, ms) };
  });
}

function moved(time: Interval, ms: number): Interval {
  return {
    notBefore: time.notBefore === null ? null : time.notBefore - ms - doubtMs,
    best: time.best === null ? null : time.best - ms,
    notAfter: time.notAfter === null ? null : time.notAfter - ms + doubtMs,
  };
}

/** Clock differences and steps as events. */
export function clockSigns(draft: Draft, offsets: readonly ClockOffset[]): readonly Sign[] {
  const at = draft.lastKnown?.time.best ?? draft.collected.notBefore;
  const signs: Sign[] = offsets.flatMap((one): Sign[] => (at === null ? [] : [{
    time: instant(at), end: null, host: one.host, component: 'clock', kind: one.against === null ? 'clock-offset' : 'clock-difference', tone: 'neutral', count: 1, basis: 'inferred', places: one.places,
    params: { host: one.host, seconds: Math.abs(Math.round(one.ms / 1000)), sign: one.ms > 0 ? '+' : '−', other: one.against ?? '' }, key: `clock ${one.host} ${one.against ?? ''}`,
  }]));
  for (const machine of draft.clock?.machines ?? []) {
    if (machine.steppedBackMs === null || machine.steppedBackMs < leastMs || at === null) continue;
    signs.push({
      time: instant(at), end: null, host: machine.machine, component: 'clock', kind: 'clock-step', tone: 'neutral', count: 1, basis: 'inferred', params: { host: machine.machine, seconds: Math.round(machine.steppedBackMs / 1000) },
      places: [{ artifact: draft.lastKnown?.from ?? '', text: `Lease renewals of ${machine.machine} go back by ${Math.round(machine.steppedBackMs / 1000)} s` }], key: `step ${machine.machine}`,
    });
  }
  for (const fact of draft.facts) {
    if (fact.kind !== 'boot' || fact.what !== 'clock-change' || fact.time === null) continue;
    signs.push({ time: draft.when(fact.time, fact.host, fact.at.artifact), end: null, host: fact.host, component: 'clock', kind: 'clock-changed', tone: 'neutral', count: 1, basis: 'observed', params: { message: fact.at.text }, places: [fact.at], key: `clock-change ${fact.host ?? ''} ${fact.at.line ?? ''}` });
  }
  return signs;
}
