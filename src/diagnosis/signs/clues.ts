import type { LogFact } from '../../artifacts/fact.js';
import { middle, unknownTime } from '../../time/interval.js';
import type { Hit, Sign } from '../rule.js';
import type { View } from '../view.js';
import { alarm, endpoint, members } from './cluster.js';
import { either, hitOf, isAfter } from './combine.js';
import { bootWithoutShutdown, journalBreaksOff, process, unit, runsEtcd } from './host.js';
import { says, etcdDies, wordsOf } from './logs.js';

/** How people write about a power cut. */
export const powerWords = /power (?:cut|outage|failure|loss|went)|blackout|hard reset|UPS\b|停电|断电|掉电|市电|机房.{0,4}电/i;

/** Commands that set a disk or machine back to an earlier state. */
export const rollbackCommands = /\bvirsh\s+snapshot-revert\b|\blvconvert\s+--merge(?:snapshot)?\b|\bzfs\s+rollback\b|\bbtrfs\s+sub\S*\s+snapshot\b.*\betcd|\bqm\s+rollback\b|\bgovc\s+snapshot\.revert\b|\brevert(?:-|To)Snapshot\b|\bqemu-img\s+snapshot\s+-a\b/i;

/** Words of etcd itself, not of a tool that looked at a snapshot. */
export function byServer(fact: LogFact): boolean {
  return fact.source === 'etcd' || fact.source === 'k3s' || fact.source === 'rke2';
}

/** Not a floppy or optical drive, whose errors are noise of virtual machines. */
export function onDisk(fact: LogFact): boolean {
  return !/\b(?:fd|sr)\d\b/.test(wordsOf(fact));
}

/** A certificate trouble of etcd, the apiserver or a kubelet, not of a webhook or of somebody's old kubeconfig. */
export function aboutControlPlane(fact: LogFact): boolean {
  const words = wordsOf(fact);
  return !/Unable to authenticate the request|webhook|metrics/i.test(words) && (byServer(fact) || fact.source !== 'kube-apiserver' || /:(?:2379|2380|4001|6443)\b|etcd|storage backend|createTransport|handshake/.test(words));
}

/** The signature of a token is refused; a token that ran out, or whose account is gone, is routine. */
export function refusedSignature(fact: LogFact): boolean {
  return !/has expired|not found|has been invalidated|no longer valid|not valid yet/.test(wordsOf(fact));
}

/** Trouble inside a volume of some pod, which may lie anywhere. */
export function inVolume(fact: LogFact): boolean {
  return /\/volumes\/|\/plugins\/|volumeName/.test(wordsOf(fact));
}

export const nospace: Sign = either(alarm('NOSPACE'), says('etcd.quota', 'apiserver.nospace'), endpoint((fact) => /NOSPACE|space exceeded/.test(fact.error ?? '')));
export const oneMember: Sign = members((count) => count === 1);
export const severalMembers: Sign = members((count) => count > 1);

/** Several endpoints were asked, and none is healthy. */
export const noEndpointHealthy: Sign = (view) => {
  const asked = view.facts('endpoint').filter((fact) => fact.healthy !== null);
  return new Set(asked.map((fact) => fact.endpoint)).size < 2 || asked.some((fact) => fact.healthy) ? [] : asked.map((fact) => hitOf(view, fact, fact.collected));
};

/** SMART says that a disk is failing. */
export const smartFailing: Sign = (view) => view.facts('metric')
  .filter((fact) => (fact.name === 'smart_overall_health_passed' && fact.value === 0) || (/^smart_(?:reallocated_sector_ct|current_pending_sector|offline_uncorrectable|media_and_data_integrity_errors|media_errors|critical_warning)$/.test(fact.name) && fact.value > 0))
  .map((fact) => hitOf(view, fact, null));

/** Kubernetes says that the container of etcd was ended for lack of memory. */
export const killedForMemory: Sign = (view) => view.facts('kube-object')
  .filter((fact) => fact.resource === 'pod' && /^etcd(?:-|$)/.test(fact.name) && (fact.namespace === null || fact.namespace === 'kube-system') && /OOMKilled/.test(`${fact.status ?? ''} ${fact.fields['Reason'] ?? ''} ${fact.fields['exitReason.etcd'] ?? ''}`))
  .map((fact) => hitOf(view, fact, null));

/** `old time` / `new time` rows and clocks in the seventies. */
export const clockStepped: Sign = (view) => view.facts('boot').filter((fact) => fact.what === 'clock-change').map((fact) => hitOf(view, fact, fact.time));

