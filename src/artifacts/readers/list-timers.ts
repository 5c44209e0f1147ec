import { parseSystemdTime } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import { headerColumns } from '../columns.js';
import type { ArtifactReader } from '../reader.js';

const header = /^\s*NEXT\s+LEFT\s+LAST\s+PASSED\s+UNIT\s+ACTIVATES/;

/** `systemctl list-timers`: columns contain blanks, so they are cut at the header's offsets. */
export const listTimers: ArtifactReader = {
  kind: 'systemctl-list-timers',
  selective: true,
  recognise: (section) => {
    const at = section.head.findIndex((line) => header.test(line));
    return at < 0 ? { score: 0, by: '' } : { score: at === 0 ? 95 : 85, by: 'header line' };
  },
  *read(section) {
    let offsets: readonly number[] | null = null;
    for (const line of section.lines()) {
      if (header.test(line.text)) {
        offsets = headerColumns(line.text).starts;
        continue;
      }
      const units = /(\S+\.timer)\s+(\S+\.\w+)?\s*$/.exec(line.text);
      if (offsets === null || units === null) continue;
      const stamps = [...line.text.matchAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: [A-Z]{2,5}| [+-]\d\d)?/g)];
      let next: Stamp | null = null;
      let last: Stamp | null = null;
      for (const stamp of stamps) {
        if (stamp.index < offsets[1]! || (next === null && stamp.index < offsets[2]! - 4)) next = parseSystemdTime(stamp[0]);
        else last = parseSystemdTime(stamp[0]);
      }
      yield { kind: 'timer', at: cite(section, line), host: section.host, unit: units[1]!, schedule: null, last, next, activates: units[2] ?? null };
    }
  },
};
