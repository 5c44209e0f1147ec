import { parseSystemdTime } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { shown } from '../cite.js';
import type { Fact, LogFact, LogSource } from '../fact.js';
import { matchKnown, matchMessage } from '../messages/index.js';
import type { Place } from '../place.js';
import type { Section } from '../reader.js';
import type { RawLine } from '../text/lines.js';
import { LogFold, type FoundLine } from './fold.js';
import type { InnerLine } from './inner.js';
import { templateHash, templateLimit } from './line-template.js';
import { mayMatter, mayMatterByNumbers } from './log-words.js';
import { sourceOf } from './source.js';
import { LogSpan } from './span.js';
import { parseLogLine, timeReader } from './timestamp.js';
import type { LogLine } from './timestamp.js';
import { versionsIn } from './versions.js';

export interface LogReading {
  /** The program whose log this is, when path or command say so; null: judge each line by its form. */
  readonly hint: LogSource | null;
  /** Only lines with a log prefix count (below `systemctl status`). */
  readonly prefixedOnly?: boolean;
  /** Only lines of this form count; a stack below one of them does not. */
  readonly only?: (text: string) => boolean;
}

/** A line's number and its place in the evidence. */
export interface Cited {
  readonly number: number;
  readonly place: () => Place;
}

/** What the bytes of a line tell before it is read. */
export interface Looked {
  /** Hash of its words; null for lines that are too long, or in parts. */
  readonly hash: number | null;
  /** It may hold a known message or a version. */
  readonly matters: boolean;
}

/** What lines with the same words were. */
interface Template {
  readonly span: LogSpan;
  /** They hold no word of any known message; numbers, which differ from line to line, aside. */
  readonly quiet: boolean;
  /** They hold words of a known message, but are none. */
  readonly dull: boolean;
  /** The message that they were. */
  readonly id: string | null;
}

/** Lines whose words stay the same while a port or a code in them decides. */
const decidedByNumbers = /connect|refused|timeout|status|code|exit/i;
const mostTemplates = 200_000;
const headLength = 200;
const marker = /^-- (?:(Logs|Journal) begins? at|Reboot --|Boot [0-9a-f]{32} --)/;

/** True for a line that `journalctl` itself puts between the entries. */
export function beginsJournal(text: string): boolean {
  return marker.test(text);
}

/** Takes the lines of one log in their order and keeps what they say. */
export class LogReader {
  private readonly spans = new Map<string, LogSpan>();
  /** What lines were, by their words: most lines are told apart by this alone. */
  private readonly templates = new Map<number, Template>();
  private readonly fold = new LogFold();
  private readonly versions = new Map<string, Fact>();
  private readonly boots: Fact[] = [];
  private readonly readTime = timeReader();
  private speaker: LogLine | null = null;
  private pendingBoot: Place | null = null;
  private host: string | null;

  constructor(private readonly section: Section, private readonly reading: LogReading) {
    this.host = section.host;
  }

  /**
   * Looks at the bytes of a line. One whose like was seen before and matters to nobody only moves a clock,
   * and null is returned; any other one must be taken, with what is returned.
   */
  look(raw: RawLine, half: boolean): Looked | null {
    const hash = raw.end - raw.start <= templateLimit ? templateHash(raw) : null;
    const known = hash === null || half ? undefined : this.templates.get(hash);
    if (known === undefined || this.pendingBoot !== null) return { hash: half ? null : hash, matters: mayMatter(raw) };
    if (!known.dull && (!known.quiet || mayMatterByNumbers(raw))) return { hash, matters: true };
    if (!known.span.pass(raw)) known.span.see(this.readTime(this.headOf(raw), () => this.section.text(raw)), placeOf(this.section, raw));
    return null;
  }

  /** Takes a line apart. */
  take(text: string, cited: Cited, { hash, matters }: Looked): void {
    if (this.takesMark(text, cited) || this.reading.only?.(text) === false) return;
    const line = parseLogLine(text);
    if (this.reading.prefixedOnly === true && line.outer.ident === null) return;
    if (line.outer.host !== null) this.host = shortHost(line.outer.host);
    // A stack trace or panic without any prefix belongs to whoever spoke last.
    const alone = line.outer.ident === null && line.inner.form === 'plain' && line.time === null;
    const ident = line.outer.ident ?? (alone ? (this.speaker?.outer.ident ?? null) : null);
    const source = sourceOf(ident, line.outer.unit, line.inner, this.reading.hint);
    if (!alone) this.speaker = line;
    const span = this.spanOf(source, this.host);
    span.see(line.time, cited.place);
    this.takeBoot(line.time);
    const key = alone ? null : hash;
    const before = key === null ? null : (this.templates.get(key)?.id ?? null);
    if (!matters) {
      if (key !== null) remember(this.templates, key, { span, quiet: true, dull: false, id: before });
      return;
    }
    this.takeVersions(line, source, cited);
    // Lines with the same words are nearly always the same message: its patterns are tried before all others.
    const again = before === null ? null : matchKnown(before, line.outer.rest, source);
    const matched = again ?? matchMessage(line.outer.rest, source);
    if (matched !== null) this.fold.add(foundLine(line, matched, { source, host: this.host, ...cited, time: alone ? (this.speaker?.time ?? null) : line.time, speaker: this.speaker }));
    if (key !== null) remember(this.templates, key, { span, quiet: false, id: matched?.id ?? null, dull: matched === null && !decidedByNumbers.test(text) });
  }

