import type { LogSource } from '../fact.js';
import type { Section } from '../reader.js';
import { programWords } from '../sections/commands.js';
import type { InnerLine } from './inner.js';
import { isControlPlane } from './json-wrapper.js';
import { sourceOfName } from './source-names.js';

/** Callers of zap lines and packages of capnslog lines that only etcd's server has. */
const etcdCaller = /^(?:etcdserver|embed|etcdmain|rafthttp|mvcc|membership|v3rpc|v2stats|wal|snap|auth|lease|lessor|raft|flags|schema|storage|traceutil|verify|fileutil|osutil|netutil|zapgrpc|grpclog|grpc|api|version|adapters|v3compactor|compactor|hash|backend|etcdhttp|v2http|peer|httputil|wal\/walpb|pkg\/[\w/]+|etcdutl|server\/[\w/]+|etcd[\w-]*|discovery|proxy|cafs|tlsutil|transport|capnslog|grpcproxy|cindex|apply|txn|config|contention|idutil|logutil|watchable_store|store|kvstore\w*|index|bolt|bbolt|lease\w*)(?:[/.:]|$)/;
/** Callers of etcd's client tools. */
const toolCaller = /^(?:snapshot\/v3_snapshot|v3\/maintenance|v3\/client|clientv3|client\/|etcdctl|ctlv[23]|command\/|v3\/retry|snapshot\/)/;

/** Programs that print another program's words as their own: the inner line decides. */
const carriers: ReadonlySet<LogSource> = new Set(['k3s', 'rke2', 'journald', 'dockerd', 'backup-job', 'etcd']);

/**
 * The program that speaks in one line. A named program that is not etcd stays what it is, however much
 * its text looks like etcd's; only lines without a name are judged by their form, and by `fallback`.
 */
export function sourceOf(ident: string | null, unit: string | null, inner: InnerLine, fallback: LogSource | null): LogSource {
  const named = ident === null ? null : sourceOfName(ident) ?? (unit === null ? null : sourceOfName(unit));
  const looks = looksLike(inner);
  if (named !== null) return carriers.has(named) && (looks === 'etcd' || looks === 'etcdctl') && !(named === 'etcd' && looks === 'etcdctl') ? looks : named;
  // Containers that log to journald appear under their id or their dockershim name.
  if (ident !== null && /^k8s_/.test(ident)) return containerSource(ident.split('_')[1] ?? '', ident.split('_')[3] ?? null);
  if (ident !== null && !/^[0-9a-f]{12,64}$/.test(ident)) return 'other';
  return fallback ?? looks ?? 'other';
}

/** What the form of a line alone suggests. */
export function looksLike(inner: InnerLine): LogSource | null {
  const caller = inner.caller ?? '';
  if (inner.form === 'capnslog' || inner.form === 'raft-logger') return caller === '' || etcdCaller.test(caller) ? 'etcd' : /^(?:clientv3|client|etcdctl)/.test(caller) ? 'etcdctl' : null;
  if (inner.form === 'zap-json' || inner.form === 'zap-console') {
    if (inner.logger === 'client' || inner.logger === 'etcd-client' || toolCaller.test(caller)) return 'etcdctl';
    if (etcdCaller.test(caller) && caller !== '') return 'etcd';
    return caller === '' && inner.fields['local-member-id'] !== undefined ? 'etcd' : null;
  }
  return null;
}

/** The mail in which cron sends what a backup job printed. */
export const cronMail = /^Subject: Cron <[^>]*> .*(?:etcd|backup|snapshot)/i;

/**
 * The program whose log a whole section is, before its lines are read: from the container in the path
 * of a pod log, from `journalctl -u X`, `docker logs X`, from the file name. `other` is as firm as any.
 */
export function sourceOfSection(section: Section): LogSource | null {
  const pod = /(?:^|\/)(?:pods|containers)\/(?:[\w.-]+\/)*?([\w.-]+?)_[\w.-]+_[0-9a-f-]{32,36}\/([\w.-]+)\/\d+\.log/.exec(section.artifact);
  if (pod !== null) return containerSource(pod[2]!, pod[1]!);
  const flat = /([\w.-]+)_([\w.-]+)_([\w.-]+)-[0-9a-f]{64}\.log/.exec(section.artifact);
  if (flat !== null) return containerSource(flat[3]!, flat[2]!);
  const words = programWords(section.command ?? '');
  if (/^(?:docker|podman|nerdctl|crictl|kubectl|k)$/.test(words[0] ?? '') && words.includes('logs')) {
    const namespace = /(?:^|\s)(?:-n|--namespace)[= ](\S+)/.exec(words.join(' '))?.[1] ?? null;
    if (!isControlPlane(namespace)) return 'other';
    const target = words.slice(words.indexOf('logs') + 1).filter((word) => !word.startsWith('-') && !/^\d+[smh]?$|^kube-system$/.test(word));
    const named = target.map((word) => sourceOfName(podBase(word))).find((source) => source !== null);
    if (named !== undefined) return named;
    return target.some((word) => /^[0-9a-f]{6,64}$/.test(word)) ? null : target.length > 0 ? 'other' : null;
  }
  const started = /(?:^|\/)(k3s|rke2)$/.exec(words[0] ?? '')?.[1];
  if (started !== undefined && words[1] !== undefined && /^(?:server|agent|etcd-snapshot)$/.test(words[1])) return started === 'k3s' ? 'k3s' : 'rke2';
  if (section.head.some((text) => cronMail.test(text))) return 'backup-job';
  const base = section.artifact.slice(section.artifact.lastIndexOf('/') + 1);
  const parts = base.replace(/\.(?:log|txt|out|err|json|gz|\d+)+$/g, '');
  const direct = sourceOfName(parts) ?? sourceOfName(podBase(parts));
  if (direct !== null) return direct;
  const guess = /(kube-apiserver|apiserver|kube-controller-manager|controller-manager|kube-scheduler|kubelet|etcd)/i.exec(base)?.[1]?.toLowerCase();
  return guess === undefined || guess === 'etcd' ? null : sourceOfName(guess === 'controller-manager' ? 'kube-controller-manager' : guess);
}

/** The program of a container; one with etcd's name in a namespace of users is an application's. */
function containerSource(container: string, namespace: string | null): LogSource {
  return isControlPlane(namespace) ? (sourceOfName(container) ?? 'other') : 'other';
}

/** `etcd-kube-cp1` -> `etcd`, `kube-apiserver-node1` -> `kube-apiserver`, `k8s_etcd_etcd-x_…` -> `etcd`. */
function podBase(name: string): string {
  const shim = /^k8s_([\w-]+)_/.exec(name)?.[1];
  if (/^kube-system-/.test(name)) return podBase(name.slice('kube-system-'.length));
  return shim ?? /^(etcd|kube-apiserver|kube-controller-manager|kube-scheduler)(?=[-_.])/.exec(name)?.[1] ?? name;
}
