import { parseSystemdTime } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { shown } from '../cite.js';
import type { Fact, LogFact, LogSource } from '../fact.js';
import { matchMessage, messagePrefilter } from '../messages/index.js';
import { prefilter } from '../messages/prefilter.js';
import type { Place } from '../place.js';
import type { Section } from '../reader.js';
import { maskValue } from '../secrets.js';
import type { RawLine } from '../text/lines.js';
import { LogFold } from './fold.js';
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
export function* readLogLines(section: Section, { hint, prefixedOnly = false }: LogReading): Generator<Fact> {
  const spans = new Map<string, LogSpan>();
  /** Program by the words of the line: most lines are told apart by their hash alone. */
  const templates = new Map<number, LogSpan>();
  const fold = new LogFold();
  const versions = new Map<string, Fact>();
  const boots: Fact[] = [];
  const readTime = timeReader();
  let speaker: LogLine | null = null;
  let pendingBoot: Place | null = null;
  let host = section.host;

  const spanOf = (source: LogSource, lineHost: string | null): LogSpan => {
    const key = `${source} ${lineHost ?? ''}`;
    let span = spans.get(key);
    if (span === undefined) spans.set(key, (span = new LogSpan(source, lineHost)));
    return span;
  };

  /** A JSON line that the terminal wrapped: waits for its other parts. */
  let held: { text: string; readonly place: () => Place; parts: number } | null = null;

  const take = (text: string, place: () => Place, look: boolean, hash: number): void => {
    const mark = marker.exec(text);
    if (mark !== null) {
      if (mark[1] === undefined) pendingBoot = place();
      else boots.push(...journalExtent(text, place(), host));
      return;
    }
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
    if (hash !== -1 && !alone) {
      if (templates.size >= mostTemplates) templates.clear();
      templates.set(hash, span);
    }
    if (!look) return;
    for (const version of versionsIn.read(line, source)) {
      const key = `${version.program} ${version.version} ${lineHost ?? ''}`;
      if (!versions.has(key)) versions.set(key, { kind: 'version', at: place(), host: lineHost, ...version });
    }
    const fact = logFact(line, source, lineHost, place, alone ? (speaker?.time ?? null) : line.time, speaker);
    if (fact !== null) fold.add(fact);
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
      take(held.text, held.place, true, -1);
      held = null;
    }
    const place = placeOf(section, raw);
    const hash = length <= templateLimit ? templateHash(raw) : -1;
    const half = raw.bytes[raw.start] === 0x7b && raw.bytes[raw.end - 1] !== 0x7d && length < templateLimit;
    const known = hash === -1 || half ? undefined : templates.get(hash);
    const look = messagePrefilter.next(raw.bytes, raw.start, raw.end) !== -1 || versionsIn.might(raw) || (raw.bytes[raw.start] === 0x7b && bytesOfMessage.next(raw.bytes, raw.start, raw.end) !== -1);
    if (known !== undefined && !look && pendingBoot === null) {
      known.see(readTime(headOf(section, raw), () => section.text(raw)), place);
      continue;
    }
    const text = section.text(raw);
    if (half && isHalfJson(text)) held = { text, place, parts: 1 };
    else take(text, place, look, hash);
  }
  if (held !== null) take(held.text, held.place, true, -1);
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
function placeOf(section: Section, { number, offset }: RawLine): () => Place {
  return () => ({ artifact: section.artifact, line: number, text: shown(section.reread(number, offset).text) });
}

function shortHost(name: string): string {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) ? name : name.split('.')[0]!;
}

const priorities: readonly LogFact['level'][] = ['fatal', 'fatal', 'fatal', 'error', 'warning', 'info', 'info', 'debug'];

function logFact(line: LogLine, source: LogSource, host: string | null, place: () => Place, time: Stamp | null, speaker: LogLine | null): LogFact | null {
  const { outer, inner } = line;
  const matched = matchMessage(outer.rest, source);
  if (matched === null) return null;
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...inner.fields, ...matched.fields })) fields[key] = shown(maskValue(key, value));
  return {
    kind: 'log', at: place(), host, time, innerTime: outer.time !== null && inner.time !== null ? inner.time : null, source,
    unit: outer.unit ?? unitIn(inner) ?? null, pid: outer.pid ?? (outer.ident === null ? (speaker?.outer.pid ?? null) : null),
    level: inner.level ?? (outer.priority === null ? null : (priorities[outer.priority] ?? null)),
    message: shown(inner.message), fields, messageId: matched.id, count: 1, lastTime: null, lastLine: null,
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
