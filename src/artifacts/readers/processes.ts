import { civil } from '../../time/parse.js';
import { monthNumber } from '../../time/month-names.js';
import { cite } from '../cite.js';
import type { ProcessFact } from '../fact.js';
import type { ArtifactReader } from '../reader.js';
import { maskSecrets } from '../secrets.js';

const efHeader = /^\s*(?:F\s+S\s+)?UID\s+PID\s+PPID\s+C\b/;
const auxHeader = /^\s*USER\s+PID\s+%CPU/;
const ef = /^\s*(?:\d\s+\S\s+)?(\S+)\s+(\d+)\s+(\d+)\s+\d+\s+(?:\d+\s+\S+\s+\d+\s+\S+\s+)?(\d{2}:\d{2}|\d{4}|[A-Z][a-z]{2}\s?\d{1,2}|\d{1,2}月\d{1,2})\s+(\S+)\s+([\d-]+:\d{2}(?::\d{2})?)\s+(\S.*)$/;
const aux = /^\s*(\S+)\s+(\d+)\s+[\d.]+\s+[\d.]+\s+\d+\s+\d+\s+\S+\s+\S+\s+(\d{2}:\d{2}|\d{4}|[A-Z][a-z]{2}\s?\d{1,2}|\d{1,2}月\d{1,2})\s+([\d-]+:\d{2}(?::\d{2})?)\s+(\S.*)$/;
const pgrep = /^(\d{1,7})\s+((?:\/|[a-z])\S*(?:\s.*)?)$/;

/** `ps -ef`, `ps aux`, `pgrep -a`: flags in the command are what really runs. */
export const processes: ArtifactReader = {
  kind: 'ps',
  selective: true,
  recognise(section) {
    const at = section.head.findIndex((line) => efHeader.test(line) || auxHeader.test(line));
    if (at >= 0) return { score: at === 0 ? 94 : 84, by: 'header line' };
    const rows = section.head.filter((line) => ef.test(line) || aux.test(line)).length;
    if (rows > 0 && rows >= section.head.length * 0.5) return { score: 82, by: 'process rows' };
    return /\bpgrep\b/.test(section.command ?? '') && section.head.some((line) => pgrep.test(line)) ? { score: 80, by: 'command pgrep' } : { score: 0, by: '' };
  },
  *read(section) {
    const listed = /\bpgrep\b/.test(section.command ?? '');
    for (const line of section.lines()) {
      const a = ef.exec(line.text);
      const b = a === null ? aux.exec(line.text) : null;
      const c = a === null && b === null && listed ? pgrep.exec(line.text) : null;
      let fact: Omit<ProcessFact, 'kind' | 'at' | 'host'> | null = null;
      if (a !== null) fact = { user: a[1]!, pid: Number(a[2]), ppid: Number(a[3]), ...startOf(a[4]!), command: a[7]! };
      else if (b !== null) fact = { user: b[1]!, pid: Number(b[2]), ppid: null, ...startOf(b[3]!), command: b[5]! };
      else if (c !== null) fact = { user: null, pid: Number(c[1]), ppid: null, started: null, command: c[2]! };
      if (fact !== null) yield { kind: 'process', at: cite(section, line), host: section.host, ...fact, command: maskSecrets(fact.command) };
    }
  },
};

/** STIME: `15:06` within the last day (which day is that of the collection: not known here), `Jul10` this year; a bare year says too little. */
function startOf(text: string): Pick<ProcessFact, 'started' | 'startedClock'> {
  if (/^\d{2}:\d{2}$/.test(text)) return { started: null, startedClock: text };
  const match = /^([A-Z][a-z]{2}|\d{1,2}月)\s?(\d{1,2})$/.exec(text);
  const month = match === null ? null : monthNumber(match[1]!);
  return { started: match === null || month === null ? null : civil({ year: null, month, day: Number(match[2]), precisionMs: 86_400_000 }) };
}
