import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { surveyWrites, type StoredWrite } from '../../src/kubernetes/index.js';
import type { ClockPoint } from '../../src/time/clock-point.js';
import { renewalsOf } from '../../src/time/lease-rhythm.js';
import { clockOf, mergeClocks, revisionClock, timeOfRevision, type RevisionClock } from '../../src/time/revision-clock.js';
import { snapshotNames, surveyOf, truthOf, writesOf } from '../kubernetes/fixture-snapshots.js';
import { damageOperators, randomFrom } from './damage-of-values.js';

const simulated = snapshotNames.filter((name) => truthOf(name) !== null);
const single = simulated.filter((name) => !/-m[23]$/.test(name));

/** How the stated time of a revision compares with the true one; ms. */
function judged(clock: RevisionClock, revision: number, truth: number): { inside: boolean; width: number; error: number } {
  const { notBefore, best, notAfter } = timeOfRevision(clock, BigInt(revision)).time;
  if (notBefore === null || best === null || notAfter === null) return { inside: false, width: Infinity, error: Infinity };
  return { inside: notBefore <= truth && truth <= notAfter, width: notAfter - notBefore, error: Math.abs(best - truth) };
}

function expectGood(clock: RevisionClock, revision: number, truth: number, what: string): void {
  const result = judged(clock, revision, truth);
  expect({ what, inside: result.inside, narrow: result.width <= 20_000, close: result.error <= 10_000 }).toEqual({ what, inside: true, narrow: true, close: true });
}

describe.each(simulated)('%s', (name) => {
  const truth = truthOf(name)!;
  const survey = surveyOf(name);
  const clock = revisionClock(survey.points, survey.newestRevision);
  const newest = survey.newestRevision!;

  it('dates its newest revision', () => {
    expectGood(clock, newest, truth.times.get(newest)!, name);
    expect(timeOfRevision(clock, BigInt(newest)).basis.length).toBeGreaterThan(0);
  });

  it('dates every older revision, closely where the history is whole', () => {
    const compacted = truth.hooks.find((h) => h.rev === newest)?.compactRev ?? 0;
    for (const [revision, time] of truth.times) {
      if (revision > newest) continue;
      const { notBefore, notAfter } = timeOfRevision(clock, BigInt(revision)).time;
      if (notBefore !== null && notBefore > time) expect.fail(`${revision} not before ${notBefore - time} ms after the truth`);
      if (notAfter !== null && notAfter < time) expect.fail(`${revision} not after ${time - notAfter} ms before the truth`);
      if (revision > compacted) expectGood(clock, revision, time, `revision ${revision}`);
    }
  });

  it('never dates a revision before an older one', () => {
    let last = { notBefore: -Infinity, best: -Infinity, notAfter: -Infinity };
    for (let revision = 1; revision <= newest; revision += 1) {
      const { time } = timeOfRevision(clock, BigInt(revision));
      const now = { notBefore: time.notBefore ?? -Infinity, best: time.best ?? -Infinity, notAfter: time.notAfter ?? Infinity };
      if (now.notBefore < last.notBefore || now.notAfter < last.notAfter || now.best < last.best) expect.fail(`${revision}: ${JSON.stringify(now)} after ${JSON.stringify(last)}`);
      last = now;
    }
  });
});

describe('with 20 % of the values damaged', () => {
  it.each(single)('%s still dates its newest revision', (name) => {
    const truth = truthOf(name)!;
    const writes = writesOf(name);
    const newest = writes.reduce((max, w) => Math.max(max, Number(w.revision)), 0);
    for (const [operator, damage] of Object.entries(damageOperators)) {
      const random = randomFrom(name.length + operator.length);
      const damaged: StoredWrite[] = writes.map((w) => (w.value !== null && random() < 0.2 ? { ...w, value: damage(w.value, random) } : w));
      const survey = surveyWrites(damaged);
      const clock = revisionClock(survey.points, survey.newestRevision);
      expectGood(clock, newest, truth.times.get(newest)!, operator);
      for (let i = 0; i < 20; i++) {
        const revision = 2 + Math.floor(random() * (newest - 2));
        const time = truth.times.get(revision);
        if (time === undefined) continue;
        const { notBefore, notAfter } = timeOfRevision(clock, BigInt(revision)).time;
        expect({ operator, revision, late: notBefore !== null && notBefore > time, early: notAfter !== null && notAfter < time }).toEqual({ operator, revision, late: false, early: false });
      }
    }
  });
});

