import { matchMessage } from '../messages/index.js';
import { readLogLines } from '../logs/read-log.js';
import { sourceOfName } from '../logs/source-names.js';
import { cronMail, looksLike, sourceOfSection } from '../logs/source.js';
import { parseLogLine } from '../logs/timestamp.js';
import type { LogSource } from '../fact.js';
import type { ArtifactReader, Section } from '../reader.js';

/** A frame of one of etcd's own packages. */
const frame = /^\s*(?:go\.etcd\.io\/|github\.com\/(?:coreos|etcd-io)\/)\S+\(/;

const beginning = /^(?:panic: |goroutine \d+ \[|fatal error: |-- Logs begin at|-- Journal begins at|-- Reboot --|-- No entries --)/;

/** Every kind of log: journal, syslog, CRI, docker JSON, capnslog, zap, klog, logfmt, dmesg. */
export const log: ArtifactReader = {
  kind: 'log',
  recognise(section) {
    let timed = 0;
    let shaped = 0;
    // Explanations of journalctl -x and mail notices stand between the lines of a log.
    const head = section.head.filter((text) => !/^-- (?!Logs|Journal|Reboot|Boot|No entries)|^--\s*$|^You have (?:new )?mail in /.test(text)).slice(0, 60);
    for (const text of head) {
      const line = parseLogLine(text);
      if (line.time !== null && (line.outer.ident !== null || line.inner.form !== 'plain' || line.outer.time !== null || /^\[?\d{4}-\d\d-\d\d/.test(text))) timed++;
      if (line.inner.form !== 'plain' || line.outer.ident !== null) shaped++;
    }
    if (head.some((text) => cronMail.test(text))) return { score: 70, by: 'mail of cron' };
    const command = /\b(?:journalctl|dmesg|docker logs|podman logs|nerdctl logs|crictl logs|kubectl logs)\b|\/var\/log\//.test(section.command ?? '');
    const panics = (text: string): boolean => beginning.test(text) || beginning.test(parseLogLine(text).outer.rest);
    if (head.filter(panics).length >= Math.max(1, head.length * 0.1)) return { score: 80, by: 'panic or journal header' };
    if (timed >= Math.max(1, head.length * 0.4)) return { score: command ? 90 : 82, by: 'log lines' };
    if (command && (timed > 0 || shaped > 0)) return { score: 85, by: `command ${section.command}` };
    if (timed >= 3 || shaped >= Math.max(1, head.length * 0.5)) return { score: 40, by: 'log lines' };
    if (head.some((text) => frame.test(text))) return { score: 60, by: 'stack trace' };
    const named = sourceOfSection(section);
    return named !== null && named !== 'other' && /\.(?:log|out|err)(?:\.\d+)?$/.test(section.artifact.replace(/\.(?:gz|zst|xz|bz2)$/, '')) ? { score: 32, by: 'file name' } : { score: 0, by: '' };
  },
  read: (section) => readLogLines(section, { hint: sourceOfSection(section) ?? voted(section) }),
};

/** A line whose form alone says that a program wrote it. */
function isShaped(text: string): boolean {
  const { outer, inner, time } = parseLogLine(text);
  return beginning.test(outer.rest) || frame.test(outer.rest) || (inner.form !== 'plain' && (inner.time !== null || inner.caller !== null)) || (outer.ident !== null && (time !== null || outer.pid !== null));
}

/** Lines of logs between the sentences of a person: an issue, a mail, a page. */
export const logInProse: ArtifactReader = {
  kind: 'log-in-prose',
  selective: true,
  recognise: (section) => (section.byteLength <= 1 << 20 && section.head.some(isShaped) ? { score: 31, by: 'log lines between others' } : { score: 0, by: '' }),
  read: (section) => readLogLines(section, { hint: sourceOfSection(section) ?? voted(section), only: isShaped }),
};

const kubeletCaller = /^(?:kubelet|kubelet_node_status|kubelet_pods|pod_workers|eviction_manager|pod_container_manager|kuberuntime_\w+|reconciler\w*|container_manager_linux|status_manager|csi_plugin|pleg\/?\w*|generic|pod_startup_latency_tracker|remote_runtime|cni|prober)\.go:/;
const apiserverCaller = /^(?:status|writers|instance|storage_factory|cacher|etcd3\w*|healthz|genericapiserver|controller_utils|available_controller|finisher|timeout|clientconn|handler|authentication|compact|dynamic_cafile_content|oidc|webhook|logging)\.go:/;

/** Lines of a panic and of the stack below it: they say nothing about who writes the log. */
const partOfDump = /^(?:\s|$|panic|goroutine \d+ \[|created by |\[signal |\[recovered|fatal error: |[\w.-]+(?:\/[\w.@-]+)*\.[\w.(*)\[\]-]+\()/;

/** The program that most lines without a name of their own point to. */
function voted(section: Section): LogSource | null {
  const votes = new Map<LogSource | null, number>();
  let total = 0;
  for (const text of section.head) {
    const line = parseLogLine(text);
    if (line.outer.ident !== null && sourceOfName(line.outer.ident) !== null) continue;
    const caller = line.inner.caller ?? '';
    const vote = line.inner.form === 'klog' || line.inner.form === 'klog-json' ? (kubeletCaller.test(caller) ? 'kubelet' : apiserverCaller.test(caller) ? 'kube-apiserver' : null) : looksLike(line.inner);
    if (line.inner.form === 'plain' && (line.time === null || partOfDump.test(line.outer.rest))) continue;
    total++;
    votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  // Bare panics: the head is a stack trace of etcd's own packages, or the panic says what only etcd's log and members can suffer.
  if (total === 0) return section.head.some((text) => /^\s*(?:go\.etcd\.io\/|github\.com\/(?:coreos|etcd-io)\/|main\.main\(\))/.test(text) || isEtcdPanic(parseLogLine(text).outer.rest)) || section.head.some((text) => ofEtcd.test(text)) ? 'etcd' : null;
  const [best, count] = [...votes.entries()].sort((a, b) => b[1] - a[1])[0]!;
  return best !== null && count >= total * 0.5 ? best : votes.size === 1 && best === null ? null : 'other';
}

/** Words beside a bare panic that name etcd's server. */
const ofEtcd = /starting an etcd server|etcd-version|\betcdserver\b|member\/snap\/db/;

/** A panic about raft, the log or members; bbolt's own panics may come from any program that uses it. */
function isEtcdPanic(text: string): boolean {
  return text.startsWith('panic: ') && /^etcd\.(?:wal|snap|mvcc|member)-/.test(matchMessage(text, 'etcd')?.id ?? '');
}
