import { Cron } from 'croner';

/** When a job runs. Zones are IANA names or `UTC`; `everyMs` counts from the last run, so it has no clock. */
export type Schedule = { readonly kind: 'cron'; readonly expression: string; readonly zone: string | null } | { readonly kind: 'every'; readonly everyMs: number };

/** More runs than this are not listed: a dense schedule over months says nothing more. */
const mostRuns = 3000;

const named: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@weekly': '0 0 * * 0', '@monthly': '0 0 1 * *', '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@every_minute': '* * * * *',
  minutely: '* * * * *', hourly: '0 * * * *', daily: '0 0 * * *', weekly: '0 0 * * 1', monthly: '0 0 1 * *', quarterly: '0 0 1 1,4,7,10 *', semiannually: '0 0 1 1,7 *', yearly: '0 0 1 1 *', annually: '0 0 1 1 *',
};

/** Reads a crontab schedule, systemd's `OnCalendar` or `OnUnitActiveSec=30min`; null when it says no time (`@reboot`). */
export function parseSchedule(text: string, zone: string | null): Schedule | null {
  const words = text.trim().replace(/\s+/g, ' ');
  const known = named[words.toLowerCase()];
  if (known !== undefined) return { kind: 'cron', expression: known, zone };
  const every = /^(?:OnUnitActiveSec|OnUnitInactiveSec|OnBootSec|@every)\s*=?\s*(.+)$/.exec(words);
  if (every !== null) {
    const everyMs = duration(every[1]!);
    return everyMs === null || everyMs < 1000 || words.startsWith('OnBootSec') ? null : { kind: 'every', everyMs };
  }
  if (/^(?:\S+ ){4}\S+$/.test(words) && !/[:]|\.\./.test(words)) return valid({ kind: 'cron', expression: words, zone });
  return calendar(words, zone);
}

function valid(schedule: Extract<Schedule, { kind: 'cron' }>): Schedule | null {
  return runner(schedule) === null ? null : schedule;
}

function runner({ expression, zone }: Extract<Schedule, { kind: 'cron' }>): Cron | null {
  try {
    return new Cron(expression, { mode: '5-part', paused: true, ...(zone === null ? { timezone: 'UTC' } : { timezone: zone }) });
  } catch {
    return null;
  }
}

const units: Readonly<Record<string, number>> = { '': 1000, s: 1000, sec: 1000, second: 1000, seconds: 1000, m: 60_000, min: 60_000, minute: 60_000, minutes: 60_000, h: 3_600_000, hr: 3_600_000, hour: 3_600_000, hours: 3_600_000, d: 86_400_000, day: 86_400_000, days: 86_400_000, w: 604_800_000, week: 604_800_000, weeks: 604_800_000 };

function duration(text: string): number | null {
  let total = 0;
  const rest = text.replace(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/gi, (_, n: string, unit: string) => {
    total += Object.hasOwn(units, unit.toLowerCase()) ? Number(n) * units[unit.toLowerCase()]! : NaN;
    return '';
  });
  return rest.trim() === '' && Number.isFinite(total) && total > 0 ? total : null;
}

const weekdays = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*';
const onCalendar = new RegExp(String.raw`^(?:(${weekdays}(?:(?:\.\.|,|-)${weekdays})*)\s+)?(?:([\d*,/]+)-([\d*,/.]+)-([\d*,/.~]+)\s*)?(?:([\d*,/.]+):([\d*,/.]+)(?::[\d*,/.]+)?)?(?:\s+(UTC|[A-Z][A-Za-z]+/[A-Za-z_/]+))?$`);

/** systemd's calendar (`Mon..Fri *-*-* 02:00:00`, `*:0/30`, `*-*-* *:00/30:00 UTC`) as a crontab expression. */
function calendar(text: string, zone: string | null): Schedule | null {
  const match = onCalendar.exec(text);
  if (match === null || text === '') return null;
  const [, days, , month, day, hour, minute, ownZone] = match;
  if (days === undefined && day === undefined && hour === undefined) return null;
  const field = (value: string | undefined, missing: string, most: number): string =>
    (value ?? missing).replace(/\.\./g, '-').replace(/\b0+(\d)/g, '$1').replace(/(^|,)(\d+)\/(\d+)/g, `$1$2-${most}/$3`);
  const week = days === undefined ? '*' : days.replace(/\.\./g, '-').replace(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*/g, '$1');
  return valid({ kind: 'cron', expression: `${field(minute, '0', 59)} ${field(hour, '0', 23)} ${field(day, '*', 31)} ${field(month, '*', 12)} ${week}`, zone: ownZone ?? zone });
}

/** All runs in `[from, to]`, ms since the epoch; the newest ones when there are too many. */
export function runsBetween(schedule: Schedule, from: number, to: number): readonly number[] {
  if (schedule.kind === 'every' || to <= from) return [];
  const cron = runner(schedule);
  if (cron === null) return [];
  const first = cron.nextRun(new Date(from - 1000));
  const second = first === null ? null : cron.nextRun(first);
  const step = first === null || second === null ? to - from : second.getTime() - first.getTime();
  const start = Math.max(from, to - step * mostRuns);
  const runs: number[] = [];
  let at = new Date(start - 1000);
  while (runs.length < mostRuns) {
    const next = cron.nextRun(at);
    if (next === null || next.getTime() > to) break;
    if (next.getTime() >= start) runs.push(next.getTime());
    at = next;
  }
  return runs;
}

/** The longest pause between two runs in ms: what the schedule promises; null when it runs at most once. */
export function longestPause(schedule: Schedule, around: number): number | null {
  if (schedule.kind === 'every') return schedule.everyMs;
  const cron = runner(schedule);
  if (cron === null) return null;
  const runs: number[] = [];
  let at = new Date(around);
  for (let i = 0; i < 60; i++) {
    const next = cron.nextRun(at);
    if (next === null) break;
    runs.push(next.getTime());
    at = next;
  }
  const pauses = runs.slice(1).map((run, i) => run - runs[i]!);
  return pauses.length === 0 ? null : Math.max(...pauses);
}
