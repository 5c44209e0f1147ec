import { epoch, parseIso } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import type { LogFact } from '../fact.js';
import { unescapeJson } from './json-wrapper.js';
import { parseKlogTime } from './outer.js';

/** Which library wrote a line; tells programs apart where no prefix names them. */
export type InnerForm = 'capnslog' | 'raft-logger' | 'zap-json' | 'zap-console' | 'klog' | 'klog-json' | 'logfmt' | 'plain';

/** A program's own line, taken apart. */
export interface InnerLine {
  readonly form: InnerForm;
  readonly time: Stamp | null;
  readonly level: LogFact['level'];
  /** zap and klog caller, or the capnslog package. */
  readonly caller: string | null;
  readonly logger: string | null;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

const levels: Readonly<Record<string, LogFact['level']>> = {
  debug: 'debug', trace: 'debug', info: 'info', notice: 'info', warn: 'warning', warning: 'warning', error: 'error', err: 'error',
  dpanic: 'fatal', panic: 'fatal', fatal: 'fatal', critical: 'fatal',
  D: 'debug', T: 'debug', I: 'info', N: 'info', W: 'warning', E: 'error', C: 'fatal', F: 'fatal',
};

const capnslog = /^(?:(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) )?(?:\[[\w./-]+\.go:\d+\] )?([CEWNIDT]) \| (?:([\w./-]+): )?(.*)$/s;
const raftLogger = /^raft(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (DEBUG|INFO|WARN|WARNING|ERROR|FATAL|PANIC)\s*: (.*)$/s;
/** etcd 2.0: Go's own log, with the name of the package. */
const goLog = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (etcd|etcdmain|etcdserver|etcdhttp|rafthttp|raft|wal|snap|sender|store|discovery): (.*)$/s;
const klog = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{1,9}\s+\d+ ([\w./-]+:\d+)\] (.*)$/s;
const zapConsole = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))(?:\t| {1,})(\u001b\[\d+m)?(debug|info|warn|error|dpanic|panic|fatal|DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)(?:\u001b\[0m)?(?:\t| {1,})(?:([\w.-]+)(?:\t| {2,}))?([\w./@-]+\.go:\d+)(?:\t| {1,})(.*)$/s;

/** Takes a program's own line apart; never fails: what fits nothing is `plain`. */
export function parseInner(text: string): InnerLine {
  if (text.startsWith('{')) {
    const json = jsonLine(text);
    if (json !== null) return json;
  }
  // The left part may have been cut off by a terminal.
  if (/^[^{}]{0,200}"(?:level|caller|msg|message|error)":\s?"/.test(text) && /"(?:msg|message)":\s?"/.test(text)) {
    const json = jsonLine(text);
    if (json !== null) return json;
  }
  const cap = capnslog.exec(text);
  if (cap !== null) return { form: 'capnslog', time: cap[1] === undefined ? null : parseIso(cap[1]), level: levels[cap[2]!] ?? null, caller: cap[3] ?? null, logger: null, message: cap[3] === undefined ? cap[4]! : `${cap[3]}: ${cap[4]!}`, fields: {} };
  const raft = raftLogger.exec(text);
  if (raft !== null) return { form: 'raft-logger', time: parseIso(raft[1]!), level: levels[raft[2]!.toLowerCase()] ?? null, caller: 'raft', logger: null, message: raft[3]!, fields: {} };
  const go = goLog.exec(text);
  if (go !== null) return { form: 'capnslog', time: parseIso(go[1]!), level: null, caller: go[2]!, logger: null, message: `${go[2]!}: ${go[3]!}`, fields: {} };
  const kube = klog.exec(text);
  if (kube !== null) return { form: 'klog', time: parseKlogTime(text), level: levels[kube[1]!] ?? null, caller: kube[2]!, logger: null, ...structured(kube[3]!) };
  const console_ = zapConsole.exec(text);
  if (console_ !== null) {
    const { message, fields } = trailingJson(console_[6]!);
    return { form: 'zap-console', time: parseIso(console_[1]!), level: levels[console_[3]!.toLowerCase()] ?? null, caller: console_[5]!, logger: console_[4] ?? null, message, fields };
  }
  if (/(?:^|\s)(?:level|lvl)=\w+/.test(text.slice(0, 200)) && /(?:^|\s)msg=/.test(text)) return logfmt(text);
  return { form: 'plain', time: null, level: null, caller: null, logger: null, message: text, fields: {} };
}

/** JSON lines, also cut at either end: then the keys are found by pattern. */
function jsonLine(text: string): InnerLine | null {
  if (!/"(?:level|severity|ts|time|timestamp|msg|message)"\s*:/.test(text.slice(0, 4000))) return null;
  const fields: Record<string, string> = {};
  try {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    for (const [key, value] of Object.entries(parsed)) fields[key] = typeof value === 'string' ? value : JSON.stringify(value);
    // 64-bit ids lose digits in JSON.parse: take numbers as written.
    for (const [, key, digits] of text.matchAll(/"([\w-]+)":\s*(-?\d{16,20})(?=[,}])/g)) fields[key!] = digits!;
  } catch {
    for (const [, key, string, other] of text.matchAll(/"([\w.-]+)"\s*:\s*(?:"((?:[^"\\]|\\.)*)"?|([^",{}[\]\s]+))/g)) fields[key!] ??= string === undefined ? other! : unescapeJson(string);
  }
  const take = (...keys: string[]): string | null => {
    for (const key of keys) {
      const value = fields[key];
      if (value !== undefined) {
        Reflect.deleteProperty(fields, key);
        return value;
      }
    }
    return null;
  };
  const message = take('msg', 'message', 'MESSAGE');
  const level = take('level', 'severity', 'lvl');
  if (message === null && level === null) return null;
  const isKlog = fields['v'] !== undefined && fields['ts'] !== undefined && level === null;
  return {
    form: isKlog ? 'klog-json' : 'zap-json', time: jsonTime(take('ts', 'time', 'timestamp', '@timestamp')), level: levels[(level ?? '').toLowerCase()] ?? null,
    caller: take('caller'), logger: take('logger'), message: message ?? '', fields,
  };
}