/** A certificate whose end lies before the collection of the bundle. */
export const expiredCertificate: Sign = (view) => {
  const collected = view.draft.collected.notBefore ?? view.draft.collected.best;
  if (collected === null) return [];
  return view.facts('certificate')
    .filter((fact) => {
      const end = middle(view.when(fact.notAfter, fact));
      return end !== null && end < collected;
    })
    .map((fact) => hitOf(view, fact, fact.notAfter));
};

/** The address that etcd shall listen on is not among the addresses of its host. */
export const addressMissing: Sign = (view) => {
  const own = view.facts('address').filter((fact) => fact.interfaceName !== null);
  const hosts = new Set(own.map((fact) => fact.host));
  return view.facts('env')
    .filter((fact) => hosts.has(fact.host) && fact.key === 'ETCD_LISTEN_PEER_URLS')
    .filter((fact) => {
      const wanted = /\/\/\[?([0-9a-f.:]+?)\]?:\d+/i.exec(fact.value)?.[1];
      return wanted !== undefined && !/^(?:0\.0\.0\.0|127\.|::)/.test(wanted) && !own.some((a) => a.host === fact.host && a.address.split('/')[0] === wanted);
    })
    .map((fact) => hitOf(view, fact, null));
};

/** Two servers in one process list. */
export const twoEtcd: Sign = (view) => {
  const runs = process((fact) => /(?:^|\/)etcd(?:\s|$)/.test(fact.command.split(/\s/)[0] ?? '') && !/^\S*grep/.test(fact.command))(view);
  const hosts = new Map<string, number>();
  for (const hit of runs) hosts.set(`${hit.host ?? ''} ${hit.at.artifact}`, (hosts.get(`${hit.host ?? ''} ${hit.at.artifact}`) ?? 0) + 1);
  return runs.filter((hit) => (hosts.get(`${hit.host ?? ''} ${hit.at.artifact}`) ?? 0) > 1);
};

export const bootSeen: Sign = (view) => view.facts('boot').filter((fact) => fact.what === 'boot').slice(0, 2).map((fact) => hitOf(view, fact, fact.time));

/** More than half of the log flushes in the 99th percentile class above 100 ms cannot be told from counters; the mean can. */
export const slowFsyncMetric: Sign = (view) => {
  const sum = view.facts('metric').find((fact) => fact.name === 'etcd_disk_wal_fsync_duration_seconds_sum');
  const count = view.facts('metric').find((fact) => fact.name === 'etcd_disk_wal_fsync_duration_seconds_count');
  return sum === undefined || count === undefined || count.value < 100 || sum.value / count.value < 0.05 ? [] : [hitOf(view, sum, null), hitOf(view, count, null)];
};

/** More members than not died, fail or are stopped, each shown on its own host. */
export const majorityDead: Sign = (view) => {
  const total = members((count) => count > 1)(view).length === 0 ? 0 : memberCount(view.draft.members.length, view.draft.members.map((m) => m.settings.initialCluster?.value ?? ''));
  const dead = new Map<string, Hit>();
  for (const hit of [...etcdDies(view), ...unit((fact) => runsEtcd(fact.unit) && (fact.active === 'failed' || fact.sub === 'auto-restart' || fact.active === 'inactive'))(view)]) {
    if (hit.host === null || dead.has(hit.host)) continue;
    const healed = says('etcd.ready')(view).some((ready) => ready.host === hit.host && isAfter(ready, hit));
    if (!healed) dead.set(hit.host, hit);
  }
  return total > 1 && dead.size > 0 && total - dead.size < Math.floor(total / 2) + 1 ? [...dead.values()] : [];
};

function memberCount(known: number, clusters: readonly string[]): number {
  return Math.max(known, ...clusters.map((cluster) => cluster.split(',').filter((part) => part.includes('=')).length));
}

/** etcd had been a running member in this log before a start that found nothing. */
export const severalStartsBefore: Sign = (view) => {
  const fresh = says('etcd.data-dir-new')(view);
  return says('etcd.restarting-member', 'etcd.compaction', 'etcd.raft-snapshot-saved')(view).filter((old) => fresh.some((hit) => isAfter(hit, old))).slice(0, 2);
};

