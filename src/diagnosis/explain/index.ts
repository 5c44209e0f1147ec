import { shown } from '../../artifacts/cite.js';
import type { LogSource } from '../../artifacts/fact.js';
import type { MessageEntry } from '../../artifacts/messages/entry.js';
import { knownMessages, pastedMatcher, type Matched } from '../../artifacts/messages/index.js';
import { prefilter } from '../../artifacts/messages/prefilter.js';
import type { Severity } from '../../case/model.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { adviceFor, type Advice } from './advice.js';
import { wordings } from './fuzzy.js';
import { moreMessages } from './more-messages.js';
import { programOf } from './speaker.js';

/** What one message of a pasted text means. The names are part of `explain --json`. */
export interface Explanation {
  readonly messageId: string;
  readonly program: string;
  readonly meaning: string;
  readonly action: string;
  /** What not to do; null when nothing is worth a warning. */
  readonly avoid: string | null;
  /** Can the member start again without restoring a snapshot? */
  readonly save: Advice['save'];
  /** Versions that print it (`3.4+`, `≤3.4`); null for all. */
  readonly versions: string | null;
  readonly severity: Severity;
  /** 1-based line of the input where it stands first. */
  readonly line: number;
  readonly lastLine: number;
  readonly count: number;
  /** The line, secrets masked. */
  readonly text: string;
  /** Values that the line names: index, page, member, times. */
  readonly fields: Readonly<Record<string, string>>;
  /** `low` where the words are only similar to the known ones. */
  readonly confidence: 'high' | 'low';
}

export interface Explained {
  /** One a message, in the order of the input. */
  readonly matches: readonly Explanation[];
  /** Index into `matches` of the line that tells most; null when nothing matched. */
  readonly decisive: number | null;
  /** Version of etcd that a stack trace or build path names. */
  readonly builtFrom: string | null;
}

/** Words that many programs share: any other message is more likely. */
const shared = new Set(['tool.deadline', 'backup.shell-error', 'systemd.failed', 'etcd.discovery-failed']);
/** Words of every shell: they mean something here only beside these. */
const onlyBeside: Readonly<Record<string, RegExp>> = { 'backup.shell-error': /backup|snapshot|etcd|\.sh\b|cron/i, 'backup.no-space': /backup|snapshot|etcd|\.sh\b|cron/i };
const inOrder = [...moreMessages, ...knownMessages];
const entries: readonly MessageEntry[] = [...inOrder.filter((known) => !shared.has(known.id)), ...inOrder.filter((known) => shared.has(known.id))];
const pasted = pastedMatcher(entries);
const quick = prefilter(pasted.fragments);
const byProgram = new Map<LogSource, typeof pasted>();
/** Characters of one line that are looked at. */
const longestLine = 16 * 1024;
/** Lines beyond which lines that match nothing exactly are left alone, once others have matched. */
const fewLines = 40;
/** Lines beyond which only exact matches are looked for. */
const manyLines = 2000;

/** The same patterns for text in another case. */
const anyCase = entries.flatMap((known) => known.patterns.map((pattern) => ({ known, pattern: new RegExp(pattern.source, 'i') })));
const nearest = wordings([...pasted.fragments.map((text) => ({ of: pasted.entryOf(text), text, example: false })), ...entries.map((known) => ({ of: known, text: known.example, example: true }))]);

/** Only the messages of one program. */
function ofProgram(source: LogSource): typeof pasted {
  let matcher = byProgram.get(source);
  if (matcher === undefined) byProgram.set(source, (matcher = pastedMatcher(entries.filter((known) => known.sources.includes(source)))));
  return matcher;
}

/** Explains every known message of a pasted line, several lines or a whole log. */
export function explain(text: string, language: Language): Explained {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.slice(0, longestLine).replace(/\u001b\[[0-9;?]*[A-Za-z]/g, ''));
  const found = new Map<string, { readonly matched: Matched; readonly line: number; lastLine: number; count: number; readonly text: string; readonly confidence: 'high' | 'low' }>();
  const add = (matched: Matched, index: number, confidence: 'high' | 'low'): void => {
    const known = found.get(matched.entry.id);
    if (known === undefined) found.set(matched.entry.id, { matched, line: index + 1, lastLine: index + 1, count: 1, text: lines[index]!, confidence });
    else {
      known.count++;
      known.lastLine = index + 1;
    }
  };
  const open: number[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const matched = exactMatch(line);
    if (matched !== null) add(matched, index, 'high');
    else open.push(index);
  });
  if (lines.length <= fewLines || (found.size === 0 && lines.length <= manyLines)) for (const [index, matched, confidence] of second(lines, open)) add(matched, index, confidence);
  const matches = [...found.values()].sort((a, b) => a.line - b.line).map((hit) => explanation(hit, language));
  return { matches, decisive: mostTelling(matches), builtFrom: builtFrom(text) };
}

