import type { Case, CaseEvent, Evidence, TimeWindow } from '../../case/model.js';
import type { Row, Section } from './blocks.js';
import { code, plain, strong, type Rich } from './rich.js';
import { eventTime, ms, unbroken } from './times.js';
import type { Reading } from './reading.js';

/** Rows of the table in the report. All events are in `timeline.csv` and `case.json`. */
const eventsShown = { screen: 300, paper: 24 } as const;

function decisiveEvidence(theCase: Case): ReadonlySet<string> {
  const { outage, causes, recommendation, findings } = theCase;
  const lists: (readonly Evidence[])[] = [
    outage.lastKnownGood?.evidence ?? [], outage.firstKnownBad?.evidence ?? [], recommendation.evidence,
    ...causes.flatMap((c) => [c.evidence, c.against]), ...findings.map((f) => f.evidence),
  ];
  return new Set(lists.flatMap((list) => list.map((e) => e.id)));
}

/**
 * Which events the table shows when there are more than it can hold: first those that a cause, a finding,
 * the outage or the recommendation cites; then the rarest of each host, component and kind; ties by time.
 */
function chosenEvents(theCase: Case, limit: number): readonly CaseEvent[] {
  const { events } = theCase;
  if (events.length <= limit) return [...events].sort((a, b) => eventTime(a) - eventTime(b));
  const decisive = decisiveEvidence(theCase);
  const groups = new Map<string, number>();
  const ranked = events.map((event, index) => {
    const key = `${event.host ?? ''}\n${event.component}\n${event.kind}`;
    const nth = (groups.get(key) ?? 0) + 1;
    groups.set(key, nth);
    return { event, index, key, nth, cited: event.evidence.some((e) => decisive.has(e.id)) };
  });
  return ranked
    .sort((a, b) => Number(b.cited) - Number(a.cited) || a.nth - b.nth || (groups.get(a.key) ?? 0) - (groups.get(b.key) ?? 0) || a.index - b.index)
    .slice(0, limit)
    .sort((a, b) => eventTime(a.event) - eventTime(b.event) || a.index - b.index)
    .map((one) => one.event);
}

/** `messages.txt:12`, or the byte offset. */
export function placeOf(evidence: Evidence | undefined): string | null {
  if (evidence === undefined) return null;
  return evidence.line !== undefined ? `${evidence.artifact}:${evidence.line}` : evidence.offset !== undefined && evidence.offset > 0 ? `${evidence.artifact} @${evidence.offset}` : evidence.artifact;
}

function timeCell(r: Reading, event: CaseEvent): string {
  const window = (w: TimeWindow): string => r.clock.window(w);
  if (event.end === null) return window(event.time);
  const end = ms(event.end.best) ?? ms(event.end.notAfter);
  const start = ms(event.time.best) ?? ms(event.time.notBefore);
  return start === null || end === null ? window(event.time) : window({ notBefore: new Date(start).toISOString(), notAfter: new Date(end).toISOString() });
}

function eventRow(r: Reading, event: CaseEvent): Row {
  const what: Rich = [...r.said(event.said), ...(event.count > 1 && !Object.values(event.said.params).includes(event.count) ? plain(` ${r.t('report.times', { n: r.number(event.count) })}`) : [])];
  const where = placeOf(event.evidence[0]);
  const at = event.time.best ?? event.time.notBefore ?? event.time.notAfter;
  return {
    cells: [
      { text: plain(unbroken(timeCell(r, event))), ...(at === null ? {} : { time: at }) },
      { text: what, below: plain([event.host, r.t(`report.component.${event.component}`).replace(/^report\.component\./, '')].filter((x) => x !== null).join(' · ')) },
      { text: [...(where === null ? plain('–') : code(where)), ...r.cite('timeline', event.evidence)] },
      { text: [], basis: event.basis },
    ],
  };
}

