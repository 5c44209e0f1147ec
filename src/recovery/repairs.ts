import type { Draft } from '../case/draft.js';
import type { MemberInfo } from '../case/model.js';
import type { MemberWords } from './member-words.js';
import { hasControlCharacter, shellWord } from './shell-word.js';

/** What a repair may use: the member that is concerned, its words, and the whole draft. */
export interface RepairContext {
  readonly member: MemberInfo | undefined;
  readonly words: MemberWords;
  readonly draft: Draft;
}

/** The commands that remove one cause, for this installation; empty when only its sentence can be given. */
export type Repair = (context: RepairContext) => readonly string[];

const fit = (text: string | null | undefined): string | null => (text === null || text === undefined || hasControlCharacter(text) ? null : text);
const isPod = (draft: Draft): boolean => draft.installation.etcdRunsAs === 'static-pod';

/** The revision to compact at is asked from etcd itself: no number has to be copied by hand. */
const compactNow = ({ words }: RepairContext): string => `${words.ctl('compact')} "$(${words.ctl("get '' --from-key --limit=1 -w fields")} | sed -n 's/^"Revision" : //p')"`;

const nospace: Repair = (context) => [
  context.words.ctl('endpoint status --cluster -w table'), compactNow(context), context.words.ctl('--command-timeout=600s defrag'),
  context.words.ctl('alarm disarm'), context.words.ctl('alarm list'),
];

const renewCertificates: Repair = ({ draft, member }) => {
  const { id } = draft.installation;
  if (id === 'kubeadm') {
    return ['kubeadm certs check-expiration', 'cp -a /etc/kubernetes/pki /root/pki.before', 'kubeadm certs renew all', "crictl stop $(crictl ps --name 'etcd|kube-apiserver|kube-controller-manager|kube-scheduler' -q)"];
  }
  if (id === 'k3s' || id === 'rke2') {
    const unit = id === 'k3s' ? 'k3s' : 'rke2-server';
    return [`systemctl stop ${unit}`, `${id} certificate rotate`, `systemctl start ${unit}`];
  }
  if (id === 'rke1') return ['rke cert rotate --config cluster.yml'];
  const [ca, cert, key] = [fit(member?.settings.caFile?.value), fit(member?.settings.certFile?.value), fit(member?.settings.keyFile?.value)];
  if (ca === null || cert === null || key === null) return ['for f in /etc/ssl/etcd/ssl/*.pem /etc/etcd/pki/*.crt /etc/kubernetes/ssl/*.pem; do openssl x509 -noout -subject -enddate -in "$f"; done'];
  const folder = ca.replace(/\/[^/]*$/, '');
  const [a, c, k] = [ca, cert, key].map(shellWord) as [string, string, string];
  return [
    `for f in ${shellWord(folder)}/*.pem; do openssl x509 -noout -subject -enddate -in "$f"; done`, `cp -a ${shellWord(folder)} ${shellWord(`${folder}.before`)}`,
    `openssl x509 -x509toreq -copy_extensions copyall -in ${c} -signkey ${k} -out /root/etcd.csr`,
    `openssl x509 -req -copy_extensions copyall -days 3650 -in /root/etcd.csr -CA ${a} -CAkey ${shellWord(ca.replace(/(\.\w+)$/, '-key$1'))} -CAcreateserial -out ${c}`,
  ];
};

const checkCertificate: Repair = ({ member }) => {
  const files = [fit(member?.settings.certFile?.value), fit(member?.settings.caFile?.value)].filter((path) => path !== null);
  return [...files.map((path) => `openssl x509 -noout -subject -issuer -dates -ext subjectAltName -in ${shellWord(path)}`), 'ip addr'];
};

const startAgain: Repair = ({ words, draft }) => (isPod(draft) ? ['systemctl restart kubelet'] : [`systemctl enable --now ${shellWord(words.unit)}`]);