describe('with a fifth of the values in the place of others', () => {
  const replaced: Readonly<Record<string, (key: string, other: string) => boolean>> = {
    'of any key': () => true,
    'of the same key, written earlier or later': (key, other) => key === other,
  };

  it.each(single)('%s: no time of another object or moment excludes the truth', (name) => {
    const truth = truthOf(name)!;
    const writes = writesOf(name).filter((w) => w.value !== null).map((w) => ({ ...w, text: Buffer.from(w.key).toString() }));
    const newest = writes.reduce((max, w) => Math.max(max, Number(w.revision)), 0);
    for (const [which, fits] of Object.entries(replaced)) {
      const random = randomFrom(name.length + which.length);
      const survey = surveyWrites(writes.map((w) => {
        const others = random() < 0.2 ? writes.filter((o) => fits(w.text, o.text)) : [w];
        return { ...w, value: others[Math.floor(random() * others.length)]!.value };
      }));
      const clock = clockOf(survey);
      const { inside, error } = judged(clock, survey.newestRevision!, truth.times.get(newest)!);
      expect({ which, newest: survey.newestRevision, inside, close: error <= 10_000 }).toEqual({ which, newest, inside: true, close: true });
      for (const [revision, time] of truth.times) {
        if (revision > newest || revision % 3 !== 0) continue;
        const { notBefore, notAfter } = timeOfRevision(clock, BigInt(revision)).time;
        if ((notBefore ?? -Infinity) > time || (notAfter ?? Infinity) < time) expect.fail(`${which}: revision ${revision} lies outside`);
      }
    }
  });

  it('believes no single carried time where other values are known to be damaged', () => {
    const { points, newestRevision, wholeFrom } = surveyOf('v3.6.16/config-single-late');
    const odd = points.map((p) => (p.revision === 3933 && p.what === 'managedFields' ? { ...p, time: p.time + 4_351_000 } : p));
    const truth = truthOf('v3.6.16/config-single-late')!.times.get(3933)!;
    const bound = (damaged: number): number => timeOfRevision(revisionClock(odd, newestRevision, wholeFrom, damaged), 3933n).time.notBefore!;
    expect(bound(0)).toBeGreaterThan(truth);
    expect(bound(13)).toBeLessThanOrEqual(truth);
  });
});

describe('with one clock wrong', () => {
  it.each(single)('%s: dates closely, too, where only one Lease of a machine is an hour off', (name) => {
    const truth = truthOf(name)!;
    const { points, newestRevision, wholeFrom } = surveyOf(name);
    for (const node of new Set(points.filter((p) => p.key.includes('/kube-node-lease/')).map((p) => p.key))) {
      for (const offset of [3_600_000, -3_600_000]) {
        const clock = revisionClock(points.map((p) => (p.key === node ? { ...p, time: p.time + offset } : p)), newestRevision, wholeFrom);
        expectGood(clock, newestRevision!, truth.times.get(newestRevision!)!, `${node} ${offset}`);
      }
    }
  });

  it.each(single)('%s keeps to the others, and names the wrong one', (name) => {
    const truth = truthOf(name)!;
    const survey = surveyOf(name);
    const newest = survey.newestRevision!;
    for (const machine of new Set(survey.points.map((p) => p.machine))) {
      for (const offset of [3_600_000, -3_600_000, 86_400_000]) {
        const shifted = survey.points.map((p) => (p.machine === machine ? { ...p, time: p.time + offset } : p));
        const clock = revisionClock(shifted, newest);
        expectGood(clock, newest, truth.times.get(newest)!, `${machine} ${offset}`);
        if (machine.startsWith('?')) continue;
        const found = clock.machines.find((m) => m.machine === machine);
        expect({ trusted: found?.trusted, near: Math.abs((found?.offsetMs ?? 0) - offset) < 60_000 }).toEqual({ trusted: false, near: true });
      }
    }
  });
});

