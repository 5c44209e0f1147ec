import { civil, epoch, parseIso, parseSyslogTime, parseSystemdTime } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { undecorated } from './decoration.js';
import { unwrapComponent, unwrapJson } from './json-wrapper.js';
import { sourceOfName } from './source-names.js';

/** What the log system wrote around a program's own words. */
export interface OuterLine {
  readonly time: Stamp | null;
  readonly host: string | null;
  /** syslog identifier, compose service, pod prefix; null when the line carries none. */
  readonly ident: string | null;
  readonly unit: string | null;
  readonly pid: number | null;
  /** The rest: the program's own line. */
  readonly rest: string;
  /** Numeric syslog priority of journal JSON. */
  readonly priority: number | null;
}

const bare = { host: null, ident: null, unit: null, pid: null, priority: null };

const compose = /^(?:\u001b\[\d+m)?([A-Za-z][\w.-]{0,60})\s+\| /;
/** `talosctl logs` puts the node before each line. */
const nodePrefix = /^(\d{1,3}(?:\.\d{1,3}){3}): (?=[[{]|\S+: |\d{4}-|time=)/;
/** `talosctl dmesg`: facility, level, and the time in UTC. */
const talosDmesg = /^(kern|user|daemon|syslog): +\w+: \[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)\]: /;
const podPrefix = /^\[pod\/([\w.-]+)\/([\w.-]+)\] /;
const cri = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)) (?:stdout|stderr) [FP] ?/;
const criCut = /^(?:stdout|stderr) [FP] /;
const isoStart = /^(?:\[)?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\s?(?:Z|[+-]\d\d:?\d\d)?\]?:?/;
const isoT = /^\d{4}-\d\d-\d\dT\d\d:/;
const weekdayIso = /^(?![>|*•-])\S{1,12} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)(?: ([A-Z]{2,5}|[+-]\d\d(?::?\d\d)?))? /;
const unixTime = /^(\d{10})\.(\d{6}) /;
const tag = /^(?:([\w][\w.-]{0,63}) )?([A-Za-z_(/][\w./@():-]{0,120}?)(?:\[(\d+)\])?:(?: |$)/;
const dmesg = /^(?:kern\s*:\w+\s*:\s*)?\[\s*(\d+\.\d+)\] /;
/** `journalctl -o short-monotonic`: host and program follow, unlike in dmesg. */
const monotonic = /^[\w][\w.-]{0,63} (?:[\w@./()-]{1,60}\[\d+\]|kernel): /;
const dmesgT = /^(?:kern\s*:\w+\s*:\s*)?\[((?:\S{1,4} )?[^\]]{12,28}\d{4})\] /;
/** `/var/log/audit/audit.log`: the kernel's own words, written by auditd. */
const auditd = /^(?:node=\S+ )?type=\w+ msg=audit\((\d{10}\.\d{3}):\d+\): /;
/** `stern`, `kubectl logs --prefix` of some versions: pod and container before the line. */
const podAndContainer = /^([\w.-]{1,200}) ([\w.-]{1,63}) (?=\{"|\d{4}[-/]\d\d|[IWEF]\d{4} |panic: |time=")/;
const dmesgIso = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}[+-]\d\d:\d\d) /;

/** Peels every prefix that log systems put before a line: compose, kubectl, CRI, docker JSON, journal, syslog, dmesg. */
export function peelOuter(line: string): OuterLine {
  let text = line;
  let ident: string | null = null;
  const service = compose.exec(text);
  if (service !== null) {
    ident = service[1]!.replace(/[-_]\d+$/, '');
    text = text.slice(service[0].length);
  }
  const node = nodePrefix.exec(text);
  if (node !== null) return { ...peelOuter(text.slice(node[0].length)), host: node[1]! };
  const pod = podPrefix.exec(text);
  if (pod !== null) {
    ident = pod[2]!;
    text = text.slice(pod[0].length);
  }
  if (text.startsWith('{')) return { ...bare, ...unwrapJson(text, ident) };
  const component = text.startsWith('time="') ? unwrapComponent(text) : null;
  if (component !== null) return { ...bare, ...component };
  const container = cri.exec(text);
  if (container !== null) return { ...bare, ident, time: parseIso(container[1]!), rest: text.slice(container[0].length) };
  const cut = criCut.exec(text);
  if (cut !== null) return { ...bare, ident, time: null, rest: text.slice(cut[0].length) };
  return prefixed(text, ident);
}