/** By the id of the cause; what is not here is said in words alone. */
export const repairs: Readonly<Record<string, Repair>> = {
  'certificate-expired': renewCertificates,
  'wrong-certificate-renewed': renewCertificates,
  'certificate-wrong': checkCertificate,
  'certificates-copied': checkCertificate,
  'disk-full': ({ words }) => [`df -h ${words.dataDir()}`, `df -i ${words.dataDir()}`, 'du -xh --max-depth=3 /var 2>/dev/null | sort -h | tail -n 20', 'journalctl --vacuum-size=200M'],
  'nospace-alarm': nospace,
  'nospace-half-treated': nospace,
  'alarm-left-behind': ({ words }) => [words.ctl('alarm list'), words.ctl('alarm disarm'), words.ctl('alarm list')],
  'quota-filled-by-live-data': ({ words, draft }) => [
    words.ctl('endpoint status --cluster -w table'), words.ctl("get /registry --prefix --keys-only | cut -d / -f 3 | sort | uniq -c | sort -n | tail -n 20"),
    ...(draft.facts.some((fact) => fact.kind === 'env' && fact.path === '/etc/etcd.env') ? ["printf 'ETCD_QUOTA_BACKEND_BYTES=8589934592\\n' >> /etc/etcd.env", ...words.stop, ...words.start, words.ctl('alarm disarm')] : []),
  ],
  'wrong-owner': ({ words }) => [`ls -ld ${words.dataDir()}`, `chown -R ${words.owner()} ${words.dataDir()}`, `chmod 700 ${words.dataDir()}`, `restorecon -R ${words.dataDir()} 2>/dev/null || true`],
  'clock-jump': () => ['timedatectl', 'chronyc makestep', 'timedatectl'],
  'network-not-ready': startAgain,
  'lone-member-waits': startAgain,
  'etcd-stopped': startAgain,
  'unit-disabled': startAgain,
  'second-etcd': () => ['ps -ef | grep -w etcd', "ss -lntp '( sport = :2379 or sport = :2380 )'"],
  'runtime-down': ({ draft }) => (draft.installation.containerRuntime === 'docker' ? ['systemctl status --no-pager docker', 'systemctl restart docker'] : ['systemctl status --no-pager containerd', 'systemctl restart containerd']),
  'kubelet-not-starting-pod': () => ['journalctl --no-pager -u kubelet -n 50', 'swapoff -a', 'systemctl restart kubelet'],
  'image-missing': ({ member }) => ['crictl images', ...(fit(member?.settings.image?.value) === null ? [] : [`crictl pull ${shellWord(member?.settings.image?.value ?? '')}`])],
  'apiserver-misconfigured': ({ draft }) => [
    draft.installation.containerRuntime === 'docker' ? "docker logs --tail 30 $(docker ps -aq --filter name=k8s_kube-apiserver_ | head -n 1)" : 'crictl logs --tail 30 $(crictl ps -a --name kube-apiserver -q | head -n 1)',
    'journalctl --no-pager -u kubelet -n 50', 'ls -l --full-time /etc/kubernetes/manifests', "ss -lntp '( sport = :6443 )'",
  ],
  'oom-killed': () => ['dmesg -T | grep -i -E "out of memory|oom"', 'free -m'],
  'memory-short': () => ['free -m'],
  'address-changed': ({ words }) => ['ip addr', words.ctl('member list -w table')],
  'member-address-wrong': ({ words }) => ['ip addr', words.ctl('member list -w table')],
};

/** Causes that lie in the apiserver or beside it: etcd is left alone. */
export const besideEtcd: ReadonlySet<string> = new Set(['apiserver-misconfigured', 'service-account-key-lost', 'encryption-key-lost', 'stale-caches']);

/** Causes after which etcd is running again by the repair itself. */
export const withoutRestart: ReadonlySet<string> = new Set(['nospace-alarm', 'nospace-half-treated', 'alarm-left-behind', 'quota-filled-by-live-data', 'etcd-stopped', 'unit-disabled', 'lone-member-waits', 'network-not-ready', 'certificate-wrong', 'peer-network', 'slow-disk', ...besideEtcd]);