function jsonTime(text: string | null): Stamp | null {
  if (text === null) return null;
  if (/^\d{10}(?:\.\d+)?$/.test(text)) {
    const decimals = text.split('.')[1]?.length ?? 0;
    return epoch(Number(text) * 1000, decimals === 0 ? 1000 : 10 ** Math.max(-3, 3 - decimals));
  }
  if (/^\d{13}(?:\.\d+)?$/.test(text)) return epoch(Number(text), 1);
  return parseIso(text);
}

/** klog's structured part: `"Error getting node" err="node \"x\" not found"`. */
function structured(text: string): Pick<InnerLine, 'message' | 'fields'> {
  const quoted = /^"((?:[^"\\]|\\.)*)"((?:\s+[\w./-]+=(?:"(?:[^"\\]|\\.)*"?|\S*))*)/.exec(text);
  if (quoted === null) return { message: text, fields: {} };
  return { message: unescapeJson(quoted[1]!), fields: pairs(quoted[2]!) };
}

function pairs(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, key, string, plain] of text.matchAll(/([\w./-]+)=(?:"((?:[^"\\]|\\.)*)"?|(\S*))/g)) fields[key!] = string === undefined ? plain! : unescapeJson(string);
  return fields;
}

function trailingJson(text: string): Pick<InnerLine, 'message' | 'fields'> {
  const at = text.search(/\s\{"/);
  if (at < 0) return { message: text.trimEnd(), fields: {} };
  const json = jsonLine(text.slice(at).trim().replace(/^\{/, '{"msg":"",'));
  return { message: text.slice(0, at).trimEnd(), fields: json === null ? {} : json.fields };
}

function logfmt(text: string): InnerLine {
  const fields = pairs(text);
  const { msg, time, level, ts, ...rest } = fields;
  return { form: 'logfmt', time: jsonTime(time ?? ts ?? null), level: levels[(level ?? '').toLowerCase()] ?? null, caller: null, logger: null, message: msg ?? '', fields: rest };
}

/**
 * The text that the message catalogue is asked about: the message followed by its fields as
 * ` key=value`, so that `discovery failed` carries its `error`.
 */
export function matchedText(line: InnerLine): string {
  const extra = Object.entries(line.fields).map(([key, value]) => `${key}=${value}`);
  return extra.length === 0 ? line.message : `${line.message} ${extra.join(' ')}`;
}
