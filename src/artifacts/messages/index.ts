import type { LogSource } from '../fact.js';
import { apiserverMessages } from './apiserver.js';
import { backupMessages } from './backup.js';
import { certificateMessages } from './certificates.js';
import type { MessageEntry } from './entry.js';
import { membershipMessages } from './etcd-membership.js';
import { serverMessages } from './etcd-server.js';
import { storageMessages } from './etcd-storage.js';
import { toolMessages } from './etcd-tools.js';
import { walMessages } from './etcd-wal.js';
import { literalFragment } from './fragment.js';
import { k3sMessages } from './k3s.js';
import { kernelMessages } from './kernel.js';
import { kubeletMessages } from './kubelet.js';
import { runtimeMessages } from './runtime.js';
import { stackMessages } from './stack-traces.js';
import { systemdMessages } from './systemd.js';

export type { MessageEntry, MessageRole } from './entry.js';

/** Every known message, most specific first. */
export const knownMessages: readonly MessageEntry[] = [
  ...storageMessages, ...walMessages, ...certificateMessages, ...membershipMessages, ...toolMessages, ...k3sMessages,
  ...serverMessages, ...stackMessages, ...kubeletMessages, ...apiserverMessages, ...kernelMessages, ...systemdMessages,
  ...runtimeMessages, ...backupMessages,
];

interface Matcher {
  readonly entry: MessageEntry;
  readonly pattern: RegExp;
  readonly fragment: string;
}

const compile = (entries: readonly MessageEntry[]): readonly Matcher[] =>
  entries.flatMap((known) => known.patterns.map((pattern) => ({ entry: known, pattern, fragment: literalFragment(pattern) })));

const matchers = compile(knownMessages);
const byId = new Map(knownMessages.map((known) => [known.id, known]));
const bySource = new Map<LogSource, readonly Matcher[]>();

function matchersOf(source: LogSource): readonly Matcher[] {
  let list = bySource.get(source);
  if (list === undefined) bySource.set(source, (list = matchers.filter((m) => m.entry.sources.includes(source))));
  return list;
}

/** The entry of an id that `matchMessage` gave. */
export function messageEntry(id: string): MessageEntry | undefined {
  return byId.get(id);
}

/** Characters of one message that are looked at. */
const longest = 16 * 1024;
/** What clients sent is not etcd's word: a key may hold any text. */
const requestText = /"request\\?": ?\\?"|\brequest "(?:header|key|compare|success|failure)|\(request "/;

/** The part of a message that is the program's own word, quotes inside JSON strings unescaped. */
function subject(message: string): string {
  const own = withoutRequest(message.length > longest ? message.slice(0, longest) : message);
  return own.includes('\\"') ? own.replace(/\\"/g, '"') : own;
}

function withoutRequest(head: string): string {
  const at = head.search(requestText);
  if (at < 0) return head;
  const rest = head.slice(at);
  const error = /"error":"(?:[^"\\]|\\.)*"/.exec(rest)?.[0] ?? '';
  const slow = / took too long \([^()]*\) to execute/.exec(rest)?.[0] ?? '';
  return head.slice(0, at) + slow + error;
}

function firstMatch(message: string, list: readonly Matcher[]): { readonly entry: MessageEntry; readonly fields: Record<string, string> } | null {
  const text = subject(message);
  for (const { entry, pattern, fragment } of list) {
    if (!text.includes(fragment)) continue;
    const match = pattern.exec(text);
    if (match !== null) return { entry, fields: namedValues(match) };
  }
  return null;
}

function namedValues(match: RegExpExecArray): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(match.groups ?? {})) if (value !== undefined) fields[name] = value;
  return fields;
}

/** A pager or a status view ends a line that it cuts with one of these. */
const cutMark = /\s?(?:>|…|\.\.\.)$/;
/** A message is known again by this much of its words. */
const leastKept = 12;
const keptShare = 0.6;

/** The message whose literal words a line ends with, as far as they were kept when it was cut at the right. */
function cutMatch(message: string, list: readonly Matcher[]): { readonly entry: MessageEntry; readonly fields: Record<string, string> } | null {
  if (!cutMark.test(message)) return null;
  const text = subject(message.replace(cutMark, ''));
  let best: Matcher | null = null;
  let longest = 0;
  for (const matcher of list) {
    const { fragment, pattern } = matcher;
    // Only a pattern that is nothing but its words: others may want something in front of them.
    if (fragment.length < leastKept || pattern.source.replace(/\\/g, '') !== fragment) continue;
    for (let n = fragment.length - 1; n > longest && n >= Math.max(leastKept, fragment.length * keptShare); n--) {
      if (!text.endsWith(fragment.slice(0, n))) continue;
      best = matcher;
      longest = n;
      break;
    }
  }
  return best === null ? null : { entry: best.entry, fields: {} };
}

/**
 * Which known message a line is. `message` may be the bare message, or the whole line with any prefix
 * (capnslog, zap JSON or console, klog). Where prefix and fields were already taken off, join zap's
 * `msg` and `error` as `msg | error: …`, since several causes stand only in the error.
 * Words of a program about another program (`source` not in the entry) never match.
 */
export function matchMessage(message: string, source: LogSource): { id: string; fields: Record<string, string> } | null {
  const found = firstMatch(message, matchersOf(source)) ?? cutMatch(message, matchersOf(source));
  return found === null ? null : { id: found.entry.id, fields: found.fields };
}

/** `matchMessage` for a line that is probably the message `id`: only the patterns of that one are tried. */
export function matchKnown(id: string, message: string, source: LogSource): { id: string; fields: Record<string, string> } | null {
  const entry = byId.get(id);
  if (entry === undefined || !entry.sources.includes(source)) return null;
  const text = subject(message);
  for (const pattern of entry.patterns) {
    const match = pattern.exec(text);
    if (match !== null) return { id, fields: namedValues(match) };
  }
  return null;
}

/** A known message in a text, and the values that its pattern names. */
export interface Matched {
  readonly entry: MessageEntry;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * A matcher for pasted lines whose writer is not known, over `entries` in their order; with the
 * literal pieces of which a line must hold one. Never for evidence.
 */
export function pastedMatcher(entries: readonly MessageEntry[]): { readonly match: (text: string) => Matched | null; readonly fragments: readonly string[]; readonly entryOf: (fragment: string) => MessageEntry } {
  const list = compile(entries);
  const byFragment = new Map<string, MessageEntry>();
  for (const { fragment, entry } of list) if (!byFragment.has(fragment)) byFragment.set(fragment, entry);
  return { match: (text) => firstMatch(text, list), fragments: [...byFragment.keys()], entryOf: (fragment) => byFragment.get(fragment)! };
}

/** Literal pieces, one per pattern, of which a line must hold at least one to match anything. */
export const messageFragments: readonly string[] = [...new Set(matchers.map((m) => m.fragment))];
