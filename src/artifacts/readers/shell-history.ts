import { epoch, parseIso } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import type { CommandFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { maskSecrets } from '../secrets.js';
import { startsWithKnownCommand } from '../sections/prompt.js';

const epochLine = /^#(1\d{9})\s*$/;
const numbered = /^\s*(\d{1,6})\*?\s{1,2}(?:(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d|\d\d\/\d\d\/\d{2,4} \d\d:\d\d:\d\d)\s+)?(?:\S+\s+)??(\S.*)$/;
const zsh = /^: (1\d{9}):\d+;(.*)$/;

/** `.bash_history` with or without epoch lines, zsh history, and the output of `history`. */
export const shellHistory: ArtifactReader = {
  kind: 'shell-history',
  recognise(section) {
    const head = section.head;
    if (head[0]?.startsWith('#!') === true) return { score: 0, by: '' };
    if (head.some((line) => epochLine.test(line)) && head.filter((line) => epochLine.test(line)).length >= Math.min(2, head.length / 4)) return { score: 93, by: 'epoch lines' };
    if (head.filter((line) => zsh.test(line)).length >= head.length * 0.5) return { score: 93, by: 'zsh history lines' };
    const named = /history/i.test(section.artifact) || /^history\b/.test(section.command ?? '');
    const rows = head.filter((line) => numbered.test(line) && startsWithKnownCommand(numbered.exec(line)![3]!)).length;
    if (rows >= head.length * 0.5 && rows >= (named ? 1 : 4)) return { score: named ? 92 : 60, by: named ? 'name or command history' : 'numbered commands' };
    const known = head.filter((line) => startsWithKnownCommand(line)).length;
    return named && known >= head.length * 0.4 ? { score: 80, by: 'file name' } : { score: 0, by: '' };
  },
  *read(section) {
    let time: Stamp | null = null;
    for (const line of section.lines()) {
      const stamp = epochLine.exec(line.text);
      if (stamp !== null) {
        time = epoch(Number(stamp[1]) * 1000, 1000);
        continue;
      }
      const z = zsh.exec(line.text);
      const n = z === null ? numbered.exec(line.text) : null;
      const plain = z === null && (n === null || !startsWithKnownCommand(n[3]!)) ? line.text.trim() : null;
      if (plain === '') continue;
      const when = z !== null ? epoch(Number(z[1]) * 1000, 1000) : n?.[2] !== undefined ? parseIso(n[2]) : time;
      yield commandFact(section, line, z !== null ? z[2]! : plain ?? n![3]!, when);
      time = null;
    }
  },
};

function commandFact(section: Section, line: TextLine, command: string, time: Stamp | null): CommandFact {
  return { kind: 'command', at: cite(section, line), host: section.host, command: maskSecrets(command.trim()), cwd: null, user: /(?:^|\/)root\//.test(section.artifact) ? 'root' : null, time, exitCode: null, output: [], from: 'history' };
}
