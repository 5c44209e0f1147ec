import type { LogFact } from '../artifacts/fact.js';
import { messageEntry, type MessageEntry } from '../artifacts/messages/index.js';
import type { Component, EventKind, Tone } from './sign.js';

/** How one kind of log line enters the timeline. */
export interface LogMeaning {
  readonly kind: EventKind;
  readonly component: Component;
  readonly tone: Tone;
}

const as = (kind: EventKind, component: Component, tone: Tone): LogMeaning => ({ kind, component, tone });

/** Messages that mean something else than their topic. */
const byId: Readonly<Record<string, LogMeaning | null>> = {
  'etcd.file-purged': null,
  'etcd.corrupt-check-passed': null,
  'etcd.defrag-start': as('etcd-works', 'etcd', 'neutral'),
  'etcd.election': as('no-quorum', 'etcd', 'neutral'),
  // The others go on without it.
  'etcd.member-removed': as('member-change', 'etcd', 'neutral'),
  'etcd.quota-size': null,
  'etcd.rejected-connection': null,
  'etcd.lease-missing': null,
  'etcd.no-default-route': null,
  'etcd.data-dir-new': as('restore', 'etcd', 'neutral'),
  'apiserver.stopping': as('apiserver-stopped', 'apiserver', 'onset'),
  'apiserver.serving': as('etcd-serving', 'apiserver', 'start'),
  'client.leader-lease-got': as('etcd-works', 'etcd', 'progress'),
  'kubelet.node-ready': as('etcd-works', 'etcd', 'progress'),
  'kubelet.started': as('kubelet-started', 'kubelet', 'start'),
  'kubelet.container-started': null,
  'kubelet.container-died': null,
  'runtime.task-exit': null,
  'runtime.stopping': null,
  'runtime.started': null,
  'tool.snapshot-fetching': null,
  'tool.deadline': as('backup-failed', 'backup', 'neutral'),
  'tool.unhealthy': as('unhealthy', 'etcd', 'symptom'),
  'systemd.dependency': null,
  'kernel.hang': as('slow-storage', 'storage', 'neutral'),
};

const byTopic: Readonly<Record<string, LogMeaning | null>> = {
  'life.compaction': as('etcd-works', 'etcd', 'progress'),
  'life.raft-snapshot': as('etcd-works', 'etcd', 'progress'),
  'life.wal-segment': as('etcd-works', 'etcd', 'progress'),
  'life.peer-snapshot': as('etcd-works', 'etcd', 'progress'),
  'life.defrag': as('etcd-works', 'etcd', 'progress'),
  'life.backup-stream': as('backup-streamed', 'backup', 'alive'),
  'life.backup-done': as('backup-done', 'backup', 'alive'),
  'life.backup-run': as('backup-run', 'backup', 'neutral'),
  'life.serving': as('etcd-serving', 'etcd', 'start'),
  'life.leader': as('etcd-serving', 'etcd', 'start'),
  'life.start': as('etcd-started', 'etcd', 'start'),
  'life.stop': as('etcd-stopped', 'etcd', 'onset'),
  'life.boot': as('boot', 'node', 'down'),
  'life.restore': as('restore', 'operator', 'neutral'),
  'life.force-new-cluster': as('restore', 'operator', 'neutral'),
  'restore-half-done': as('restore', 'operator', 'neutral'),
  'life.member-change': as('member-change', 'etcd', 'neutral'),
  'clean-shutdown': as('shutdown', 'node', 'onset'),
  'unclean-stop': as('unclean-stop', 'node', 'down'),
  'filesystem-error': as('storage-error', 'storage', 'onset'),
  'hardware-error': as('storage-error', 'storage', 'onset'),
  'disk-full': as('disk-full', 'storage', 'neutral'),
  'oom-killed': as('out-of-memory', 'etcd', 'onset'),
  'memory-short': as('out-of-memory', 'node', 'neutral'),
  'leader-elections': as('leader-lost', 'etcd', 'symptom'),
  'quorum-lost': as('no-quorum', 'etcd', 'symptom'),
  'peer-unreachable': as('peer-unreachable', 'etcd', 'neutral'),
  'symptom.etcd-unreachable': as('etcd-unreachable', 'apiserver', 'symptom'),
  'symptom.apiserver-unreachable': as('apiserver-unreachable', 'apiserver', 'symptom'),
  'symptom.node-not-found': as('apiserver-unreachable', 'apiserver', 'symptom'),
  'symptom.request-timeout': as('request-timeout', 'etcd', 'symptom'),
  'symptom.start-failed': as('unhealthy', 'etcd', 'symptom'),
  'symptom.unhealthy': as('unhealthy', 'etcd', 'symptom'),
  'symptom.restart-loop': as('unit-failed', 'etcd', 'down'),
  'lone-member-waits': as('unit-failed', 'etcd', 'down'),
  // A refusal says that the quota was full by then; only the alarm itself is the moment.
  'nospace-alarm': as('writes-refused', 'etcd', 'down'),
  'writes-not-stored': as('request-timeout', 'etcd', 'symptom'),
  'certificate-expired': as('certificate', 'certificate', 'symptom'),
  'certificate-wrong': as('certificate', 'certificate', 'symptom'),
  'clock-jump': as('clock-changed', 'clock', 'neutral'),
  'data-inconsistency': as('data-corrupt', 'etcd', 'onset'),
  'slow-apply': as('slow-requests', 'etcd', 'neutral'),
  'slow-disk': as('slow-storage', 'storage', 'neutral'),
  'backups-failing-silently': as('backup-failed', 'backup', 'neutral'),
  'encryption-key-lost': as('apiserver-error', 'apiserver', 'neutral'),
  'service-account-key-lost': as('apiserver-error', 'apiserver', 'neutral'),
  'stale-caches': as('apiserver-error', 'apiserver', 'neutral'),
  'stale-member-rejoined': as('etcd-died', 'etcd', 'down'),
  'db-damaged': as('etcd-died', 'etcd', 'down'),
  'wal-damaged': as('etcd-died', 'etcd', 'down'),
  'mvcc-inconsistent': as('etcd-died', 'etcd', 'down'),
  'snap-db-mismatch': as('etcd-died', 'etcd', 'down'),
  'log-shorter-than-promised': as('etcd-died', 'etcd', 'down'),
};

