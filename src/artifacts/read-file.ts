import type { BundleFile } from '../intake/bundle.js';
import { parseIso } from '../time/parse.js';
import { shown } from './cite.js';
import type { Fact } from './fact.js';
import { pause, type ArtifactReader, type Pause, type Section } from './reader.js';
import { readers } from './readers/index.js';
import { maskSecrets } from './secrets.js';
import { commandFromName, simpleCommands } from './sections/commands.js';
import { makeSection, openText } from './sections/section.js';
import type { TextFile } from './sections/section.js';
import { splitTranscript } from './sections/transcript.js';
import type { TranscriptPart } from './sections/transcript.js';

/** What one file gave. */
export interface FileReading {
  readonly kind: string;
  readonly by: string;
  readonly facts: readonly Fact[];
  /** Hosts named by prompts and log lines. */
  readonly hosts: ReadonlySet<string>;
  readonly firstLine: string | null;
}

/** Below this score a reader only guesses. */
const enough = 30;

/** Recognises and reads one file that is not a database; pauses in a long one. */
export function* readTextFile(file: BundleFile): Generator<Pause, FileReading> {
  if (file.size === 0) return { kind: 'empty-file', by: 'size', facts: [], hosts: new Set(), firstLine: null };
  const text = openText(file);
  if (text === null) return { kind: 'binary', by: 'bytes', facts: [], hosts: new Set(), firstLine: null };
  const { parts, marks } = splitTranscript(text.range, file.path);
  const facts: Fact[] = [];
  const kinds = new Map<string, string>();
  const hosts = new Set<string>();
  const named = commandFromName(file.path);
  const isTranscript = parts.some((part) => part.prompt !== null && part.prompt.strong);
  for (const mark of marks) {
    const now = parseIso(mark.text.replace(/^\D*/, ''));
    facts.push({ kind: 'clock', at: mark.at, host: null, now, universal: null, rtc: null, zoneName: null, offsetMinutes: null, synchronized: null });
  }
  let firstUnread: string | null = null;
  let host: string | null = null;
  for (const part of parts) {
    if (part.prompt?.host != null) host = shortHost(part.prompt.host);
    const partHost = part.prompt === null && part.hostPath === null ? null : host;
    if (partHost !== null) hosts.add(partHost);
    const reading = yield* readPart(text, part, partHost, isTranscript ? null : named);
    for (const fact of reading.facts) {
      facts.push(fact);
      if (fact.host !== null) hosts.add(fact.host);
    }
    for (const [kind, by] of reading.kinds) if (!kinds.has(kind)) kinds.set(kind, by);
    if (reading.kinds.size === 0 && reading.firstLine !== null) firstUnread ??= reading.firstLine;
  }
  if (isTranscript && kinds.size === 0) kinds.set('transcript', 'prompt');
  if (kinds.size === 0) return { kind: 'unrecognised', by: 'nothing', facts, hosts, firstLine: firstUnread };
  const list = [...kinds.keys()];
  const kind = isTranscript && list.length > 3 ? `transcript (${list.slice(0, 6).join(', ')}${list.length > 6 ? ', …' : ''})` : list.join(', ');
  return { kind, by: [...new Set(kinds.values())].slice(0, 3).join(', '), facts, hosts, firstLine: null };
}

/** `ks-master1.example.org` and `ks-master1` are one host in prompts and logs. */
function shortHost(host: string): string {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host : host.split('.')[0]!;
}

interface PartReading {
  readonly facts: readonly Fact[];
  readonly kinds: ReadonlyMap<string, string>;
  readonly firstLine: string | null;
}

function* readPart(text: TextFile, part: TranscriptPart, host: string | null, named: string | null): Generator<Pause, PartReading> {
  const kinds = new Map<string, string>();
  const facts: Fact[] = [];
  const command = part.prompt?.command ?? null;
  const section = makeSection(text.file, {
    range: part.output,
    host,
    command: command ?? named,
    cwd: part.prompt?.cwd ?? null,
    hostPath: part.hostPath ?? hostPathFromCommand(command) ?? null,
  });
  if (command !== null && command !== '' && part.at !== null) {
    const output: string[] = [];
    for (const line of section.lines()) {
      if (output.length >= 20) break;
      output.push(shown(line.text));
    }
    facts.push({ kind: 'command', at: part.at, host, command: maskSecrets(command), cwd: part.prompt!.cwd, user: part.prompt!.user, time: null, exitCode: null, output, from: 'transcript' });
  }
  if (section.head.length === 0) return { facts, kinds, firstLine: null };
  for (const { reader, by, view } of choose(section)) {
    kinds.set(reader.kind, by);
    for (const read of reader.read(view)) {
      if (read === pause) yield read;
      else facts.push(read);
    }
  }
  return { facts, kinds, firstLine: shown(section.head[0] ?? '') };
}

/** `cat /etc/etcd.env` prints that file. */
function hostPathFromCommand(command: string | null): string | null {
  if (command === null) return null;
  return /^(?:sudo\s+)?(?:cat|less|more|zcat|head|tail)(?:\s+-\S+)*\s+(~?\/[^\s|;&<>*?]+)\s*(?:\||$)/.exec(command)?.[1] ?? null;
}

interface Choice {
  readonly reader: ArtifactReader;
  readonly by: string;
  readonly view: Section;
}

/** The best reader; for compound commands also every selective reader that knows one of its parts. */
function choose(section: Section): readonly Choice[] {
  const commands = section.command === null ? [] : simpleCommands(section.command);
  const views = commands.length > 1 ? [section, ...commands.slice(0, 12).map((command) => ({ ...section, command }))] : [section];
  const best = new Map<string, Choice & { score: number }>();
  for (const view of views) {
    for (const reader of readers) {
      const { score, by } = reader.recognise(view);
      const known = best.get(reader.kind);
      if (score >= enough && (known === undefined || score > known.score)) best.set(reader.kind, { reader, by, view, score });
    }
  }
  const ranked = [...best.values()].sort((a, b) => b.score - a.score);
  const first = ranked[0];
  if (first === undefined) return [];
  return [first, ...ranked.slice(1).filter((choice) => choice.reader.selective === true && (first.reader.selective === true || commands.length > 1))];
}
