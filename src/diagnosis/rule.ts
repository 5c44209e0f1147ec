import type { Place } from '../artifacts/place.js';
import type { Cause, Evidence } from '../case/model.js';
import type { Interval } from '../time/interval.js';
import type { DeciderId } from './deciders.js';
import type { View } from './view.js';

/** One thing seen in the bundle that speaks for or against a hypothesis. */
export interface Hit {
  /** A place of a text artifact, or evidence that the case already gave an id. */
  readonly at: Place | Evidence;
  readonly host: string | null;
  /** When it happened; all null when nothing dates it. */
  readonly time: Interval;
  /** When a log said it for the last time; only of log lines. */
  readonly until?: Interval;
  /** True for what a person did. */
  readonly act?: true;
}

/** Looks for one kind of thing; an empty answer means that it was not seen (not that it was not there). */
export type Sign = (view: View) => readonly Hit[];

/**
 * One cause as data. Every list is an "any of"; `both(...)` makes an "all of". The strongest list with
 * a hit gives the confidence. A rule without a hit in `proves`, `likely` or `possible` is not spoken of.
 */
export interface Rule {
  readonly id: string;
  readonly role: Cause['role'];
  /** Proves alone. */
  readonly proves: readonly Sign[];
  readonly likely?: readonly Sign[];
  readonly possible?: readonly Sign[];
  /** Cited when the rule holds; never enough alone. */
  readonly supports?: readonly Sign[];
  /** Speaks against: takes one step of confidence away. */
  readonly weakens?: readonly Sign[];
  /** Rules it out: the hypothesis is kept as rejected. */
  readonly excludes?: readonly Sign[];
  /** True when it can damage files or lose flushed writes; other triggers beside damaged files did not cause that. */
  readonly harmsFiles?: true;
  /** Ids of causes that explain the same signs better: beside one of them (likely or proven) this is no trigger any more. */
  readonly after?: readonly string[];
  /** What would decide when it is not proven. */
  readonly decide: readonly DeciderId[];
  /** Versions of etcd that can show it; null for all. In the form of the message catalogue. */
  readonly versions?: string | null;
  /** Where the knowledge comes from, for docs/causes.md. */
  readonly source: string;
}

/** A rule with what it found. */
export interface Hypothesis {
  readonly rule: Rule;
  readonly confidence: Cause['confidence'];
  readonly role: Cause['role'];
  readonly hits: readonly Hit[];
  readonly against: readonly Hit[];
  /** Middle of the earliest dated hit, ms; null when none is dated. */
  readonly since: number | null;
}
