import { civil, epoch, parseIso, parseSyslogTime, withKnownOffset } from '../../time/parse.js';
import { monthNumber } from '../../time/month-names.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import type { FileFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { programWords, simpleCommands } from '../sections/commands.js';

const mode = String.raw`([-dlcbps][-rwxsStT]{9})[.+@]?`;
/** mode links owner group size rest; also `ls -i`, `-s`, `-Z` columns before and between. */
const longRow = new RegExp(String.raw`^\s*(?:\d+\s+){0,2}${mode}\s+(\d+)\s+(\S+)\s+(\S+)\s+(?:\S+:\S+:\S+\S*\s+)?(\d[\d.,]*[KMGTkmgt]?B?|\d+,\s*\d+)\s+(.+)$`);
const directoryLine = /^["']?((?:\/|\.{1,2}\/|~|[\w][\w.-]*\/)(?:[^:*?"<>|]|:(?=\d))*|\.|[\w][\w.@-]*(?:\/[\w.@:-]+)*)["']?:\s*$/;
const totalLine = /^\s*(?:total|总用量|總計|总计|insgesamt|合計|합계|итого|total(?:e)?)\s+[\d.,]+[KMGT]?\s*$/i;
const findLs = new RegExp(String.raw`^\s*\d+\s+[\d.]+[KMG]?\s+${mode}\s+(\d+)\s+(\S+)\s+(\S+)\s+(\d+)\s+(.+)$`);

/** `ls -l`, `ll`, `ls -lR`, `find -ls`, `stat` and `tree -D` listings of the host, dates localised. */
export const listing: ArtifactReader = {
  kind: 'file-listing',
  selective: true,
  recognise(section) {
    const rows = section.head.filter((line) => longRow.test(line) || findLs.test(line)).length;
    const totals = section.head.some((line) => totalLine.test(line));
    if (rows > 0) return { score: totals ? 92 : rows >= section.head.length * 0.5 ? 88 : 60, by: 'long listing rows' };
    if (section.head.some((line) => /^\s*(?:File|文件)[:：]\s*["'‘“]?\S/.test(line)) && section.head.some((line) => /^\s*(?:Modify|Access|最近更改|更改)[:：]/.test(line))) return { score: 90, by: 'stat output' };
    const program = programWords(section.command ?? '')[0];
    const paths = section.head.filter((line) => /^\.?\/[^\s:]+$/.test(line)).length;
    if ((program === 'find' || program === 'ls') && paths > 0 && paths >= section.head.length * 0.6) return { score: 70, by: `command ${program}` };
    return /^(?:ls|ll|l)$/.test(program ?? '') && totals ? { score: 60, by: 'total line' } : { score: 0, by: '' };
  },
  *read(section) {
    const arguments_ = listedPaths(section);
    let directory = arguments_.length === 1 ? arguments_[0]! : null;
    const lone = directory;
    let stat: { line: TextLine; path: string; size: number | null; type: FileFact['type'] } | null = null;
    let headed = false;
    for (const line of section.lines()) {
      const file = /^\s*(?:File|文件)[:：]\s*["'‘“]?(.+?)["'’”]?\s*(?:->.*)?$/.exec(line.text);
      if (file !== null) {
        stat = { line, path: absolute(file[1]!, section.cwd), size: null, type: 'file' };
        continue;
      }
      if (stat !== null) {
        const size = /^\s*(?:Size|大小)[:：]\s*(\d+).*?(regular|普通|directory|目录)?/.exec(line.text);
        if (size !== null) stat = { ...stat, size: Number(size[1]), type: /directory|目录/.test(line.text) ? 'directory' : 'file' };
        const modify = /^\s*(?:Modify|最近更改)[:：]\s*(\d{4}-.*)$/.exec(line.text);
        if (modify !== null) {
          yield entry(section, stat.line, stat.path, { type: stat.type, size: stat.size, mtime: parseIso(modify[1]!) });
          stat = null;
        }
        continue;
      }
      if (totalLine.test(line.text)) continue;
      const found = findLs.exec(line.text);
      const row = found === null ? longRow.exec(line.text) : null;
      if (found !== null || row !== null) {
        const [, bits, , owner, group, size, rest] = (found ?? row)!;
        const dated = datedName(rest!);
        if (dated === null) continue;
        const name = dated.name.replace(/ -> .*$/, '').replace(/^'(.*)'$|^"(.*)"$/, '$1$2');
        if (name === '.' || name === '..') {
          if (name === '.' && directory !== null) yield entry(section, line, directory, { type: 'directory', size: null, mode: bits!, owner: owner!, group: group!, mtime: dated.time });
          continue;
        }
        const single = lone !== null && !headed && baseOf(lone) === name && bits!.startsWith('-');
        const path = name.startsWith('/') ? name : single ? lone : join(directory ?? section.cwd, name);
        yield entry(section, line, path, { type: typeOf(bits!), size: bytes(size!), mode: bits!, owner: owner!, group: group!, mtime: dated.time });
        continue;
      }
      const header = directoryLine.exec(line.text);
      if (header !== null) {
        directory = absolute(header[1]!, section.cwd);
        headed = true;
        continue;
      }
      const plain = /^((?:\.\/|\/)[^\s:]+)$/.exec(line.text.trim());
      if (plain !== null && /^find$/.test(programWords(section.command ?? '')[0] ?? '')) yield entry(section, line, absolute(plain[1]!, directory ?? section.cwd), { type: 'other', size: null, mtime: null });
    }
  },
};

function entry(section: Section, line: TextLine, path: string, known: Pick<FileFact, 'type' | 'size' | 'mtime'> & Partial<Pick<FileFact, 'mode' | 'owner' | 'group'>>): FileFact {
  return { kind: 'file', at: cite(section, line), host: section.host, path, mode: null, owner: null, group: null, ...known };
}

const typeOf = (bits: string): FileFact['type'] => (bits[0] === 'd' ? 'directory' : bits[0] === 'l' ? 'link' : bits[0] === '-' ? 'file' : 'other');

function baseOf(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//, '');
}

/** `ls` sizes: exact, or rounded up with -h; rounded ones are no sizes to compare with. */
function bytes(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

function absolute(path: string, cwd: string | null): string {
  return path.startsWith('/') || path.startsWith('~') ? path.replace(/(.)\/+$/, '$1') : join(cwd, path.replace(/^\.\/?/, ''));
}

function join(directory: string | null, name: string): string {
  if (directory === null || directory === '') return name;
  return name === '' ? directory : `${directory.replace(/\/+$/, '')}/${name}`;
}

/** Directories that the command names; `ls dir` prints bare names. */
function listedPaths(section: Section): readonly string[] {
  const commands = simpleCommands(section.command ?? '');
  const last = [...commands].reverse().find((command) => /^(?:ls|ll|l|find|stat|dir|tree)$/.test(programWords(command)[0] ?? ''));
  if (last === undefined) return [];
  const words = programWords(last).slice(1).filter((word) => !word.startsWith('-') && !/^[<>0-9&]/.test(word));
  const paths = programWords(last)[0] === 'find' ? words.slice(0, 1) : words;
  if (paths.some((path) => /[*?[]/.test(path))) return [];
  return paths.length === 0 && section.cwd !== null && /^[/~]/.test(section.cwd) ? [section.cwd] : paths.map((path) => absolute(path, section.cwd));
}

const isoDate = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: [+-]\d{4})?)\s+(.+)$/;
const monthFirst = /^([A-Za-zÀ-žА-яё]{3,10}\.?|\d{1,2}月)\s{1,3}(\d{1,2})日?\s+(?:(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s+(\d{4}))?|(\d{4})年?)\s+(.+)$/;
const dayFirst = /^(\d{1,2})\.?\s+([A-Za-zÀ-žА-яё]{3,10}\.?)\s+(?:(\d{1,2}):(\d{2})|(\d{4}))\s+(.+)$/;
const chinese = /^(?:(\d{4})年\s*)?(\d{1,2})月\s*(\d{1,2})日?\s*(?:(\d{1,2}):(\d{2}))?\s+(.+)$/;
const epochDate = /^(1\d{9})(?:\.\d+)?\s+(.+)$/;
const minute = 60_000;
const day = 86_400_000;

/** Splits `Jul 10 15:06 name` into time and name; years, seconds and zones as far as they are written. */
function datedName(rest: string): { readonly time: Stamp | null; readonly name: string } | null {
  const iso = isoDate.exec(rest);
  if (iso !== null) return { time: parseIso(iso[1]!.replace(/ ([+-]\d{4})$/, '$1')), name: iso[2]! };
  const seconds = epochDate.exec(rest);
  if (seconds !== null) return { time: epoch(Number(seconds[1]) * 1000, 1000), name: seconds[2]! };
  const full = /^\S{2,4}\s+\S+\s+\d{1,2}\s+\d{2}:\d{2}:\d{2}\s+\d{4}\s+(.+)$/.exec(rest);
  if (full !== null) {
    const parsed = parseSyslogTime(rest);
    if (parsed !== null) return { time: withKnownOffset(parsed.stamp), name: full[1]! };
  }
  const zh = chinese.exec(rest);
  if (zh !== null) return { time: civil({ year: zh[1] === undefined ? null : Number(zh[1]), month: Number(zh[2]), day: Number(zh[3]), hour: Number(zh[4] ?? 0), minute: Number(zh[5] ?? 0), precisionMs: zh[4] === undefined ? day : minute }), name: zh[6]! };
  const month = monthFirst.exec(rest);
  if (month !== null) {
    const number = monthNumber(month[1]!);
    if (number === null) return null;
    const year = month[7] ?? month[6];
    return { time: civil({ year: year === undefined ? null : Number(year), month: number, day: Number(month[2]), hour: Number(month[3] ?? 0), minute: Number(month[4] ?? 0), second: Number(month[5] ?? 0), precisionMs: month[7] !== undefined ? day : month[5] === undefined ? minute : 1000 }), name: month[8]! };
  }
  const german = dayFirst.exec(rest);
  if (german !== null) {
    const number = monthNumber(german[2]!);
    if (number === null) return null;
    return { time: civil({ year: german[5] === undefined ? null : Number(german[5]), month: number, day: Number(german[1]), hour: Number(german[3] ?? 0), minute: Number(german[4] ?? 0), precisionMs: german[5] === undefined ? minute : day }), name: german[6]! };
  }
  return null;
}
