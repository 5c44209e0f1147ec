import type { Place } from '../artifacts/place.js';
import type { Draft } from '../case/draft.js';
import type { Evidence, Outage, TimeEstimate } from '../case/model.js';
import { estimate, rfc3339 } from '../case/time-words.js';
import { lookingTimes } from './people-signs.js';
import { orderOf, type Sign } from './sign.js';
import { failureWindow, type FailureWindow } from './window.js';

const evidenceOf = (draft: Draft, sign: Sign): readonly Evidence[] => sign.places.slice(0, 4).map((place: Place) => draft.evidence.cite(place, sign.basis));

/** The outage of the whole control plane, and of each component on each host, with both ends cited. */
export function outageOf(draft: Draft, signs: readonly Sign[], people: readonly Sign[]): Outage {
  const whole = clusterWindow(draft, signs);
  const start = whole.notBefore !== null && whole.notAfter !== null && whole.notBefore > whole.notAfter ? { ...whole, notBefore: whole.notAfter } : whole;
  return {
    start: { notBefore: rfc3339(start.notBefore), notAfter: rfc3339(start.notAfter) },
    detectedAt: detection(draft, start, people),
    end: recovery(signs, start),
    lastKnownGood: start.good === null ? null : { time: estimate(start.good.end ?? start.good.time), evidence: evidenceOf(draft, start.good) },
    firstKnownBad: start.bad === null ? null : { time: estimate(start.bad.time), evidence: evidenceOf(draft, start.bad) },
    collectedAt: estimate(draft.collected),
    perComponent: components(draft, signs, start),
  };
}

/** Failure of the cluster; while it still stores writes, the failure of the member that does not. */
function clusterWindow(draft: Draft, signs: readonly Sign[]): FailureWindow {
  const whole = failureWindow(signs.filter((s) => s.component !== 'operator' && s.component !== 'clock'));
  if (whole.bad !== null) return whole;
  const members = draft.members.filter((m) => m.host !== null && m.state === 'failing').map((m) => failureWindow(ofHost(signs, m.host).filter((s) => s.component !== 'apiserver')));
  const failed = members.filter((w) => w.bad !== null).sort((a, b) => (a.notAfter ?? Infinity) - (b.notAfter ?? Infinity))[0];
  return failed ?? healed(signs) ?? whole;
}

/** The last failure of etcd that was over before the bundle was collected; null when there was none. */
function healed(signs: readonly Sign[]): FailureWindow | null {
  const deaths = signs.filter((s) => (s.tone === 'onset' || s.tone === 'down') && s.component === 'etcd');
  const last = deaths.reduce<number>((latest, s) => Math.max(latest, orderOf(s.end ?? s.time)), -Infinity);
  if (last === -Infinity) return null;
  const window = failureWindow(signs.filter((s) => orderOf(s.time) <= last && !(s.tone === 'progress' && orderOf(s.end ?? s.time) > last)));
  return window.bad === null ? null : window;
}

const ofHost = (signs: readonly Sign[], host: string | null): readonly Sign[] => signs.filter((s) => s.host === host);

/** The first time after the failure at which somebody demonstrably looked: noticed at that moment at the latest. */
function detection(draft: Draft, window: FailureWindow, people: readonly Sign[]): TimeEstimate | null {
  if (window.notAfter === null) return null;
  const from = window.notAfter;
  const looks = lookingTimes(draft, people).filter(({ time }) => time.notAfter !== null && time.notAfter >= from).sort((a, b) => (a.time.notAfter ?? 0) - (b.time.notAfter ?? 0));
  const first = looks[0]?.time;
  if (first === undefined) return null;
  return { notBefore: rfc3339(window.notBefore), best: rfc3339(first.best ?? first.notBefore), notAfter: rfc3339(first.notAfter) };
}

/** When etcd stored writes again after the last failure on that host; null while nothing proves it. */
function recovery(signs: readonly Sign[], window: FailureWindow): TimeEstimate | null {
  if (window.bad === null || window.notAfter === null) return null;
  const own = signs.filter((s) => s.host === window.bad!.host);
  const died = own.filter((s) => (s.tone === 'onset' || s.tone === 'down') && s.component !== 'backup').reduce((latest, s) => Math.max(latest, orderOf(s.end ?? s.time)), window.notAfter);
  const after = own.filter((s) => s.tone === 'progress' && s.kind === 'etcd-works' && s.time.notBefore !== null && s.time.notBefore > died);
  const first = after.sort((a, b) => orderOf(a.time) - orderOf(b.time))[0];
  return first === undefined ? null : estimate(first.time);
}

/** Windows of etcd, the API server and the machine on each host that the bundle knows. */
function components(draft: Draft, signs: readonly Sign[], whole: FailureWindow): Outage['perComponent'] {
  const rows: Outage['perComponent'][number][] = [];
  const hosts = [...new Set(signs.map((s) => s.host).filter((h): h is string => h !== null))].sort();
  for (const host of hosts) {
    const own = ofHost(signs, host);
    const parts: readonly [string, readonly Sign[]][] = [
      ['etcd', own.filter((s) => s.component === 'etcd' || s.component === 'storage' || s.component === 'backup' || s.component === 'node')],
      ['apiserver', [...own.filter((s) => s.component === 'apiserver' || s.kind === 'boot-after-crash'), ...(hosts.length === 1 && whole.good !== null ? [whole.good] : [])]],
      // Whatever worked on a host proves that the host was up.
      ['node', own.filter((s) => s.component === 'node' || ((s.tone === 'progress' || s.tone === 'alive') && s.basis === 'observed'))],
    ];
    for (const [component, list] of parts) {
      const window = failureWindow(list);
      if (window.bad === null || (window.good === null && window.bad.kind === 'boot') || (component === 'etcd' && !list.some((s) => s.component === 'etcd'))) continue;
      const evidence = [window.good, window.bad].flatMap((sign) => (sign === null ? [] : evidenceOf(draft, sign)));
      const notBefore = window.notBefore === null ? null : Math.min(window.notBefore, window.notAfter ?? Infinity);
      rows.push({ host, component, start: { notBefore: rfc3339(notBefore), notAfter: rfc3339(window.notAfter) }, end: component === 'node' ? bootTime(window) : null, evidence });
    }
  }
  return rows;
}

/** A machine is back when it boots. */
function bootTime(window: FailureWindow): TimeEstimate | null {
  return window.bad !== null && (window.bad.kind === 'boot' || window.bad.kind === 'boot-after-crash') ? estimate(window.bad.time) : null;
}
