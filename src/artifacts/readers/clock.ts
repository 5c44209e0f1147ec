import { offsetMinutes, parseDateOutput, parseIso, parseSystemdTime } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import type { ClockFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { simpleCommands, programWords } from '../sections/commands.js';

/** `date`, in any locale: the moment of collection and the zone beside it. */
export const dateOutput: ArtifactReader = {
  kind: 'date',
  selective: true,
  recognise(section) {
    const asked = simpleCommands(section.command ?? '').some((command) => programWords(command)[0] === 'date');
    const dates = section.head.filter((line) => parseDateOutput(line) !== null).length;
    if (dates === 0) return { score: 0, by: '' };
    if (asked) return { score: 96, by: 'command date' };
    return section.head.length <= 3 && dates === section.head.length ? { score: 90, by: 'date line' } : { score: 0, by: '' };
  },
  *read(section) {
    let left = Math.max(1, simpleCommands(section.command ?? '').filter((command) => programWords(command)[0] === 'date').length);
    for (const line of section.lines()) {
      const now = parseDateOutput(line.text);
      if (now === null || left === 0) continue;
      left--;
      yield clockFact(section, line, { now, offsetMinutes: zoneWritten(section, line) });
    }
  },
};

/** `date` without -u prints the host's own zone: UTC or an offset beside the time is proof of it. */
function zoneWritten(section: Section, line: TextLine): number | null {
  if (section.command === null || /\bdate\s+(?:-\w*u|--u)/.test(section.command) || /\bTZ=/.test(section.command)) return null;
  const word = /\s(UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})(?:\s+\d{4})?\s*$/.exec(line.text)?.[1];
  return word === undefined ? null : offsetMinutes(word);
}

function clockFact(section: Section, line: TextLine, known: Partial<Omit<ClockFact, 'kind' | 'at' | 'host'>>): ClockFact {
  return { kind: 'clock', at: cite(section, line), host: section.host, now: null, universal: null, rtc: null, zoneName: null, offsetMinutes: null, synchronized: null, ...known };
}

/** `timedatectl`, also with Chinese labels: local, universal and RTC time, zone, synchronisation. */
export const timedatectl: ArtifactReader = {
  kind: 'timedatectl',
  selective: true,
  recognise: (section) => (section.head.some((line) => /^\s*(?:Local time|本地时间)\s*[:：]/.test(line)) || section.head.filter((line) => /^(?:Timezone|LocalRTC|NTPSynchronized|TimeUSec|RTCTimeUSec)=/.test(line)).length >= 2 ? { score: 93, by: 'Local time: line' } : { score: 0, by: '' }),
  *read(section) {
    let anchor: TextLine | null = null;
    const known: { -readonly [K in keyof Partial<ClockFact>]: ClockFact[K] } = {};
    for (const line of section.lines()) {
      const match = /^\s*([\w \u4e00-\u9fff()]+?)\s*[:：=]\s*(.+)$/.exec(line.text);
      if (match === null) continue;
      const [, label, value] = match as unknown as [string, string, string];
      const time = (): Stamp | null => parseSystemdTime(value);
      if (/^(?:Local time|本地时间|TimeUSec)$/.test(label)) {
        anchor = line;
        known.now = time();
      } else if (/^(?:Universal time|世界时间|协调世界时)$/.test(label)) known.universal = parseSystemdTime(/UTC|GMT|[+-]\d\d/.test(value) ? value : `${value} UTC`);
      else if (/^(?:RTC time|RTC 时间|RTC时间|RTCTimeUSec)$/.test(label)) known.rtc = time();
      else if (/^(?:Time zone|Timezone|时区)$/.test(label)) {
        known.zoneName = /^([\w+-]+(?:\/[\w+-]+)*)/.exec(value)?.[1] ?? null;
        const offset = /([+-]\d{4})/.exec(value)?.[1];
        known.offsetMinutes = offset === undefined ? null : offsetMinutes(offset);
        anchor ??= line;
      } else if (/synchronized|NTPSynchronized|已同步|同步/i.test(label)) known.synchronized = /^(?:yes|是)/i.test(value);
    }
    if (anchor !== null) yield clockFact(section, anchor, known);
  },
};

/** `chronyc tracking`: whether the clock was led, and by how much it was off. */
export const chronyc: ArtifactReader = {
  kind: 'chronyc',
  selective: true,
  recognise: (section) => (section.head.some((line) => /^Reference ID\s*:/.test(line)) && section.head.some((line) => /^(?:System time|Leap status)\s*:/.test(line)) ? { score: 93, by: 'Reference ID line' } : { score: 0, by: '' }),
  *read(section) {
    for (const line of section.lines()) {
      const leap = /^Leap status\s*:\s*(.+)$/.exec(line.text)?.[1];
      if (leap !== undefined) yield clockFact(section, line, { synchronized: /^Normal/.test(leap) });
    }
  },
};

/** A file that is nothing but the zone: `/etc/timezone`, the target of `/etc/localtime`. */
export const zoneFile: ArtifactReader = {
  kind: 'zone',
  recognise: (section) => {
    const zone = zoneIn(section.head[0] ?? '');
    if (zone === null || section.head.length > 2) return { score: 0, by: '' };
    return /timezone|localtime|\bdate \+%Z/.test(`${section.artifact} ${section.command ?? ''}`) ? { score: 93, by: 'zone name' } : { score: 0, by: '' };
  },
  *read(section) {
    for (const line of section.lines()) {
      const zone = zoneIn(line.text);
      if (zone !== null) yield clockFact(section, line, { zoneName: zone, offsetMinutes: offsetMinutes(zone), now: parseIso(line.text) });
    }
  },
};

function zoneIn(text: string): string | null {
  return /(?:zoneinfo\/)?((?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc|US)\/[\w+/-]+|UTC|GMT)\s*$/.exec(text)?.[1] ?? null;
}