/** Two or more of db, log and newest snapshot damaged at once on one host. */
export const flushedDamage: Sign = (view) => {
  const kinds = new Map<string, Hit[]>();
  const note = (kind: string, host: string | null, hit: Hit): void => {
    const key = `${host ?? ''}\n${kind}`;
    kinds.set(key, [...(kinds.get(key) ?? []), hit]);
  };
  for (const hit of says('etcd.db-freepages', 'etcd.db-page', 'etcd.db-fault', 'etcd.db-open-invalid')(view)) note('db', hit.host, hit);
  for (const hit of says('etcd.wal-crc', 'etcd.wal-unreadable', 'etcd.wal-none-id', 'etcd.wal-metadata-conflict')(view)) note('wal', hit.host, hit);
  for (const { candidate, snapshot, boot } of view.draft.candidates) {
    const hit: Hit = { at: candidate.evidence[0] ?? { artifact: candidate.path, text: `${candidate.path}: ${candidate.verdict}` }, host: candidate.host, time: { notBefore: null, best: null, notAfter: null } };
    if (candidate.kind === 'snapshot' && ['truncated', 'damaged', 'empty'].includes(candidate.verdict)) note('snapshot', candidate.host, hit);
    if (candidate.kind === 'data-dir' && snapshot !== null && ['truncated', 'damaged', 'empty', 'not-bbolt'].includes(snapshot.verdict)) note('db', candidate.host, hit);
    if (boot !== null && boot.problems.some((problem) => /wal/i.test(problem.code) && problem.severity !== 'info')) note('wal', candidate.host, hit);
  }
  const byHost = new Map<string, Hit[][]>();
  for (const [key, hits] of kinds) byHost.set(key.split('\n')[0]!, [...(byHost.get(key.split('\n')[0]!) ?? []), hits]);
  return [...byHost.values()].filter((found) => found.length >= 2).flat(2);
};

/** A member that was stopped, or that others could not reach, hours before the end of their own logs. */
export const memberStoppedBefore: Sign = (view) => {
  if (severalMembers(view).length === 0) return [];
  const stops = says('etcd.terminated', 'systemd.stopped')(view);
  const others = says('etcd.peer-unhealthy', 'etcd.compaction', 'etcd.snapshot-streamed')(view);
  const breaks = [...bootWithoutShutdown(view), ...journalBreaksOff(view), ...etcdDies(view)];
  return stops.filter((stop) => {
    const at = middle(stop.time);
    if (at === null) return false;
    const alive = others.some((hit) => hit.host !== stop.host && (middle(hit.time) ?? 0) > at + 3_600_000);
    const restarted = says('etcd.starting', 'etcd.ready')(view).some((hit) => hit.host === stop.host && (middle(hit.time) ?? 0) > at && (middle(hit.time) ?? 0) < at + 3_600_000);
    return alive && !restarted && (breaks.length > 0 || others.length > 0);
  });
};

/** A start with `--unsafe-no-fsync` in unit, env or manifest. */
export const unsafeSetting: Sign = (view) => [
  ...view.facts('env').filter((fact) => fact.key === 'ETCD_UNSAFE_NO_FSYNC' && /^(?:true|1)$/i.test(fact.value)).map((fact) => hitOf(view, fact, null)),
  ...view.facts('unit').filter((fact) => /^ExecStart/.test(fact.key) && /--unsafe-no-fsync(?!=false)/.test(fact.value)).map((fact) => hitOf(view, fact, null)),
  ...view.facts('manifest').filter((fact) => fact.containers.some((c) => c.command.some((word) => /^--unsafe-no-fsync(?!=false)/.test(word)))).map((fact) => hitOf(view, fact, null)),
];

/** How long the failure was unknown to people, in ms: at least, at most; null where nothing bounds it. */
function unnoticed(view: View): { readonly least: number; readonly most: number } | null {
  const { outage } = view.timeline;
  const noticed = outage.detectedAt?.best ?? outage.detectedAt?.notAfter ?? null;
  const first = outage.start.notBefore ?? outage.firstKnownBad?.time.best ?? null;
  const last = outage.start.notAfter ?? first;
  if (noticed === null || first === null || last === null) return null;
  return { least: Date.parse(noticed) - Date.parse(last), most: Date.parse(noticed) - Date.parse(first) };
}

const late = (test: (gap: { readonly least: number; readonly most: number }) => boolean): Sign => (view) => {
  const gap = unnoticed(view);
  return gap === null || !test(gap) ? [] : (view.timeline.outage.firstKnownBad?.evidence ?? []).slice(0, 2).map((at) => ({ at, host: null, time: unknownTime }));
};

/** Between failure and the first look of a person lies more than an hour, whatever the bounds. */
export const noticedLate: Sign = late((gap) => gap.least > 3_600_000);
/** It may have been more than an hour. */
export const perhapsNoticedLate: Sign = late((gap) => gap.least <= 3_600_000 && gap.most > 3_600_000);
