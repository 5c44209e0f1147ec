import type { ClockPointKind } from '../time/clock-point.js';
import { rfc3339 } from './json-header.js';
import {
  cronJobStatusField, eventField, eventSeriesField, eventSourceField, jobStatusField, leaseField, leaseSpecField, nodeConditionField, nodeField,
  nodeStatusField, podConditionField, podStatusField,
} from './layout.js';
import { plausible, type ObjectHeader } from './object-header.js';
import { timeMessage, WireCursor } from './wire.js';

/** Whichever API server took the write; named by the survey when there is only one. */
export const someApiServer = '?apiserver';

/** Collects what one row says about time. */
export interface StampSink {
  (kind: ClockPointKind, time: number | null, precisionMs: number, machine: string, what: string, intervalMs?: number): void;
}

/** What of an object's metadata tells the time, or whose clock it was. */
export type StampHeader = Pick<ObjectHeader, 'name' | 'namespace' | 'hostname' | 'created' | 'managed' | 'leader'>;

/**
 * Times that any object carries. A row that creates its object was written within a second of its
 * creationTimestamp; otherwise the newest of its creation and managedFields times says "not before".
 */
export function metadataStamps(header: StampHeader, creates: boolean, sink: StampSink): void {
  const { created, managed } = header;
  if (creates) sink('stamp', created, 1000, someApiServer, 'creationTimestamp');
  else if (managed === null || (created !== null && created > managed)) sink('floor', created, 1000, someApiServer, 'creationTimestamp');
  if (managed !== null && managed !== created) sink('floor', managed, 1000, someApiServer, 'managedFields');
  if (header.leader !== '') leaderStamp(header.leader, sink);
}

function leaderStamp(text: string, sink: StampSink): void {
  const holder = /"holderIdentity":"([^"]{1,200})"/.exec(text)?.[1] ?? '';
  const renewed = /"renewTime":"([^"]{10,40})"/.exec(text)?.[1];
  if (renewed === undefined || holder === '') return;
  sink('renewal', plausible(rfc3339(renewed)), 1000, holderMachine(holder, '', ''), 'leader annotation renewTime', 2_000);
}

/** The machine behind a Lease: a node Lease's own name, an API server's host label, a leader's host name. */
function holderMachine(holder: string, namespace: string, hostname: string): string {
  if (namespace === 'kube-node-lease') return holder;
  if (hostname !== '') return hostname;
  return `?${holder.split('_')[0] ?? holder}`;
}

/** Rhythm that client-go uses: nodes and API servers a quarter of the lease (at most 10 s), leaders faster. */
function rhythm(namespace: string, durationSeconds: number): number {
  if (namespace === 'kube-node-lease') return Math.max(1, durationSeconds / 4) * 1000;
  return durationSeconds > 600 ? 10_000 : Math.max(2, durationSeconds / 3) * 1000;
}

type KindReader = (bytes: Uint8Array, start: number, stop: number, header: StampHeader, sink: StampSink) => void;

const readLease: KindReader = (bytes, start, stop, header, sink) => {
  let holder = '';
  let duration = 0;
  let renewed: number | null = null;
  eachIn(bytes, start, stop, leaseField.spec, (spec) => {
    while (spec.next()) {
      if (spec.field === leaseSpecField.holderIdentity && spec.wire === 2) holder = spec.text().slice(0, 200);
      else if (spec.field === leaseSpecField.leaseDurationSeconds && spec.wire === 0) duration = spec.value;
      else if (spec.field === leaseSpecField.renewTime && spec.wire === 2) renewed = plausible(timeMessage(bytes, spec.start, spec.stop));
    }
    if (spec.malformed) renewed = null;
  });
  leaseStamp(holder, duration, renewed, header, sink);
};

function leaseStamp(holder: string, duration: number, renewed: number | null, header: StampHeader, sink: StampSink): void {
  if (duration <= 0 || duration > 86_400) return;
  const machine = header.namespace === 'kube-node-lease' ? header.name : holderMachine(holder, header.namespace, header.hostname);
  if (machine !== '' && machine !== '?') sink('renewal', renewed, 1, machine, 'renewTime', rhythm(header.namespace, duration));
}

