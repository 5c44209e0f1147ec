import type { Draft } from '../case/draft.js';
import type { MemberInfo } from '../case/model.js';
import { addressOf, endpointOf, isSafeDirectory, missing, type MissingFact } from './plan-host.js';
import { hasControlCharacter, shellWord } from './shell-word.js';

/** The words of one member for printed commands. What is unknown is put into `lacks`. */
export interface MemberWords {
  readonly host: string | null;
  readonly ctl: (words: string) => string;
  readonly dataDir: () => string;
  readonly walDir: string | null;
  readonly unit: string;
  readonly owner: () => string;
  readonly stop: readonly string[];
  readonly start: readonly string[];
  /** Another path beside the data directory. */
  readonly beside: (suffix: string) => string;
}

const fit = (text: string | null | undefined): string | null => (text === null || text === undefined || hasControlCharacter(text) ? null : text);

/** Commands for one member; without any member the facts that would give them are missing. */
export function memberWords(member: MemberInfo | undefined, draft: Draft, lacks: MissingFact[]): MemberWords {
  const settings = member?.settings;
  const where = member?.host ?? member?.name ?? '?';
  const need = (fact: string, value: string | null, collect: string): string => {
    if (value !== null) return shellWord(value);
    lacks.push(missing(`${fact} @ ${where}`, 'recovery.missing.fact', { fact, host: where }, collect));
    return '';
  };
  const source = draft.installation.etcdRunsAs === 'static-pod' ? 'cat /etc/kubernetes/manifests/etcd.yaml' : 'systemctl cat etcd; cat /etc/etcd.env';
  const peer = fit(settings?.peerUrl?.value) ?? fit(member?.peerUrls[0]) ?? '';
  const endpoint = fit(endpointOf(settings?.clientUrls?.value ?? [], peer)) ?? '';
  const [ca, cert, key] = [fit(settings?.caFile?.value), fit(settings?.certFile?.value), fit(settings?.keyFile?.value)];
  const secure = endpoint.startsWith('https') || peer.startsWith('https');
  const tls = secure && ca !== null && cert !== null && key !== null ? ` --cacert=${shellWord(ca)} --cert=${shellWord(cert)} --key=${shellWord(key)}` : '';
  const program = fit(settings?.etcdctl?.value) ?? 'etcdctl';
  const inPod = draft.installation.etcdRunsAs === 'static-pod' && settings?.etcdctl == null;
  const runtime = draft.installation.containerRuntime === 'docker' ? "docker exec $(docker ps -q --filter name=k8s_etcd_ | head -n 1)" : "crictl exec $(crictl ps --name '^etcd$' -q | head -n 1)";
  const data = fit(settings?.dataDir?.value);
  const unit = (fit(settings?.unit?.value) ?? 'etcd').replace(/\.service$/, '');
  const manifest = fit(settings?.manifestPath?.value) ?? '/etc/kubernetes/manifests/etcd.yaml';
  const safe = data !== null && isSafeDirectory(data) ? data : null;
  const isPod = draft.installation.etcdRunsAs === 'static-pod';
  return {
    host: member?.host ?? null, unit, walDir: fit(settings?.walDir?.value),
    ctl: (words) => {
      if (addressOf(endpoint) === '') need('listen-client-urls', null, source);
      else if (endpoint.startsWith('https') && tls === '') need('certificates of etcdctl', null, 'ls -l /etc/ssl/etcd/ssl /etc/kubernetes/pki/etcd');
      return `${inPod ? `${runtime} etcdctl` : `ETCDCTL_API=3 ${shellWord(program)}`} --endpoints=${endpoint === '' ? '' : shellWord(endpoint)}${tls} ${words}`;
    },
    dataDir: () => need('data-dir', safe, source),
    owner: () => need('owner', fit(settings?.owner?.value), `stat -c %U:%G ${safe === null ? '/var/lib/etcd' : shellWord(safe)}`),
    beside: (suffix) => need('data-dir', safe === null ? null : `${safe}.${suffix}`, source),
    stop: isPod ? [`mv ${shellWord(manifest)} /root/etcd.yaml`, "crictl ps --name '^etcd$'"] : [`systemctl stop ${shellWord(unit)}`],
    start: isPod ? [`mv /root/etcd.yaml ${shellWord(manifest)}`, 'systemctl restart kubelet'] : [`systemctl reset-failed ${shellWord(unit)} || true`, `systemctl start --no-block ${shellWord(unit)}`],
  };
}
