import { civil, epoch, parseIso, parseSyslogTime, parseSystemdTime, withKnownOffset } from '../../time/parse.js';
import { monthNumber } from '../../time/month-names.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import type { BootFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';

const date = String.raw`(?:\S{2,4} )?\S{3,5}\s+\d{1,2} \d{2}:\d{2}(?::\d{2})?(?: \d{4})?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d`;
const lastRow = new RegExp(String.raw`^(\S+)\s+(system boot|system down|\(to lvl \d\)|old time|new time|LOGIN|\S+)\s+(?:(.*?)\s+)?(${date})(?:\s+-\s+(${date}|\d{2}:\d{2}(?::\d{2})?|crash|down|gone|still)|\s+(still (?:logged in|running)|gone - no logout))?(.*)$`);
const begins = /^(?:wtmp|btmp|\/var\/log\/wtmp\S*|\S*wtmp\S*)\s+(?:begins|开始)\s*(.+)$/;

/** `last`, `last -x`, `-F`, `--time-format iso`: boots, shutdowns, crashes, clock changes, logins (util-linux last.c). */
export const last: ArtifactReader = {
  kind: 'last',
  selective: true,
  recognise(section) {
    if (section.head.some((line) => begins.test(line))) return { score: 95, by: 'wtmp begins' };
    const rows = section.head.filter((line) => /^(?:reboot\s+system boot|shutdown system down|runlevel \(to lvl)/.test(line) && lastRow.test(line)).length;
    if (rows > 0) return { score: 90, by: 'reboot rows' };
    const logins = section.head.filter((line) => /^\S+\s+(?:pts\/\d+|tty\d+|:\d)\s/.test(line) && lastRow.test(line)).length;
    return logins > 0 && /\blast\b/.test(section.command ?? section.artifact) ? { score: 80, by: 'login rows' } : { score: 0, by: '' };
  },
  *read(section) {
    for (const line of section.lines()) {
      const wtmp = begins.exec(line.text);
      if (wtmp !== null) {
        yield bootFact(section, line, 'log-begins', dated(wtmp[1]!), null, null);
        continue;
      }
      const match = lastRow.exec(line.text);
      if (match === null) continue;
      const [, user, where, , start, end, still] = match;
      const time = dated(start!);
      if (time === null) continue;
      const over = end === undefined || still !== undefined ? null : endOf(end, time);
      if (user === 'reboot') yield bootFact(section, line, 'boot', time, over, null);
      else if (user === 'shutdown') yield bootFact(section, line, 'shutdown', time, over, null);
      else if (user === 'runlevel') continue;
      else if (/^(?:old|new) time$/.test(where!) || user === 'date') yield bootFact(section, line, 'clock-change', time, null, user!);
      else {
        yield bootFact(section, line, 'login', time, over, user!);
        if (end === 'crash') yield bootFact(section, line, 'crash', time, null, user!);
      }
      if (user === 'reboot' && end === 'crash') yield bootFact(section, line, 'crash', time, null, null);
    }
  },
};

function bootFact(section: Section, line: TextLine, what: BootFact['what'], time: Stamp | null, end: Stamp | null, user: string | null): BootFact {
  return { kind: 'boot', at: cite(section, line), host: section.host, what, time, end, user };
}

/** `Mon May 13 09:12`, `Mon Jul 10 15:06:18 2023`, ISO. */
function dated(text: string): Stamp | null {
  const iso = parseIso(text);
  if (iso !== null) return iso;
  const full = parseSyslogTime(text);
  if (full !== null) return withKnownOffset(full.stamp);
  const match = /(?:^|\s)(\S{3,5})\s+(\d{1,2}) (\d{2}):(\d{2})(?: (\d{4}))?/.exec(text.trim());
  const month = match === null ? null : monthNumber(match[1]!);
  if (match === null || month === null) return null;
  return civil({ year: match[5] === undefined ? null : Number(match[5]), month, day: Number(match[2]), hour: Number(match[3]), minute: Number(match[4]), precisionMs: 60_000 });
}

/** The end column may be a bare clock time of the same day. */
function endOf(text: string, start: Stamp): Stamp | null {
  const full = dated(text);
  if (full !== null) return full;
  const clock = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock === null || start.kind !== 'civil') return null;
  return { ...start, hour: Number(clock[1]), minute: Number(clock[2]), second: Number(clock[3] ?? 0), precisionMs: clock[3] === undefined ? 60_000 : 1000 };
}

const up = /^\s*(\d{1,2}:\d{2}(?::\d{2})?)\s*(am|pm)?\s+up\s+(?:(\d+)\s+days?,\s*)?(?:(\d+):(\d{2})|(\d+)\s*min(?:utes?)?|(\d+)\s*hours?|(\d+)\s*sec)?/i;

/** `uptime`, the first line of `w` and `top`, `uptime -s`, `who -b`, `/proc/stat` btime, `journalctl --list-boots`. */
export const uptime: ArtifactReader = {
  kind: 'uptime',
  selective: true,
  recognise(section) {
    if (section.head.slice(0, 8).some((line) => up.test(line.replace(/^top - /, '')) && /load average|users?/.test(line))) return { score: 90, by: 'up … load average' };
    if (section.head.some((line) => /^\s+(?:system boot|系统引导|系统启动)\s+\d{4}-\d\d-\d\d|^btime \d{10}/.test(line))) return { score: 90, by: 'system boot line' };
    if (section.head.some((line) => listBoots.test(line))) return { score: 90, by: 'boot list rows' };
    return /\buptime -s\b/.test(section.command ?? '') && parseIso(section.head[0] ?? '') !== null ? { score: 92, by: 'command uptime -s' } : { score: 0, by: '' };
  },
  *read(section) {
    for (const line of section.lines()) {
      const boot = /^\s+(?:system boot|系统引导|系统启动)\s+(\d{4}-\d\d-\d\d \d\d:\d\d)/.exec(line.text)?.[1] ?? (/\buptime -s\b/.test(section.command ?? '') ? line.text : undefined);
      const since = boot === undefined ? null : parseIso(boot);
      if (since !== null) yield bootFact(section, line, 'boot', since, null, null);
      const btime = /^btime (\d{10})$/.exec(line.text)?.[1];
      if (btime !== undefined) yield bootFact(section, line, 'boot', epoch(Number(btime) * 1000, 1000), null, null);
      const row = listBoots.exec(line.text);
      if (row !== null) {
        const stamps = line.text.match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: [A-Z]{2,5}| [+-]\d\d)?/g) ?? [];
        if (stamps.length === 2) yield bootFact(section, line, 'boot', parseSystemdTime(stamps[0]!), parseSystemdTime(stamps[1]!), null);
      }
      const match = up.exec(line.text.replace(/^top - /, ''));
      if (match !== null && /load average|users?/.test(line.text)) yield bootFact(section, line, 'uptime', uptimeAgo(match), null, null);
    }
  },
};

const listBoots = /^\s*-?\d+\s+[0-9a-f]{32}\s+\S+ \d{4}-\d\d-\d\d/;

/** "up 3 days, 2:04": floors to the minute. */
function uptimeAgo(match: RegExpExecArray): Stamp {
  const [days, hours, minutes, onlyMinutes, onlyHours, seconds] = match.slice(3).map((v) => Number(v ?? 0));
  const ms = ((days! * 24 + hours! + onlyHours!) * 60 + minutes! + onlyMinutes!) * 60_000 + seconds! * 1000;
  return { kind: 'ago', minMs: ms, maxMs: ms + 60_000 };
}