/** Units and containers whose end is the end of etcd or of the API server. */
const etcdName = /^(?:etcd|k3s|rke2)|etcd\.service|k3s\.service|rke2-server/;
const apiserverName = /kube-?apiserver/;

function ofUnit(fact: LogFact, meaning: LogMeaning): LogMeaning | null {
  const name = `${fact.fields['unit'] ?? fact.unit ?? ''} ${fact.fields['container'] ?? fact.fields['containerName'] ?? ''} ${fact.fields['description'] ?? ''} ${fact.fields['unit'] === undefined && fact.unit === null ? fact.message : ''}`.trim();
  if (/[Bb]ackup|snapshot/.test(name) && !/containerName/.test(name)) return as('backup-failed', 'backup', 'neutral');
  if (etcdName.test(name) || /\betcd\b/.test(name)) return meaning;
  if (apiserverName.test(name)) return { ...meaning, component: 'apiserver', tone: 'symptom' };
  return null;
}

/** Tools that check or restore a snapshot by hand say nothing about the server. */
function ofTool(entry: MessageEntry): LogMeaning | null {
  return entry.topic === 'snapshot-damaged' || entry.topic === 'snapshot-digest' || entry.topic === 'db-damaged' ? as('backup-failed', 'backup', 'neutral') : null;
}

const ofAlarm = /alarm raised|raised alarm|raising alarm/;

/** What a recognised log line means for the timeline; null when it tells nothing by itself. */
export function meaningOf(fact: LogFact): LogMeaning | null {
  const entry = fact.messageId === null ? undefined : messageEntry(fact.messageId);
  if (entry === undefined) return null;
  if (Object.hasOwn(byId, entry.id)) return byId[entry.id]!;
  const meaning = Object.hasOwn(byTopic, entry.topic) ? byTopic[entry.topic]! : null;
  if (entry.topic === 'symptom.restart-loop' || entry.topic === 'lone-member-waits' || entry.id.startsWith('systemd.st') || entry.id === 'kubelet.probe-failed') {
    const unit = ofUnit(fact, meaning ?? as('unit-failed', 'etcd', 'down'));
    return unit !== null && (entry.id === 'kubelet.crash-loop' || entry.id === 'systemd.restarting' || entry.id === 'systemd.start-limit') ? { ...unit, kind: 'restart-loop' } : unit;
  }
  if (entry.topic === 'nospace-alarm' && meaning !== null && ofAlarm.test(fact.message)) return { ...meaning, tone: 'onset' };
  if (entry.id.startsWith('tool.')) return meaning?.component === 'backup' ? meaning : ofTool(entry);
  if (entry.fatal && fact.source !== 'kubelet') return as('etcd-died', 'etcd', 'down');
  if (fact.source === 'etcdctl' && meaning !== null && meaning.component !== 'backup') return null;
  return meaning;
}
