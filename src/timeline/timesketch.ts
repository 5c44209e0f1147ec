import type { CaseEvent } from '../case/model.js';

/** One row for Timesketch: its three required columns first, then ours. */
export interface TimesketchRow {
  readonly message: string;
  /** ISO 8601 UTC with microseconds, as Timesketch wants it. */
  readonly datetime: string;
  readonly timestamp_desc: string;
  /** Microseconds since the epoch. */
  readonly timestamp: number;
  readonly not_before: string;
  readonly not_after: string;
  readonly ends: string;
  readonly host: string;
  readonly component: string;
  readonly kind: string;
  readonly count: number;
  readonly basis: string;
  /** `artifact:line`, several joined with `; `. */
  readonly evidence: string;
  readonly event_id: string;
}

/** Columns in the order in which they are written. */
export const timesketchColumns: readonly (keyof TimesketchRow)[] = [
  'message', 'datetime', 'timestamp_desc', 'timestamp', 'not_before', 'not_after', 'ends', 'host', 'component', 'kind', 'count', 'basis', 'evidence', 'event_id',
];

/**
 * Events as rows for `timeline.csv` and `timeline.jsonl`. Timesketch knows only instants: an interval
 * gives its best instant, else its beginning, else its end, and the bounds stand beside it. Events
 * without any time are left out.
 */
export function timesketchRows(events: readonly CaseEvent[]): readonly TimesketchRow[] {
  return events.flatMap((event): TimesketchRow[] => {
    const time = event.time.best ?? event.time.notBefore ?? event.time.notAfter;
    const ms = time === null ? NaN : Date.parse(time);
    if (Number.isNaN(ms)) return [];
    return [{
      message: event.said.text,
      datetime: new Date(ms).toISOString().replace(/\.(\d{3})Z$/, '.$1000+00:00'),
      timestamp_desc: event.end === null ? `${event.component}: ${event.kind}` : `${event.component}: ${event.kind}, first seen`,
      timestamp: ms * 1000,
      not_before: event.time.notBefore ?? '',
      not_after: event.time.notAfter ?? '',
      ends: event.end?.best ?? event.end?.notAfter ?? event.end?.notBefore ?? '',
      host: event.host ?? '',
      component: event.component,
      kind: event.kind,
      count: event.count,
      basis: event.basis,
      evidence: event.evidence.map((e) => (e.line === undefined ? e.artifact : `${e.artifact}:${e.line}`)).join('; '),
      event_id: event.id,
    }];
  });
}
