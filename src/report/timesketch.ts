import type { Case, CaseEvent } from '../case/model.js';
import { csvLine } from './escape/csv.js';
import { placeOf } from './view/timeline.js';

/** The columns that Timesketch needs, then ours. */
const columns = ['message', 'datetime', 'timestamp_desc', 'timestamp', 'not_before', 'not_after', 'ends', 'host', 'component', 'kind', 'count', 'basis', 'evidence', 'event_id'] as const;
type Row = Readonly<Record<(typeof columns)[number], string | number>>;

/**
 * Timesketch knows only instants: an interval gives its best instant, else its beginning, else its end, and
 * the bounds stand beside it. Times are UTC with microseconds.
 */
function rowOf(event: CaseEvent, at: number): Row {
  return {
    message: event.said.text,
    datetime: new Date(at).toISOString().replace(/Z$/, '000+00:00'),
    timestamp_desc: `${event.component}: ${event.kind}${event.end === null ? '' : ', first seen'}`,
    timestamp: at * 1000,
    not_before: event.time.notBefore ?? '',
    not_after: event.time.notAfter ?? '',
    ends: event.end?.best ?? event.end?.notAfter ?? event.end?.notBefore ?? '',
    host: event.host ?? '',
    component: event.component,
    kind: event.kind,
    count: event.count,
    basis: event.basis,
    evidence: event.evidence.map((e) => placeOf(e) ?? '').join('; '),
    event_id: event.id,
  };
}

/** All events that have any time, in order. Events without one are in `case.json` only. */
function timesketchRows(theCase: Pick<Case, 'events'>): readonly Row[] {
  return theCase.events
    .flatMap((event) => {
      const at = Date.parse(event.time.best ?? event.time.notBefore ?? event.time.notAfter ?? '');
      return Number.isNaN(at) ? [] : [rowOf(event, at)];
    })
    .sort((a, b) => Number(a.timestamp) - Number(b.timestamp));
}

/** `timeline.csv`. */
export function timesketchCsv(theCase: Pick<Case, 'events'>): string {
  return csvLine(columns) + timesketchRows(theCase).map((row) => csvLine(columns.map((name) => row[name]))).join('');
}

/** `timeline.jsonl`. */
export function timesketchJsonLines(theCase: Pick<Case, 'events'>): string {
  return timesketchRows(theCase).map((row) => `${JSON.stringify(row)}\n`).join('');
}