describe('with values damaged and one clock wrong at once', () => {
  /** The fixture up to a revision, a fifth of its values damaged, the clock of `machine` an hour ahead. */
  function clockOf(name: string, revision: number, machine: string, seed: number): RevisionClock {
    const random = randomFrom(seed);
    const cut = writesOf(name).filter((w) => Number(w.revision) <= revision);
    const survey = surveyWrites(cut.map((w) => (w.value !== null && random() < 0.2 ? { ...w, value: damageOperators['flipThreeBits']!(w.value, random) } : w)));
    return revisionClock(survey.points.map((p) => (p.machine === machine ? { ...p, time: p.time + 3_600_000 } : p)), revision, survey.wholeFrom);
  }

  it.each([
    ['the last word of the wrong clock stands alone after a damaged one', 'v3.5.30/billing-single-early', 4308, 'master1', 79],
    ['its last stretch is short beside the others', 'v3.5.30/billing-single-early', 4308, 'master1', 121],
    ['a right machine is cut in two by a damaged time', 'v3.5.30/billing-single-after-delete', 13_115, 'none', 27],
    ['the same, further back', 'v3.5.30/billing-single-after-delete', 13_115, 'none', 34],
  ] as const)('%s', (what, name, revision, machine, seed) => {
    expectGood(clockOf(name, revision, machine, seed), revision, truthOf(name)!.times.get(revision)!, what);
  });

  it('doubts a newest time that comes after the Leases were due', () => {
    const name = 'v3.7.3/shop-single-late';
    const truth = truthOf(name)!.times.get(12_033)!;
    const { inside, error } = judged(clockOf(name, 12_033, 'master1', 27), 12_033, truth);
    expect({ inside, close: error <= 10_000 }).toEqual({ inside: true, close: true });
  });
});

describe('with clocks set back, or nobody left to renew', () => {
  const twoHours = 7_200_000;
  const holds = ({ notBefore, notAfter }: { notBefore: number | null; notAfter: number | null }, truth: number): boolean => (notBefore ?? -Infinity) <= truth && truth <= (notAfter ?? Infinity);

  it.each(single)('%s: every clock set back at once leaves both readings open', (name) => {
    const truth = truthOf(name)!;
    const { points, newestRevision, wholeFrom } = surveyOf(name);
    const newest = newestRevision!;
    for (const step of [newest - 300, newest - 15]) {
      for (const ahead of [true, false]) {
        const shifted = points.map((p) => (ahead ? (p.revision <= step ? { ...p, time: p.time + twoHours } : p) : p.revision > step ? { ...p, time: p.time - twoHours } : p));
        const clock = revisionClock(shifted, newest, wholeFrom);
        expect(clock.contested.length).toBe(1);
        for (const revision of [newest, step - 20, step + 5]) {
          const { time } = timeOfRevision(clock, BigInt(revision));
          expect({ step, ahead, revision, holds: holds(time, truth.times.get(revision)!) }).toEqual({ step, ahead, revision, holds: true });
        }
      }
    }
  });

  it.each(single)('%s: writes that go on after the last renewal are not dated by it', (name) => {
    const truth = truthOf(name)!;
    const { points, newestRevision, wholeFrom } = surveyOf(name);
    const newest = newestRevision!;
    for (const [from, gone] of [[newest - 100, ['renewal']], [newest - 400, ['renewal', 'stamp']], [0, ['renewal']], [0, ['renewal', 'stamp']]] as const) {
      const { time } = timeOfRevision(revisionClock(points.filter((p) => p.revision < from || !(gone as readonly string[]).includes(p.kind)), newest, wholeFrom), BigInt(newest));
      expect({ from, gone, holds: holds(time, truth.times.get(newest)!), near: Math.abs(time.best! - truth.times.get(newest)!) < 10_000 }).toEqual({ from, gone, holds: true, near: true });
    }
  });

  it('takes neither side of two machines that contradict each other', () => {
    const name = 'v3.5.30/shop-three-late-m1';
    const truth = truthOf(name)!;
    const { points, newestRevision, wholeFrom } = surveyOf(name);
    const mine = points.filter((p) => ['master1', 'node1', '?apiserver'].includes(p.machine));
    for (const wrong of [['node1'], ['master1', '?apiserver']]) {
      const clock = revisionClock(mine.map((p) => (wrong.includes(p.machine) ? { ...p, time: p.time + 3_600_000 } : p)), newestRevision, wholeFrom);
      expect(holds(timeOfRevision(clock, BigInt(newestRevision!)).time, truth.times.get(newestRevision!)!)).toBe(true);
    }
  });
});