  /** Everything that the lines said. */
  *facts(): Generator<Fact> {
    yield* this.boots;
    yield* this.versions.values();
    yield* this.fold.facts();
    for (const span of this.spans.values()) {
      const fact = span.fact();
      if (fact !== null) yield fact;
    }
  }

  private takesMark(text: string, { place }: Cited): boolean {
    const mark = marker.exec(text);
    if (mark === null) return false;
    if (mark[1] === undefined) this.pendingBoot = place();
    else this.boots.push(...journalExtent(text, place(), this.host));
    return true;
  }

  private takeBoot(time: Stamp | null): void {
    if (this.pendingBoot === null || time === null) return;
    this.boots.push({ kind: 'boot', at: this.pendingBoot, host: this.host, what: 'boot', time, end: null, user: null });
    this.pendingBoot = null;
  }

  private takeVersions(line: LogLine, source: LogSource, { place }: Cited): void {
    for (const version of versionsIn.read(line, source)) {
      const key = `${version.program} ${version.version} ${this.host ?? ''}`;
      if (!this.versions.has(key)) this.versions.set(key, { kind: 'version', at: place(), host: this.host, ...version });
    }
  }

  private spanOf(source: LogSource, host: string | null): LogSpan {
    const key = `${source} ${host ?? ''}`;
    let span = this.spans.get(key);
    if (span === undefined) this.spans.set(key, (span = new LogSpan(source, host, (number, offset) => this.revisit(number, offset))));
    return span;
  }

  private revisit(number: number, offset: number): { readonly time: Stamp | null; readonly place: () => Place } {
    return { time: parseLogLine(this.section.reread(number, offset).text).time, place: placeOf(this.section, { number, offset }) };
  }

  private headOf(raw: RawLine): string {
    return this.section.text({ ...raw, end: Math.min(raw.end, raw.start + headLength) });
  }
}

function remember<T>(map: Map<number, T>, key: number, value: T): void {
  if (map.size >= mostTemplates) map.clear();
  map.set(key, value);
}

/** Cites a line; the text is read again from the file, because the shared buffer moves on. */
export function placeOf(section: Section, { number, offset }: { readonly number: number; readonly offset: number }): () => Place {
  return () => ({ artifact: section.artifact, line: number, text: shown(section.reread(number, offset).text) });
}

function shortHost(name: string): string {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) ? name : name.split('.')[0]!;
}

const priorities: readonly LogFact['level'][] = ['fatal', 'fatal', 'fatal', 'error', 'warning', 'info', 'info', 'debug'];

interface Surroundings {
  readonly source: LogSource;
  readonly host: string | null;
  readonly number: number;
  readonly place: () => Place;
  readonly time: Stamp | null;
  readonly speaker: LogLine | null;
}

function foundLine({ outer, inner }: LogLine, matched: { readonly id: string; readonly fields: Readonly<Record<string, string>> }, around: Surroundings): FoundLine {
  const { source, host, number, place, time, speaker } = around;
  return {
    kind: 'log', number, place, host, time, innerTime: outer.time !== null && inner.time !== null ? inner.time : null, source,
    unit: outer.unit ?? unitIn(inner) ?? null, pid: outer.pid ?? (outer.ident === null ? (speaker?.outer.pid ?? null) : null),
    level: inner.level ?? (outer.priority === null ? null : (priorities[outer.priority] ?? null)),
    message: inner.message, fields: { ...inner.fields, ...matched.fields }, messageId: matched.id,
  };
}

/** The unit that systemd speaks about: `etcd.service: Main process exited`, `Unit etcd.service entered failed state.` */
function unitIn(inner: InnerLine): string | null {
  return /^(?:Unit )?([\w@.\\-]+\.(?:service|timer|mount|socket|target))\b/.exec(inner.message)?.[1] ?? null;
}

/** `-- Logs begin at 三 2024-03-20 11:02:13 CST, end at 一 2024-05-13 10:21:52 CST. --` */
function journalExtent(text: string, at: Place, host: string | null): readonly Fact[] {
  const [begin, end] = text.split(/,\s*(?:end at|ends at)\s*/);
  const time = parseSystemdTime(begin ?? '');
  if (time === null) return [];
  return [{ kind: 'boot', at, host, what: 'log-begins', time, end: end === undefined ? null : parseSystemdTime(end), user: null }];
}