const readEvent: KindReader = (bytes, start, stop, _header, sink) => {
  const event = new WireCursor(bytes, start, stop);
  let machine = '?events';
  let newest: number | null = null;
  const later = (from: number, to: number): void => {
    const time = plausible(timeMessage(bytes, from, to));
    if (time !== null && (newest === null || time > newest)) newest = time;
  };
  while (event.next()) {
    if (event.wire !== 2) continue;
    if (event.field === eventField.source) {
      const source = event.inside();
      while (source.next()) if (source.field === eventSourceField.host && source.stop > source.start) machine = source.text();
    } else if (event.field === eventField.lastTimestamp || event.field === eventField.firstTimestamp || event.field === eventField.eventTime) later(event.start, event.stop);
    else if (event.field === eventField.series) {
      const series = event.inside();
      while (series.next()) if (series.field === eventSeriesField.lastObservedTime && series.wire === 2) later(series.start, series.stop);
    }
  }
  sink('floor', newest, 1000, machine, 'Event time');
};

const readNode: KindReader = (bytes, start, stop, header, sink) => {
  conditions(bytes, start, stop, nodeField.status, nodeStatusField.conditions, nodeConditionField.lastHeartbeatTime, (time) =>
    sink('floor', time, 1000, header.name, 'lastHeartbeatTime', 300_000));
};

const readPod: KindReader = (bytes, start, stop, header, sink) => {
  if (header.managed === null)
    conditions(bytes, start, stop, nodeField.status, podStatusField.conditions, podConditionField.lastTransitionTime, (time) =>
      sink('floor', time, 1000, '?kubelet', 'condition time'));
};

/** Calls `use` with the newest time of one field over all conditions of a status. */
function conditions(bytes: Uint8Array, start: number, stop: number, statusField: number, listField: number, timeFieldNumber: number, use: (time: number | null) => void): void {
  let newest: number | null = null;
  eachIn(bytes, start, stop, statusField, (status) => {
    while (status.next()) {
      if (status.field !== listField || status.wire !== 2) continue;
      const condition = status.inside();
      while (condition.next()) {
        if (condition.field !== timeFieldNumber || condition.wire !== 2) continue;
        const time = plausible(timeMessage(bytes, condition.start, condition.stop));
        if (time !== null && (newest === null || time > newest)) newest = time;
      }
    }
  });
  use(newest);
}

const readStatusTimes =
  (first: number, second: number): KindReader =>
  (bytes, start, stop, header, sink) => {
    if (header.managed !== null) return;
    eachIn(bytes, start, stop, nodeField.status, (status) => {
      while (status.next())
        if (status.wire === 2 && (status.field === first || status.field === second)) sink('floor', plausible(timeMessage(bytes, status.start, status.stop)), 1000, '?controllers', 'status time');
    });
  };

/** Visits each occurrence of one sub-message of the message in the range. */
function eachIn(bytes: Uint8Array, start: number, stop: number, field: number, visit: (inner: WireCursor) => void): void {
  const cursor = new WireCursor(bytes, start, stop);
  while (cursor.next()) if (cursor.field === field && cursor.wire === 2) visit(cursor.inside());
}

/** Readers for kinds whose own fields add times. */
const byKind = new Map<string, KindReader>([
  ['Lease', readLease],
  ['Event', readEvent],
  ['Node', readNode],
  ['Pod', readPod],
  ['Job', readStatusTimes(jobStatusField.startTime, jobStatusField.completionTime)],
  ['CronJob', readStatusTimes(cronJobStatusField.lastScheduleTime, cronJobStatusField.lastSuccessfulTime)],
]);

/** Times of one protobuf object beyond its metadata; nothing for kinds that add none. */
export function kindStamps(kind: string, bytes: Uint8Array, start: number, stop: number, header: StampHeader, sink: StampSink): void {
  byKind.get(kind)?.(bytes, start, stop, header, sink);
}

/** The same for objects stored as JSON or CBOR, given as a plain value. */
export function plainStamps(kind: string, object: unknown, header: StampHeader, sink: StampSink): void {
  const at = (value: unknown, key: string): unknown => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined);
  const time = (value: unknown): number | null => (typeof value === 'string' ? plausible(rfc3339(value)) : null);
  if (kind === 'Lease') {
    const spec = at(object, 'spec');
    const holder = at(spec, 'holderIdentity');
    leaseStamp(typeof holder === 'string' ? holder.slice(0, 200) : '', Number(at(spec, 'leaseDurationSeconds') ?? 0) || 0, time(at(spec, 'renewTime')), header, sink);
  } else if (kind === 'Event') {
    const host = at(at(object, 'source'), 'host');
    const times = [at(object, 'lastTimestamp'), at(object, 'eventTime'), at(at(object, 'series'), 'lastObservedTime')].map(time).filter((t) => t !== null);
    sink('floor', times.length === 0 ? null : Math.max(...times), 1000, typeof host === 'string' && host !== '' ? host : '?events', 'Event time');
  }
}
