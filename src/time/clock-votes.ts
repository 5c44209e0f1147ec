import { verdict, type Run } from './clock-runs.js';

/** A run that was voted out; `clear` when another that contradicts it stood clearly better. */
export interface VotedOut {
  readonly index: number;
  readonly clear: boolean;
}

/**
 * Votes until nobody contradicts: the run with the most against it leaves, round by round. Each machine has one vote on each
 * run, however many runs it has itself: against it when one of them contradicts. `verdicts` has a row for each run.
 */
export function voteOut(runs: readonly Run[], verdicts: readonly Uint8Array[]): { readonly active: Set<number>; readonly lost: VotedOut[] } {
  const active = new Set(runs.keys());
  const lost: VotedOut[] = [];
  const votes = votesOf(runs, verdicts);
  const leads = new Float64Array(runs.length);
  for (;;) {
    let worst = -1;
    let margin = -Infinity;
    for (const i of active) {
      const { pro, con } = votes.on(i);
      leads[i] = con - pro;
      if (con === 0) continue;
      const { points } = runs[i] as Run;
      const score = con - pro - points.length / 1e9 - (points[points.length - 1]?.revision ?? 0) / 1e18;
      if (score <= margin) continue;
      worst = i;
      margin = score;
    }
    if (worst < 0) return { active, lost };
    active.delete(worst);
    const row = verdicts[worst] as Uint8Array;
    let clear = false;
    for (const j of active) clear ||= row[j] === verdict.conflict && (leads[j] as number) + 1 < (leads[worst] as number);
    lost.push({ index: worst, clear });
    votes.leave(worst);
  }
}

/** Weight for and against each run among those still in play. */
interface Votes {
  on(run: number): { readonly pro: number; readonly con: number };
  /** Takes a run, and what it says of the others, out of play. */
  leave(run: number): void;
}

function votesOf(runs: readonly Run[], verdicts: readonly Uint8Array[]): Votes {
  const weights = new Map(runs.map((run) => [run.machine, run.weight]));
  const machines = [...weights.keys()];
  const weightOf = Float64Array.from(weights.values());
  const machineOf = Uint16Array.from(runs, (run) => machines.indexOf(run.machine));
  // How many runs of each machine contradict a run, and agree with it: at `run * machines + machine`.
  const against = new Uint16Array(runs.length * machines.length);
  const beside = new Uint16Array(runs.length * machines.length);
  const count = (by: number, times: 1 | -1): void => {
    const row = verdicts[by] as Uint8Array;
    for (let run = 0, at = machineOf[by] as number; run < row.length; run++, at += machines.length) {
      if (row[run] === verdict.conflict) against[at] = (against[at] as number) + times;
      else if (row[run] === verdict.agree) beside[at] = (beside[at] as number) + times;
    }
  };
  for (const by of runs.keys()) count(by, 1);
  return {
    on(run) {
      const own = machineOf[run] as number;
      let pro = weightOf[own] as number;
      let con = 0;
      for (let machine = 0, at = run * machines.length; machine < machines.length; machine++, at++) {
        if (against[at] !== 0) con += weightOf[machine] as number;
        else if (machine !== own && beside[at] !== 0) pro += weightOf[machine] as number;
      }
      return { pro, con };
    },
    leave: (run) => count(run, -1),
  };
}