export function timelineView(r: Reading): Section {
  const { events } = r.case;
  const shown = chosenEvents(r.case, eventsShown[r.medium]);
  const lead = r.rich('report.timeline.lead', { offset: r.clock.offset, zone: r.clock.zone });
  return {
    id: 'timeline',
    title: r.t('report.section.timeline'),
    lead,
    blocks: [
      { kind: 'chart', name: 'timeline' },
      {
        kind: 'table',
        table: {
          caption: r.t('report.section.timeline'),
          fold: 'phone',
          columns: [
            { title: r.t('report.column.time', { offset: r.clock.offset }), kind: 'narrow' }, { title: r.t('report.column.what') },
            { title: r.t('report.column.where'), kind: 'where' }, { title: r.t('report.column.basis'), kind: 'narrow' },
          ],
          rows: shown.map((event) => eventRow(r, event)),
          ...(events.length > shown.length ? { note: r.rich(r.medium === 'paper' ? 'report.timeline.folded-paper' : 'report.timeline.folded', { shown: r.number(shown.length), all: r.number(events.length) }) } : events.length === 0 ? { note: r.rich('report.timeline.empty') } : {}),
        },
      },
    ],
  };
}

/** When it was noticed, how long each part was away. */
export function durationsView(r: Reading): Section {
  const { outage } = r.case;
  const rows: Row[] = [];
  const add = (name: string, value: string, evidence: readonly Evidence[], note?: string): void => {
    rows.push({ cells: [{ text: strong(r.t(`report.durations.${name}`)) }, { text: plain(value), ...(note === undefined ? {} : { below: plain(note) }) }, { text: evidence.length === 0 ? plain('–') : r.cite('durations', evidence) }] });
  };
  if (outage.lastKnownGood !== null) add('good', r.clock.window(outage.lastKnownGood.time), outage.lastKnownGood.evidence);
  if (outage.firstKnownBad !== null) add('bad', r.clock.window(outage.firstKnownBad.time), outage.firstKnownBad.evidence);
  add('start', r.clock.window(outage.start), []);
  const noticed = outage.detectedAt === null ? null : (ms(outage.detectedAt.best) ?? ms(outage.detectedAt.notAfter));
  add('detected', noticed === null ? r.t('report.unknown') : r.clock.short(noticed), []);
  const detected = ms(outage.detectedAt?.best) ?? ms(outage.detectedAt?.notAfter);
  const latestStart = ms(outage.start.notAfter);
  const earliestStart = ms(outage.start.notBefore);
  if (detected !== null && (latestStart !== null || earliestStart !== null)) {
    const least = latestStart === null ? null : Math.max(0, detected - latestStart) / 1000;
    const most = earliestStart === null ? null : Math.max(0, detected - earliestStart) / 1000;
    const value = least !== null && most !== null ? r.t('report.range', { from: r.span(least), to: r.span(most) }) : least !== null ? r.t('report.at-least', { value: r.span(least) }) : r.t('report.at-most', { value: r.span(most ?? 0) });
    add('to-detect', value, []);
  }
  add('end', outage.end === null ? r.t('report.outage.not-ended') : r.clock.window(outage.end), []);
  add('collected', r.clock.window(outage.collectedAt), []);
  for (const part of outage.perComponent) {
    rows.push({ cells: [{ text: strong([part.host, part.component].filter((x) => x !== null).join(' · ')) }, { text: r.rich('report.durations.component', { start: r.clock.window(part.start), end: part.end === null ? r.t('report.outage.not-ended') : r.clock.window(part.end) }) }, { text: part.evidence.length === 0 ? plain('–') : r.cite('durations', part.evidence) }] });
  }
  return {
    id: 'durations',
    title: r.t('report.section.durations'),
    lead: null,
    blocks: [{ kind: 'table', table: { caption: r.t('report.section.durations'), columns: [{ title: r.t('report.column.moment'), kind: 'label' }, { title: r.t('report.column.interval', { offset: r.clock.offset }) }, { title: r.t('report.column.evidence'), kind: 'where' }], rows } }],
  };
}
