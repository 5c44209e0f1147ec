import type { LogSource } from '../../artifacts/fact.js';
import type { MessageEntry } from '../../artifacts/messages/entry.js';
import { knownMessages, pastedMatcher, type Matched } from '../../artifacts/messages/index.js';
import { prefilter } from '../../artifacts/messages/prefilter.js';
import { wordings } from './fuzzy.js';
import { moreMessages } from './more-messages.js';
import { programOf } from './speaker.js';

/** Words that many programs share: any other message is more likely. */
const shared = new Set(['tool.deadline', 'backup.shell-error', 'systemd.failed', 'etcd.discovery-failed', 'etcd.recover-failed']);
/** Words of every shell: they mean something here only beside these. */
const onlyBeside: Readonly<Record<string, RegExp>> = { 'backup.shell-error': /backup|snapshot|etcd|\.sh\b|cron/i, 'backup.no-space': /backup|snapshot|etcd|\.sh\b|cron/i };
const inOrder = [...moreMessages, ...knownMessages];
const entries: readonly MessageEntry[] = [...inOrder.filter((known) => !shared.has(known.id)), ...inOrder.filter((known) => shared.has(known.id))];
const pasted = pastedMatcher(entries);
const quick = prefilter(pasted.fragments);
const byProgram = new Map<LogSource, typeof pasted>();

/** The same patterns for text in another case. */
const anyCase = entries.flatMap((known) => known.patterns.map((pattern) => ({ known, pattern: new RegExp(pattern.source, 'i') })));
const nearest = wordings([...pasted.fragments.map((text) => ({ of: pasted.entryOf(text), text, example: false })), ...entries.map((known) => ({ of: known, text: known.example, example: true }))]);

/** Only the messages of one program. */
function ofProgram(source: LogSource): typeof pasted {
  let matcher = byProgram.get(source);
  if (matcher === undefined) byProgram.set(source, (matcher = pastedMatcher(entries.filter((known) => known.sources.includes(source)))));
  return matcher;
}

/** A known message as it is printed. Values that hold the words of a program as an escaped string are tried unescaped too. */
export function exactMatch(line: string): Matched | null {
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

/** A known message in words that are only similar: another case, typing errors, cut at an end. */
export function similarMatch(line: string): Matched | null {
  const entry = inAnyCase(line) ?? nearest(messagePart(line));
  return entry !== null && (onlyBeside[entry.id]?.test(line) ?? true) ? { entry, fields: {} } : null;
}

/** The message that a pasted line is, exactly or nearly; null when it is none. Never proof of anything: nobody knows who wrote it. */
export function matchPasted(line: string): Matched | null {
  return exactMatch(line) ?? similarMatch(line);
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
