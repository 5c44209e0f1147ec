import { shown } from '../../artifacts/cite.js';
import { parseLogLine } from '../../artifacts/logs/timestamp.js';
import type { Matched } from '../../artifacts/messages/index.js';
import type { Severity } from '../../case/model.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { adviceFor, type Advice } from './advice.js';
import { exactMatch, similarMatch } from './pasted.js';
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

/** Characters of one line that are looked at. */
const longestLine = 16 * 1024;
/** Lines beyond which lines that match nothing exactly are left alone, once others have matched. */
const fewLines = 40;
/** Lines beyond which only exact matches are looked for. */
const manyLines = 2000;

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
    const similar = isWhole(line) ? null : similarMatch(line);
    if (similar !== null) found.push([index, similar, 'low']);
  }
  return found;
}

/** A whole line of a program that reports nothing bad: it is not a misspelt failure. */
function isWhole(line: string): boolean {
  const { inner } = parseLogLine(line);
  return inner.form !== 'plain' && (inner.level === 'info' || inner.level === 'debug');
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
  const score = (m: Explanation): number => weight[m.severity] * 4 + (consequence.test(m.messageId) ? 0 : 2) - (m.confidence === 'high' ? 0 : 7);
  matches.forEach((match, index) => {
    if (best === null || score(match) > score(matches[best]!)) best = index;
  });
  return best;
}

/** `/tmp/etcd-release-3.4.13/…`, `go.etcd.io/etcd/server/v3@v3.5.16/…`, `etcd-3.3.25/…` in a stack trace. */
function builtFrom(text: string): string | null {
  return /(?:etcd-release-|etcd\/(?:server\/|etcdutl\/|etcdctl\/)?v3@v|\/etcd-v?|\/etcd@v)(3\.\d{1,2}\.\d{1,2})\b/.exec(text)?.[1] ?? null;
}
