import type { Draft } from '../case/draft.js';
import type { MemberInfo } from '../case/model.js';
import type { MemberWords } from './member-words.js';
import { addressOf, endpointOf } from './plan-host.js';
import { hasControlCharacter, shellWord } from '../artifacts/shell/shell-word.js';

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

/** One member after the other: each stops serving while it is defragmented. */
const defragments = ({ words, draft }: RepairContext): readonly string[] => {
  const urls = draft.members.flatMap((one) => {
    const url = fit(endpointOf((one.settings.clientUrls?.value ?? []).filter((client) => !/127\.0\.0\.1|localhost|::1|0\.0\.0\.0/.test(client)), one.settings.peerUrl?.value ?? one.peerUrls[0] ?? ''));
    return url === null || addressOf(url) === '' ? [] : [url];
  });
  const all = draft.members.length > 1 && urls.length === draft.members.length;
  return all ? urls.map((url) => words.ctlOf(url, '--command-timeout=600s defrag')) : [words.ctl('--command-timeout=600s defrag')];
};

const nospace: Repair = (context) => [
  context.words.ctl('endpoint status --cluster -w table'), compactNow(context), ...defragments(context),
  context.words.ctl('alarm disarm'), context.words.ctl('alarm list'),
];

/** The private key that belongs to a certificate by the names that installers give: `x.pem` and `x-key.pem`, `x.crt` and `x.key`. */
const keyOf = (certificate: string): string => (certificate.endsWith('.pem') ? certificate.replace(/\.pem$/, '-key.pem') : certificate.replace(/\.\w+$/, '.key'));

/**
 * Signs every expired certificate of one folder again, with its own key, subject and names. Without the key of
 * the authority nothing is written.
 */
function signAgain(authority: string, folder: string): readonly string[] {
  const end = /\.\w+$/.exec(authority)?.[0] ?? '.pem';
  const name = authority.split('/').pop() ?? '';
  const key = end === '.pem' ? '"${c%.pem}-key.pem"' : `"\${c%${end}}.key"`;
  const others = end === '.pem' ? `*-key.pem|${shellWord(name)}` : shellWord(name);
  return [
    `cd ${shellWord(folder)} && cp -a . ${shellWord(`${folder}.before`)}`, `openssl x509 -checkend 0 -noout -in ${shellWord(authority)}`,
    `for c in *${end}; do case $c in ${others}) continue ;; esac; openssl x509 -checkend 86400 -noout -in "$c" >/dev/null && continue; openssl x509 -noout -text -in "$c" | sed -n '/Subject Alternative Name/{n;s/IP Address:/IP:/g;s/^ */subjectAltName=/p;}' > /root/etcd.ext; echo extendedKeyUsage=serverAuth,clientAuth >> /root/etcd.ext; openssl x509 -x509toreq -in "$c" -signkey ${key} -out /root/etcd.csr && openssl x509 -req -days 3650 -in /root/etcd.csr -extfile /root/etcd.ext -CA ${shellWord(authority)} -CAkey ${shellWord(keyOf(authority))} -CAcreateserial -out "$c.new" && cat "$c.new" > "$c" && mv "$c.new" /root/; done`,
    `for c in *${end}; do openssl x509 -noout -subject -enddate -in "$c" 2>/dev/null; done`,
  ];
}

const renewCertificates: Repair = ({ draft, member }) => {
  const { id, etcdRunsAs, kubernetesVersion } = draft.installation;
  if (id === 'k3s' || id === 'rke2') {
    const unit = id === 'k3s' ? 'k3s' : 'rke2-server';
    return [`systemctl stop ${unit}`, `${id} certificate rotate`, `systemctl start ${unit}`];
  }
  if (id === 'rke1') return ['rke cert rotate --config cluster.yml'];
  if (id === 'kubeadm' && etcdRunsAs === 'static-pod' || id === 'kubekey' && etcdRunsAs === 'static-pod' || id === 'kubespray' && etcdRunsAs === 'static-pod') {
    // `certs` was `alpha certs` up to Kubernetes 1.19.
    const certs = /^1\.1?\d(?:\.|$)/.test(kubernetesVersion?.value ?? '') ? 'alpha certs' : 'certs';
    return [`kubeadm ${certs} check-expiration`, 'cp -a /etc/kubernetes/pki /root/pki.before', `kubeadm ${certs} renew all`, "crictl stop $(crictl ps --name 'etcd|kube-apiserver|kube-controller-manager|kube-scheduler' -q)"];
  }
  const server = draft.facts.flatMap((fact) => (fact.kind === 'env' && fact.key === 'ETCD_CERT_FILE' && (fact.host === (member?.host ?? null) || fact.host === null) ? [fact.value] : []))[0];
  const [authority, certificate] = [fit(member?.settings.caFile?.value), fit(server) ?? fit(member?.settings.certFile?.value)];
  if (authority === null || certificate === null || !/\.\w+$/.test(authority)) return ['for f in /etc/ssl/etcd/ssl/*.pem /etc/etcd/pki/*.crt /etc/kubernetes/ssl/*.pem; do openssl x509 -noout -subject -enddate -in "$f"; done'];
  return signAgain(authority, certificate.replace(/\/[^/]*$/, ''));
};

const checkCertificate: Repair = ({ member }) => {
  const files = [fit(member?.settings.certFile?.value), fit(member?.settings.caFile?.value)].filter((path) => path !== null);
  return [...files.map((path) => `openssl x509 -noout -subject -issuer -dates -ext subjectAltName -in ${shellWord(path)}`), 'ip addr'];
};

/** Without waiting: a unit of type notify is ready only when a majority runs. */
const startAgain: Repair = ({ words, draft }) => (isPod(draft) ? ['systemctl restart kubelet'] : [`systemctl enable ${shellWord(words.unit)}`, ...words.start]);

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

/** Repairs that every member needs, whatever its state. */
export const onEveryMember: ReadonlySet<string> = new Set(['certificate-expired', 'wrong-certificate-renewed', 'lone-member-waits', 'clock-jump']);

/** Repairs that are asked of the cluster through one member. */
export const onOneMember: ReadonlySet<string> = new Set(['nospace-alarm', 'nospace-half-treated', 'alarm-left-behind', 'quota-filled-by-live-data', 'apiserver-misconfigured', 'stale-caches']);

/** Causes that lie in the apiserver or beside it: etcd is left alone. */
export const besideEtcd: ReadonlySet<string> = new Set(['apiserver-misconfigured', 'service-account-key-lost', 'encryption-key-lost', 'stale-caches']);

/** Causes after which etcd is running again by the repair itself. */
export const withoutRestart: ReadonlySet<string> = new Set(['nospace-alarm', 'nospace-half-treated', 'alarm-left-behind', 'quota-filled-by-live-data', 'etcd-stopped', 'unit-disabled', 'lone-member-waits', 'network-not-ready', 'certificate-wrong', 'peer-network', 'slow-disk', ...besideEtcd]);
