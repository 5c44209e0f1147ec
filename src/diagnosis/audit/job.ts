import type { BackupScriptFact, CronFact, Fact, TimerFact } from '../../artifacts/fact.js';
import type { Place } from '../../artifacts/place.js';
import type { Draft } from '../../case/draft.js';
import type { Basis } from '../../case/model.js';
import { parseSchedule, type Schedule } from './schedule.js';

/** One way in which backups are made on a host: a schedule, the script that it runs, or both. */
export interface BackupJob {
  readonly host: string | null;
  /** As written; null for a script that nothing is known to start. */
  readonly schedule: string | null;
  readonly when: Schedule | null;
  readonly command: string;
  readonly disabled: boolean;
  readonly script: BackupScriptFact | null;
  /** Folder or pattern of the results. */
  readonly target: string | null;
  readonly keep: number | null;
  readonly basis: Basis;
  readonly places: readonly Place[];
}

const backupWords = /etcd\S*[-_ ]?(?:backup|snapshot|snap|dump)|(?:backup|snapshot|dump)\S*[-_ ]?etcd|snapshot\s+save|etcd-snapshot\s+save|cluster-backup\.sh|etcdctl\b.*\bbackup\b|velero|etcd-backup/i;
const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Finds every backup job of the bundle and joins schedules with the scripts that they run. */
export function backupJobs(draft: Draft): readonly BackupJob[] {
  const scripts = draft.facts.filter((fact): fact is BackupScriptFact => fact.kind === 'backup-script');
  const zoneOf = (host: string | null): string | null => cronZone(draft.hosts.find((one) => one.name === host)?.zone?.value ?? draft.zone?.value ?? null);
  const used = new Set<BackupScriptFact>();
  const jobs: BackupJob[] = [];
  const add = (schedule: string | null, when: Schedule | null, command: string, fact: CronFact | TimerFact, disabled: boolean): void => {
    const script = scriptOf(command, fact.host, scripts);
    if (script !== null) used.add(script);
    jobs.push({ host: fact.host, schedule, when, command, disabled, script, target: script?.targetPattern ?? targetIn(command), keep: script?.rotation?.keep ?? null, basis: 'observed', places: script === null ? [fact.at] : [fact.at, script.at] });
  };
  for (const fact of draft.facts) {
    if (fact.kind === 'cron' && (backupWords.test(fact.command) || scriptOf(fact.command, fact.host, scripts) !== null)) {
      add(fact.schedule, parseSchedule(fact.schedule, cronZone(fact.zone) ?? zoneOf(fact.host)), fact.command, fact, fact.disabled);
    }
  }
  for (const fact of timers(draft.facts)) {
    const command = serviceCommand(draft.facts, fact);
    if (!backupWords.test(`${fact.unit} ${fact.activates ?? ''} ${command}`) && scriptOf(command, fact.host, scripts) === null) continue;
    const zone = fact.zone ?? (/^(?:cronjob|backup)\//.test(fact.unit) ? 'UTC' : zoneOf(fact.host));
    add(fact.schedule, fact.schedule === null ? null : parseSchedule(fact.schedule, zone), command === '' ? fact.unit : command, fact, false);
  }
  for (const script of scripts) if (!used.has(script)) jobs.push({ host: script.host, schedule: null, when: null, command: script.path ?? script.at.artifact, disabled: false, script, target: script.targetPattern, keep: script.rotation?.keep ?? null, basis: 'observed', places: [script.at] });
  return [...jobs, ...builtIn(draft, jobs, zoneOf)];
}

/** croner knows IANA names; a bare offset is written as one (`Etc/GMT-8` is east). */
function cronZone(zone: string | null): string | null {
  if (zone === null) return null;
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(00)?$/.exec(zone);
  if (offset !== null) return Number(offset[2]) === 0 ? 'UTC' : `Etc/GMT${offset[1] === '+' ? '-' : '+'}${Number(offset[2])}`;
  return zone.includes('/') || zone === 'UTC' ? zone : null;
}

/** One fact per timer: the unit file's schedule together with what list-timers saw. */
function timers(facts: readonly Fact[]): readonly TimerFact[] {
  const byUnit = new Map<string, TimerFact>();
  for (const fact of facts) {
    if (fact.kind !== 'timer') continue;
    const key = `${fact.host ?? ''} ${fact.unit}`;
    const known = byUnit.get(key);
    byUnit.set(key, known === undefined ? fact : { ...known, schedule: known.schedule ?? fact.schedule, last: known.last ?? fact.last, next: known.next ?? fact.next, activates: known.activates ?? fact.activates });
  }
  return [...byUnit.values()];
}

/** What the service of a timer runs. */
function serviceCommand(facts: readonly Fact[], timer: TimerFact): string {
  const service = timer.activates ?? timer.unit.replace(/\.timer$/, '.service');
  for (const fact of facts) if (fact.kind === 'unit' && fact.unit === service && fact.key === 'ExecStart' && (fact.host === timer.host || fact.host === null)) return fact.value;
  return '';
}

function scriptOf(command: string, host: string | null, scripts: readonly BackupScriptFact[]): BackupScriptFact | null {
  const words = command.split(/\s+/).map((word) => base(word.replace(/["';]/g, '')));
  const named = scripts.filter((script) => words.includes(base(script.path ?? script.at.artifact)));
  // A script that was copied off one host usually lies on all of them.
  return named.find((script) => script.host === host) ?? named[0] ?? null;
}

function targetIn(command: string): string | null {
  return /\bsnapshot\s+save\s+(\S+)/.exec(command)?.[1] ?? null;
}

/**
 * k3s and RKE2 make snapshots by themselves, every twelve hours and five of them, unless config.yaml or
 * the command line says otherwise.
 */
function builtIn(draft: Draft, jobs: readonly BackupJob[], zoneOf: (host: string | null) => string | null): readonly BackupJob[] {
  const id = draft.installation.id;
  if ((id !== 'k3s' && id !== 'rke2') || jobs.some((job) => job.command.includes('etcd-snapshot'))) return [];
  return draft.members.slice(0, 5).flatMap((member): readonly BackupJob[] => {
    const told = (name: string): { readonly value: string; readonly at: Place } | null => serverOption(draft.facts, member.host, name);
    if (/^(?:true)?$/.test(told('etcd-disable-snapshots')?.value ?? 'false')) return [];
    const written = told('etcd-snapshot-schedule-cron');
    const schedule = written?.value ?? '0 */12 * * *';
    const keep = Number(told('etcd-snapshot-retention')?.value ?? 5);
    const said = [written, told('etcd-snapshot-retention'), told('etcd-snapshot-dir')].flatMap((one) => (one === null ? [] : [one.at]));
    return [{
      host: member.host, schedule, when: parseSchedule(schedule, zoneOf(member.host)), command: `${id} etcd-snapshot`, disabled: false, script: null,
      target: told('etcd-snapshot-dir')?.value ?? `${told('data-dir')?.value ?? `/var/lib/rancher/${id}`}/server/db/snapshots`, keep: Number.isInteger(keep) && keep > 0 ? keep : null,
      basis: written === null ? 'assumed' : 'observed', places: said.length > 0 ? said : member.evidence.slice(0, 1),
    }];
  });
}

/** An option of `k3s server` or `rke2 server` on one host: the command line wins over config.yaml. */
function serverOption(facts: readonly Fact[], host: string | null, name: string): { readonly value: string; readonly at: Place } | null {
  const flag = new RegExp(String.raw`--${name}(?:[= ](?:"([^"]*)"|'([^']*)'|((?:[\d*/,-]+ ){4}[\w*/,-]+|[^\s-]\S*)))?(?:\s|$)`);
  let configured: { readonly value: string; readonly at: Place } | null = null;
  for (const fact of facts) {
    if (fact.host !== host && fact.host !== null) continue;
    const line = fact.kind === 'process' ? fact.command : fact.kind === 'unit' && fact.key === 'ExecStart' ? fact.value : '';
    const match = /\b(?:k3s|rke2)\b/.test(line) ? flag.exec(line) : null;
    if (match !== null) return { value: match[1] ?? match[2] ?? match[3] ?? '', at: fact.at };
    if (fact.kind === 'env' && fact.key === name) configured = { value: fact.value, at: fact.at };
  }
  return configured;
}