function prefixed(text: string, ident: string | null): OuterLine {
  // The usual case first: no other prefix begins like this.
  if (isoT.test(text)) return isoPrefixed(text, ident) ?? bareLine(text, ident);
  const audit = auditd.exec(text);
  if (audit !== null) return { ...bare, ident: 'kernel', time: epoch(Number(audit[1]) * 1000, 1), rest: text.slice(audit[0].length) };
  const talos = talosDmesg.exec(text);
  if (talos !== null) return { ...bare, ident: talos[1] === 'kern' ? 'kernel' : 'machined', time: parseIso(talos[2]!), rest: text.slice(talos[0].length) };
  const kernel = dmesg.exec(text);
  if (kernel !== null && monotonic.test(text.slice(kernel[0].length))) return tagged(text.slice(kernel[0].length), { kind: 'since-boot', seconds: Number(kernel[1]) }, ident, text);
  if (kernel !== null) return { ...bare, ident: 'kernel', time: { kind: 'since-boot', seconds: Number(kernel[1]) }, rest: text.slice(kernel[0].length) };
  const dated = dmesgT.exec(text);
  if (dated !== null) {
    const time = parseSyslogTime(dated[1]!);
    if (time !== null) return { ...bare, ident: 'kernel', time: time.stamp, rest: text.slice(dated[0].length) };
  }
  const unix = unixTime.exec(text);
  if (unix !== null) return tagged(text.slice(unix[0].length), epoch(Number(unix[1]) * 1000 + Number(unix[2]) / 1000, 0.001), ident, text);
  const full = weekdayIso.exec(text);
  if (full !== null) return tagged(text.slice(full[0].length), parseSystemdTime(text), ident, text);
  // Japanese month names are padded: ` 7月 08 09:19:58`.
  const short = /^ ?[\dA-Za-zÀ-žА-я星周一二三四五六日]/.test(text) ? parseSyslogTime(text.slice(0, 60)) : null;
  if (short !== null) return tagged(text.slice(short.length).trimStart(), short.stamp, ident, text);
  return isoPrefixed(text, ident) ?? bareLine(text, ident);
}

/** A line that begins with an ISO time, or null. */
function isoPrefixed(text: string, ident: string | null): OuterLine | null {
  const kernel = dmesgIso.exec(text);
  if (kernel !== null) return { ...bare, ident: 'kernel', time: parseIso(kernel[1]!), rest: text.slice(kernel[0].length) };
  const iso = isoStart.exec(text);
  if (iso === null) return null;
  const rest = text.slice(iso[0].length).trimStart();
  const line = tagged(rest, parseIso(iso[0]), ident, text);
  // Without host and tag the time is the program's own, or that of `docker logs -t`.
  if (line.ident !== null && line.host !== null) return line;
  return hasInnerTime(rest) ? { ...bare, ident, time: parseIso(iso[0]), rest } : { ...bare, ident, time: null, rest: text };
}

/** Programs that are believed by their name alone, without a time or a process id. */
const named = /^(?:([\w][\w.-]{0,63}) )?(?:([A-Za-z_][\w.@-]{0,40})\[(\d{1,7})\]|(etcd\d?|etcdserver|kubelet|kube-apiserver|kernel|systemd|dockerd|containerd|k3s|rke2)): (?=\S)/;

/** A line without a time: program and host may still stand before it, or what people and pages put there. */
function bareLine(text: string, ident: string | null): OuterLine {
  const found = named.exec(text);
  if (found !== null) return { ...bare, time: null, host: found[1] ?? null, ident: found[2] ?? found[4] ?? ident, pid: found[3] === undefined ? null : Number(found[3]), rest: text.slice(found[0].length) };
  const pod = podAndContainer.exec(text);
  if (pod !== null && sourceOfName(pod[2]!) !== null) return { ...peelOuter(text.slice(pod[0].length)), ident: pod[2]! };
  const plain = undecorated(text);
  if (plain === null) return { ...bare, ident, time: null, rest: text };
  const inner = peelOuter(plain.text);
  return { ...inner, ident: inner.ident ?? ident, time: inner.time ?? plain.time };
}

function hasInnerTime(rest: string): boolean {
  return /^(?:\{|\d{4}[-/]\d\d[-/]\d\d|[IWEF]\d{4} \d\d:|time=|raft\d{4})/.test(rest);
}

/** `host ident[pid]: text`, also without host (some syslogs) or without pid. */
function tagged(rest: string, time: Stamp | null, ident: string | null, whole: string): OuterLine {
  const match = tag.exec(rest);
  if (match === null) {
    const host = /^([\w][\w.-]{0,63}) (?=\S)/.exec(rest);
    return host === null || /^[IWEFCND] \|/.test(rest) ? { ...bare, ident, time: null, rest: whole } : { ...bare, ident, time, rest };
  }
  const name = match[2]!;
  const component = /^k0s/.test(name) ? unwrapComponent(rest.slice(match[0].length)) : null;
  if (component !== null) return { ...bare, ...component, time, host: match[1] ?? null };
  return {
    ...bare, time, host: match[1] ?? null, ident: name.replace(/^\((.*)\)$/, '$1').replace(/^.*\//, ''),
    pid: match[3] === undefined ? null : Number(match[3]), rest: rest.slice(match[0].length),
  };
}

const klogTime = /^([IWEF])(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})/;

/** klog's `E0513 10:18:11.623162`: no year, no zone. */
export function parseKlogTime(text: string): Stamp | null {
  const match = klogTime.exec(text);
  return match === null ? null : civil({ year: null, month: Number(match[2]), day: Number(match[3]), hour: Number(match[4]), minute: Number(match[5]), second: Number(match[6]), fraction: match[7] });
}