/** Values that hold the words of a program as an escaped string: try them unescaped too. */
function exactMatch(line: string): Matched | null {
  const bytes = Buffer.from(line.slice(0, 16 * 1024), 'utf8');
  if (quick.next(bytes, 0, bytes.length) !== -1) {
    const source = programOf(line);
    const matched = (source === null ? null : ofProgram(source).match(line)) ?? pasted.match(line);
    if (matched !== null && (onlyBeside[matched.entry.id]?.test(line) ?? true)) return matched;
  }
  const error = /\berr(?:or)? is (.+)$/.exec(line)?.[1];
  if (error !== undefined) return pasted.match(error);
  if (!/\\["ntu]/.test(line)) return null;
  return pasted.match(line.replace(/\\n/g, ' ').replace(/\\t/g, ' ').replace(/\\"/g, '"').replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
}

/** Lines that matched nothing: broken by a terminal (joined with the next one), or written differently. */
function second(lines: readonly string[], open: readonly number[]): readonly (readonly [number, Matched, 'high' | 'low'])[] {
  const found: (readonly [number, Matched, 'high' | 'low'])[] = [];
  const unmatched = new Set(open);
  for (const index of open) {
    const line = lines[index]!;
    const next = lines[index + 1];
    const joined = next === undefined || !unmatched.has(index + 1) ? null : (exactMatch(line.trimEnd() + next.trimStart()) ?? exactMatch(`${line.trimEnd()} ${next.trimStart()}`));
    if (joined !== null) {
      found.push([index, joined, 'high']);
      continue;
    }
    const entry = inAnyCase(line) ?? nearest(messagePart(line));
    if (entry !== null && (onlyBeside[entry.id]?.test(line) ?? true)) found.push([index, { entry, fields: {} }, 'low']);
  }
  return found;
}

function inAnyCase(line: string): MessageEntry | null {
  const text = line.slice(0, 4096);
  return anyCase.find(({ pattern }) => pattern.test(text))?.known ?? null;
}

/** The line without dates, hosts and process names in front, which would only blur a comparison. */
function messagePart(line: string): string {
  return line
    .replace(/^[\w.-]+\s*\|\s*/, '')
    .replace(/^\S*\d{4}[-/]\d\d[-/]\d\d[T ]\S+\s+(?:stderr|stdout)?\s*[FP]?\s*/, '')
    .replace(/^[A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d\s+\S+\s+\S+:\s*/, '');
}

function explanation(hit: { readonly matched: Matched; readonly line: number; readonly lastLine: number; readonly count: number; readonly text: string; readonly confidence: 'high' | 'low' }, language: Language): Explanation {
  const { entry, fields } = hit.matched;
  const advice = adviceFor(entry.id);
  return {
    messageId: entry.id,
    program: programOf(hit.text) ?? entry.sources[0]!,
    meaning: say(language, `explain.${entry.id}.means`),
    action: say(language, `explain.do.${advice?.act ?? 'nothing'}`),
    avoid: advice === null || advice.avoid === null ? null : say(language, `explain.dont.${advice.avoid}`),
    save: advice?.save ?? 'maybe',
    versions: entry.versions,
    severity: entry.severity,
    line: hit.line,
    lastLine: hit.lastLine,
    count: hit.count,
    text: shown(hit.text),
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shown(value)])),
    confidence: hit.confidence,
  };
}

const weight: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2, critical: 3 };
/** Consequences: another line of the same gravity tells more. */
const consequence = /^(?:stack\.|systemd\.|kubelet\.|client\.|kubectl\.|etcd\.discovery-failed|etcd\.failed-apply|etcd\.request-timeout|apiserver\.)/;

function mostTelling(matches: readonly Explanation[]): number | null {
  let best: number | null = null;
  const score = (m: Explanation): number => weight[m.severity] * 4 + (consequence.test(m.messageId) ? 0 : 2) + (m.confidence === 'high' ? 1 : 0);
  matches.forEach((match, index) => {
    if (best === null || score(match) > score(matches[best]!)) best = index;
  });
  return best;
}

/** `/tmp/etcd-release-3.4.13/…`, `go.etcd.io/etcd/server/v3@v3.5.16/…`, `etcd-3.3.25/…` in a stack trace. */
function builtFrom(text: string): string | null {
  return /(?:etcd-release-|etcd\/(?:server\/|etcdutl\/|etcdctl\/)?v3@v|\/etcd-v?|\/etcd@v)(3\.\d{1,2}\.\d{1,2})\b/.exec(text)?.[1] ?? null;
}