describe('with more machines than are compared each with each', () => {
  it.each([41, 60, 500])('%d nodes that renew every ten seconds are believed, and one that is an hour ahead is not', (count) => {
    const points = Array.from({ length: 60 * count }, (_, i): ClockPoint => {
      const node = i % count;
      const ahead = node === count - 1 ? 3_600_000 : 0;
      return { revision: i + 1, time: 1.7e12 + Math.floor(i / count) * 10_000 + node * (10_000 / count) + ahead, precisionMs: 1, kind: 'renewal', machine: `node${node}`, key: `/lease${node}`, what: 'renewTime', intervalMs: 10_000 };
    });
    const { machines } = revisionClock(points, points.length);
    expect(machines.filter((m) => !m.trusted).map((m) => m.machine)).toEqual([`node${count - 1}`]);
  });
});

describe('merging', () => {
  it('dates by all members and files of one cluster together', () => {
    const [early, late] = ['v3.6.16/config-single-early', 'v3.6.16/config-single-late'].map(surveyOf);
    const truth = truthOf('v3.6.16/config-single-late')!;
    const merged = mergeClocks([early!, late!].map((s) => revisionClock(s.points, s.newestRevision)));
    expectGood(merged, late!.newestRevision!, truth.times.get(late!.newestRevision!)!, 'late');
    expectGood(merged, early!.newestRevision!, truth.times.get(early!.newestRevision!)!, 'early');
    const alone = timeOfRevision(revisionClock(late!.points, late!.newestRevision), BigInt(early!.newestRevision!)).time;
    expect(alone.notAfter! - alone.notBefore!).toBeGreaterThan(20_000);
  });

  it('notices a machine that stopped renewing', () => {
    const points = surveyOf('v3.5.16/kubesphere-single-late').points.filter((p) => p.kind === 'renewal').sort((a, b) => a.revision - b.revision);
    expect(renewalsOf(points).every((r) => !r.stoppedBeforeEnd)).toBe(true);
    const without = points.filter((p) => p.machine !== 'node2' || p.time < points.at(-1)!.time - 120_000);
    expect(renewalsOf(without).filter((r) => r.stoppedBeforeEnd).map((r) => r.machine)).toEqual(['node2']);
  });
});

describe('whatever the points', () => {
  const point = fc.record({
    revision: fc.integer({ min: 1, max: 5000 }), time: fc.oneof(fc.integer({ min: 1.4e12, max: 1.9e12 }), fc.integer({ min: 1.7e12, max: 1.7e12 + 1e6 })), precisionMs: fc.constantFrom(1, 1000),
    kind: fc.constantFrom('renewal', 'stamp', 'floor', 'ceiling', 'fixed'), machine: fc.constantFrom('a', 'b', '?c'), key: fc.constantFrom('/k1', '/k2', '/k3'), what: fc.constant('t'),
  }) as fc.Arbitrary<ClockPoint>;

  it('answers, with the best time inside its bounds', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), fc.integer({ min: 0, max: 6000 }), (points, revision) => {
        const { time, basis } = timeOfRevision(revisionClock(points, null), BigInt(revision));
        const { notBefore, best, notAfter } = time;
        if (notBefore !== null && notAfter !== null) expect(notBefore).toBeLessThanOrEqual(notAfter);
        if (best !== null && notBefore !== null) expect(best).toBeGreaterThanOrEqual(notBefore);
        if (best !== null && notAfter !== null) expect(best).toBeLessThanOrEqual(notAfter);
        expect(basis.every((b) => points.some((p) => p.key === b.key && p.time === b.time))).toBe(true);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  it('guesses a little beyond the newest revision, and not for ever', () => {
    const { points, newestRevision } = surveyOf('v3.5.30/billing-single-after-delete');
    const clock = revisionClock(points, newestRevision);
    const newest = timeOfRevision(clock, BigInt(newestRevision!)).time;
    const [soon, far] = [newestRevision! + 20, 99_999_999].map((revision) => timeOfRevision(clock, BigInt(revision)).time) as [typeof newest, typeof newest];
    expect([soon.notAfter, far.notAfter, far.best]).toEqual([null, null, null]);
    expect(soon.best! - newest.best!).toBeLessThan(60_000);
    expect(far.notBefore).toBe(newest.notBefore);
  });

  it('says nothing where there is nothing', () => {
    expect(timeOfRevision(revisionClock([], 5), 5n)).toEqual({ time: { notBefore: null, best: null, notAfter: null }, basis: [] });
  });
});
