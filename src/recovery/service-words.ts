import type { Draft } from '../case/draft.js';
import type { MemberInfo } from '../case/model.js';
import { containerName } from './plan-host.js';
import { hasControlCharacter, shellWord } from '../artifacts/shell/shell-word.js';

/** How the etcd of one member is stopped, started and asked by hand. */
export interface ServiceWords {
  readonly unit: string;
  readonly stop: readonly string[];
  readonly start: readonly string[];
  /** Runs a program beside etcd, inside its container; null where etcdctl runs on the host. */
  readonly inside: string | null;
  /** True where etcdctl finds endpoint and certificates in its own environment. */
  readonly knowsItself: boolean;
}

const fit = (text: string | null | undefined): string | null => (text === null || text === undefined || hasControlCharacter(text) ? null : text);
const embeddedUnits: Readonly<Record<string, string>> = { k3s: 'k3s', rke2: 'rke2-server', k0s: 'k0scontroller' };

/** The words for a service, a static pod, a plain container, or an etcd inside another program. */
export function serviceWords(member: MemberInfo | undefined, draft: Draft): ServiceWords {
  const { id, etcdRunsAs, containerRuntime } = draft.installation;
  const settings = member?.settings;
  const unit = embeddedUnits[id] ?? (fit(settings?.unit?.value) ?? 'etcd').replace(/\.service$/, '');
  const service = {
    unit, knowsItself: false, inside: null,
    stop: [`systemctl stop ${shellWord(unit)}`], start: [`systemctl reset-failed ${shellWord(unit)} || true`, `systemctl start --no-block ${shellWord(unit)}`],
  };
  if (id === 'rke2') return { ...service, stop: [...service.stop, 'rke2-killall.sh'], inside: "/var/lib/rancher/rke2/bin/crictl --runtime-endpoint unix:///run/k3s/containerd/containerd.sock exec $(/var/lib/rancher/rke2/bin/crictl --runtime-endpoint unix:///run/k3s/containerd/containerd.sock ps --name '^etcd$' -q | head -n 1)" };
  if (id in embeddedUnits) return service;
  if (etcdRunsAs === 'static-pod') {
    const manifest = shellWord(fit(settings?.manifestPath?.value) ?? '/etc/kubernetes/manifests/etcd.yaml');
    const kept = id === 'openshift' ? '/root/etcd-pod.yaml' : '/root/etcd.yaml';
    const named = id === 'openshift' ? '^etcdctl$' : '^etcd$';
    const exec = containerRuntime === 'docker' ? 'docker exec $(docker ps -q --filter name=k8s_etcd_ | head -n 1)' : `crictl exec $(crictl ps --name '${named}' -q | head -n 1)`;
    return { unit, stop: [`mv ${manifest} ${kept}`, "crictl ps --name '^etcd$'"], start: [`mv ${kept} ${manifest}`, 'systemctl restart kubelet'], inside: id === 'openshift' || settings?.etcdctl == null ? exec : null, knowsItself: id === 'openshift' };
  }
  if (etcdRunsAs !== 'container') return service;
  const engine = containerRuntime === 'podman' ? 'podman' : containerRuntime === 'containerd' ? 'nerdctl' : 'docker';
  const container = shellWord(fit(member === undefined ? null : containerName(draft, member, member.name ?? '')) ?? 'etcd');
  return { unit, stop: [`${engine} stop ${container}`], start: [`${engine} start ${container}`], inside: `${engine} exec ${container}`, knowsItself: id === 'rke1' };
}
