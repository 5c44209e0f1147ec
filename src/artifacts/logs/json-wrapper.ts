import { epoch, parseIso } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';

/** A program's line inside the JSON of a log system. */
export interface Wrapped {
  readonly rest: string;
  readonly time: Stamp | null;
  readonly host?: string | null;
  readonly ident: string | null;
  readonly unit?: string | null;
  readonly pid?: number | null;
  /** Numeric syslog priority of journal JSON. */
  readonly priority?: number | null;
}

/** docker json-file, `journalctl -o json`, and the records of log collectors; other JSON is the program's own line. */
export function unwrapJson(text: string, ident: string | null): Wrapped {
  if (text.startsWith('{"log":"')) {
    const time = /"time":"([^"]+)"\}?\s*$/.exec(text)?.[1];
    const log = /^\{"log":"((?:[^"\\]|\\.)*)/.exec(text)?.[1] ?? '';
    if (time !== undefined || !collected.test(text)) return { ident, time: time === undefined ? null : parseIso(time), rest: unescapeJson(log).replace(/\r?\n$/, '') };
  }
  if (text.includes('"__REALTIME_TIMESTAMP"')) return journalRecord(text, ident);
  return collectorRecord(text) ?? { ident, time: null, rest: text };
}

/** What a collector adds about where a line comes from; a program does not say this about itself. */
const collected = /"(?:kubernetes|container_name|containerName|stream|SYSLOG_IDENTIFIER|syslog_identifier|programname|_SYSTEMD_UNIT|docker)"\s*:/;
const ownLine = /"(?:log|message|MESSAGE|line|_raw)"\s*:\s*"((?:[^"\\]|\\.)*)/;

/** fluentd, Filebeat, Vector and their like: the line in one field, its origin in others. */
function collectorRecord(text: string): Wrapped | null {
  const line = ownLine.exec(text)?.[1];
  // A whole JSON line as the message is not a program's own word either.
  if (line === undefined || !(collected.test(text) || /^\{\\"(?:level|severity|ts)\\"/.test(line))) return null;
  const value = (names: string): string | null => new RegExp(String.raw`"(?:${names})"\s*:\s*"((?:[^"\\]|\\.)*)"`).exec(text)?.[1] ?? null;
  const namespace = value('namespace_name|namespace');
  const container = value('container_name|containerName') ?? /"container"\s*:\s*\{[^{}]*"name"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? null;
  const program = container === null ? value('SYSLOG_IDENTIFIER|syslog_identifier|programname|ident') : isControlPlane(namespace) ? container : `app-${container}`;
  const time = value('time|@timestamp|timestamp');
  return { rest: unescapeJson(line).replace(/\r?\n$/, ''), time: time === null ? null : parseIso(time), host: value('host|hostname|node_name'), ident: program, unit: value('_SYSTEMD_UNIT|systemd_unit') };
}

/** Namespaces in which the control plane's own etcd runs; an application may have one too. */
export function isControlPlane(namespace: string | null): boolean {
  return namespace === null || /^(?:kube-system|kube-etcd|etcd|etcd-system|openshift-(?:etcd|kube-.*|machine-config-operator))$/.test(namespace);
}

function journalRecord(text: string, ident: string | null): Wrapped {
  const field = (name: string): string | null => {
    const value = new RegExp(String.raw`"${name}"\s*:\s*"((?:[^"\\]|\\.)*)"`).exec(text)?.[1];
    return value === undefined ? null : unescapeJson(value);
  };
  const micros = field('__REALTIME_TIMESTAMP') ?? field('_SOURCE_REALTIME_TIMESTAMP');
  return {
    time: micros === null ? null : epoch(Number(micros) / 1000, 0.001),
    host: field('_HOSTNAME'),
    ident: field('SYSLOG_IDENTIFIER') ?? field('_COMM') ?? (field('_TRANSPORT') === 'kernel' ? 'kernel' : ident),
    unit: field('UNIT') ?? field('_SYSTEMD_UNIT'),
    pid: field('_PID') === null ? null : Number(field('_PID')),
    priority: field('PRIORITY') === null ? null : Number(field('PRIORITY')),
    rest: field('MESSAGE') ?? byteMessage(text) ?? '',
  };
}

/** Messages with bytes that are not UTF-8 come as an array of numbers. */
function byteMessage(text: string): string | null {
  const numbers = /"MESSAGE"\s*:\s*\[([\d,\s]{1,200000})\]/.exec(text)?.[1];
  return numbers === undefined ? null : Buffer.from(numbers.split(',').map(Number)).toString('utf8');
}

/** k0s prints its components' lines as the message of its own: `msg="{\"level\":…}" component=etcd`. */
export function unwrapComponent(text: string): { readonly ident: string; readonly rest: string; readonly time: Stamp | null } | null {
  const match = /^time="([^"]+)" level=\w+ msg="((?:[^"\\]|\\.)*)"? ?component=([\w-]+)/.exec(text);
  return match === null ? null : { ident: match[3]!, rest: unescapeJson(match[2]!), time: parseIso(match[1]!) };
}

/** Resolves JSON string escapes; a half escape at the end of a cut line stays as it is. */
export function unescapeJson(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text.replace(/\\(["\\/])/g, '$1').replace(/\\n/g, '\n').replace(/\\t/g, '\t');
  }
}
