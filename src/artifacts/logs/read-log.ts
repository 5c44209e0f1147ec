import { parseSystemdTime } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { shown } from '../cite.js';
import type { Fact, LogFact, LogSource } from '../fact.js';
import { matchMessage, messageEntry, messageFragments, messagePrefilter } from '../messages/index.js';
import { prefilter } from '../messages/prefilter.js';
import type { Place } from '../place.js';
import type { Section } from '../reader.js';
import type { RawLine } from '../text/lines.js';
import { LogFold, type FoundLine } from './fold.js';
import type { InnerLine } from './inner.js';
import { templateHash, templateLimit } from './line-template.js';
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

interface Template {
  readonly span: LogSpan;
  /** It holds no word of any known message; numbers, which differ from line to line, aside. */
  readonly quiet: boolean;
  /** It holds words of a known message, but is none. */
  dull: boolean;
  /** The message that a line with these words was. */
  id: string | null;
}

/** Lines whose words stay the same while a port or a code in them decides. */
const decidedByNumbers = /connect|refused|timeout|status|code|exit/i;

const shownVersion = prefilter(['-version"', 'd Version', 'r version', 'x version', 't version', 'GitVersion', ' Version:', 'rting k3s', 'rting rke2']);

/** What a line may hold although another one with the same words holds no known message. */
const withNumbers = prefilter(messageFragments.filter((fragment) => /\d/.test(fragment)));

/** A cheap look at the bytes of a line: it may hold a known message or a version. */
function interesting(raw: RawLine): boolean {
  const { bytes, start, end } = raw;
  return messagePrefilter.next(bytes, start, end) !== -1 || shownVersion.next(bytes, start, end) !== -1 || (bytes[start] === 0x7b && bytesOfMessage.next(bytes, start, end) !== -1);
}

/** journald writes a message that is not UTF-8 as an array of numbers. */
const bytesOfMessage = prefilter(['"MESSAGE":[', '"MESSAGE" : [', '"MESSAGE": [']);
/** Parts into which a terminal may have broken one line. */
const mostParts = 12;
const mostTemplates = 200_000;
const headLength = 200;
const marker = /^-- (?:(Logs|Journal) begins? at|Reboot --|Boot [0-9a-f]{32} --)/;

/**
 * Reads any log line by line with bounded memory. Lines whose words were seen before and matter to
 * nobody only move the clock of their program's span; all others are matched against the catalogue.
 */
