import type { Draft } from './draft.js';
import { hasControlCharacter, shellWord } from '../artifacts/shell/shell-word.js';

/** A static pod is copied when its container is gone, not when its manifest is. */
const staticPod = (manifest: string): string => `mv ${shellWord(manifest)} /root/; until [ -z "$(crictl ps --name '^etcd$' -q)" ]; do sleep 2; done`;

/** How etcd is stopped where no unit `etcd` runs it. */
const stops: Readonly<Record<string, string>> = {
  k3s: 'systemctl stop k3s', rke2: 'systemctl stop rke2-server; rke2-killall.sh', k0s: 'systemctl stop k0scontroller', rke1: 'docker stop etcd',
  openshift: staticPod('/etc/kubernetes/manifests/etcd-pod.yaml'),
};

/** The commands that copy the data directory of a stopped member, as this installation has it. */
export function copyCommand({ installation, members }: Draft): string {
  if (installation.id === 'talos') return 'talosctl cp /var/lib/etcd ./etcd-data';
  const known = members.find((member) => member.dataDir !== null)?.dataDir ?? null;
  const directory = known === null || !known.startsWith('/') || hasControlCharacter(known) ? '/var/lib/etcd' : known.replace(/\/+$/, '');
  const manifest = members.find((member) => member.settings.manifestPath !== null)?.settings.manifestPath?.value ?? '/etc/kubernetes/manifests/etcd.yaml';
  const stop = stops[installation.id] ?? (installation.etcdRunsAs === 'static-pod' && !hasControlCharacter(manifest) ? staticPod(manifest) : 'systemctl stop etcd');
  const at = directory.lastIndexOf('/');
  return `${stop}; tar -C ${shellWord(at === 0 ? '/' : directory.slice(0, at))} -czf /root/etcd-data.tgz ${shellWord(directory.slice(at + 1))}`;
}