export function* readLogLines(section: Section, { hint, prefixedOnly = false, only }: LogReading): Generator<Fact> {
  const spans = new Map<string, LogSpan>();
  /** Program by the words of the line, and whether they matter: most lines are told apart by their hash alone. */
  const templates = new Map<number, Template>();
  const fold = new LogFold();
  const versions = new Map<string, Fact>();
  const boots: Fact[] = [];
  const readTime = timeReader();
  let speaker: LogLine | null = null;
  let pendingBoot: Place | null = null;
  let host = section.host;

  const revisit = (number: number, offset: number): { readonly time: Stamp | null; readonly place: () => Place } => {
    const text = section.reread(number, offset).text;
    return { time: parseLogLine(text).time, place: placeOf(section, { number, offset }) };
  };
  const spanOf = (source: LogSource, lineHost: string | null): LogSpan => {
    const key = `${source} ${lineHost ?? ''}`;
    let span = spans.get(key);
    if (span === undefined) spans.set(key, (span = new LogSpan(source, lineHost, revisit)));
    return span;
  };

  /** A JSON line that the terminal wrapped: waits for its other parts. */
  let held: { text: string; readonly number: number; readonly place: () => Place; parts: number } | null = null;

  const take = (text: string, number: number, place: () => Place, look: boolean, hash: number): void => {
    const mark = marker.exec(text);
    if (mark !== null) {
      if (mark[1] === undefined) pendingBoot = place();
      else boots.push(...journalExtent(text, place(), host));
      return;
    }
    if (only?.(text) === false) return;
    const line: LogLine = parseLogLine(text);
    if (prefixedOnly && line.outer.ident === null) return;
    if (line.outer.host !== null) host = shortHost(line.outer.host);
    // A stack trace or panic without any prefix belongs to whoever spoke last.
    const alone: boolean = line.outer.ident === null && line.inner.form === 'plain' && line.time === null;
    const ident: string | null = line.outer.ident ?? (alone ? (speaker?.outer.ident ?? null) : null);
    const source = sourceOf(ident, line.outer.unit, line.inner, hint);
    if (!alone) speaker = line;
    const lineHost = line.outer.host === null ? host : shortHost(line.outer.host);
    const span = spanOf(source, lineHost);
    span.see(line.time, place);
    if (pendingBoot !== null && line.time !== null) {
      boots.push({ kind: 'boot', at: pendingBoot, host: lineHost, what: 'boot', time: line.time, end: null, user: null });
      pendingBoot = null;
    }
    const before = hash === -1 ? undefined : templates.get(hash);
    const template: Template | null = hash !== -1 && !alone ? { span, quiet: !look, dull: false, id: before?.id ?? null } : null;
    if (template !== null) {
      if (templates.size >= mostTemplates) templates.clear();
      templates.set(hash, template);
    }
    if (!look) return;
    for (const version of versionsIn.read(line, source)) {
      const key = `${version.program} ${version.version} ${lineHost ?? ''}`;
      if (!versions.has(key)) versions.set(key, { kind: 'version', at: place(), host: lineHost, ...version });
    }
    const matched = matchAgain(line.outer.rest, source, before?.id ?? null) ?? matchMessage(line.outer.rest, source);
    if (template !== null) template.id = matched?.id ?? null;
    if (matched !== null) fold.add(foundLine(line, matched, { source, host: lineHost, number, place, time: alone ? (speaker?.time ?? null) : line.time, speaker }));
    else if (template !== null && !decidedByNumbers.test(text)) template.dull = true;
  };

  for (const raw of section.rawLines()) {
    const length = raw.end - raw.start;
    if (length === 0) continue;
    if (held !== null) {
      const next = section.text(raw);
      if (held.parts < mostParts && continuesJson(next)) {
        held.text += next;
        held.parts++;
        continue;
      }
      take(held.text, held.number, held.place, true, -1);
      held = null;
    }
    const hash = length <= templateLimit ? templateHash(raw) : -1;
    const half = raw.bytes[raw.start] === 0x7b && raw.bytes[raw.end - 1] !== 0x7d && length < templateLimit;
    const known = hash === -1 || half ? undefined : templates.get(hash);
    const look = known?.quiet === true ? withNumbers.next(raw.bytes, raw.start, raw.end) !== -1 : interesting(raw);
    if (known !== undefined && pendingBoot === null && (!look || known.dull)) {
      if (!known.span.pass(raw)) known.span.see(readTime(headOf(section, raw), () => section.text(raw)), placeOf(section, raw));
      continue;
    }
    const text = section.text(raw);
    const place = placeOf(section, raw);
    if (half && isHalfJson(text)) held = { text, number: raw.number, place, parts: 1 };
    else take(text, raw.number, place, look, hash);
  }
  if (held !== null) take(held.text, held.number, held.place, true, -1);
  yield* boots;
  yield* versions.values();
  yield* fold.facts();
  for (const span of spans.values()) {
    const fact = span.fact();
    if (fact !== null) yield fact;
  }
}

/** Begins as a JSON log line and ends inside a word; a pager's `>` or `…` says that the rest is lost. */
function isHalfJson(text: string): boolean {
  return /^\{"(?:level|ts|severity|time|timestamp|msg|message|caller)":/.test(text) && !/[}>…]\s*$/.test(text);
}

/** The rest of a broken JSON line: no new line of any log, and made of what JSON is made of. */
function continuesJson(text: string): boolean {
  return !text.startsWith('{') && !marker.test(text) && /["}]/.test(text) && parseLogLine(text).time === null;
}

function headOf(section: Section, raw: RawLine): string {
  return section.text({ ...raw, end: Math.min(raw.end, raw.start + headLength) });
}

/** Cites a line; the text is read again from the file, because the shared buffer moves on. */
function placeOf(section: Section, { number, offset }: { readonly number: number; readonly offset: number }): () => Place {
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

/** Lines with the same words are nearly always the same message: its patterns are tried before all others. */
function matchAgain(text: string, source: LogSource, id: string | null): { readonly id: string; readonly fields: Record<string, string> } | null {
  const entry = id === null ? undefined : messageEntry(id);
  if (entry === undefined || !entry.sources.includes(source) || text.length > templateLimit || text.includes('request')) return null;
  for (const pattern of entry.patterns) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(match.groups ?? {})) if (value !== undefined) fields[name] = value;
    return { id: entry.id, fields };
  }
  return null;
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
