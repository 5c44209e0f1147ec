import type { Draft, DraftCandidate } from '../case/draft.js';
import type { MemberInfo, Message, Plan } from '../case/model.js';
import type { MemberWords } from './member-words.js';
import { addressOf } from './plan-host.js';
import { hasControlCharacter, shellWord } from '../artifacts/shell/shell-word.js';

type Step = Plan['manual'][number];
type Make = (host: string | null, key: string, commands: readonly string[], params?: Message['params']) => Step;

/** The lost member and the one that is asked, with their words. */
export interface Replacement {
  readonly draft: Draft;
  readonly lost: MemberInfo;
  readonly healthy: MemberInfo;
  readonly of: { readonly lost: MemberWords; readonly healthy: MemberWords };
  readonly step: Make;
  /** How the operator's own machine is called in the plan. */
  readonly operator: string;
}

const word = (text: string | null | undefined): string => (text === null || text === undefined || text === '' || hasControlCharacter(text) ? '' : shellWord(text));
const hex = (member: MemberInfo): string => (/^[0-9a-f]{1,16}$/.test(member.memberId ?? '') ? (member.memberId ?? '') : '');
const kubectl = (id: string): string => (id === 'rke2' ? '/var/lib/rancher/rke2/bin/kubectl --kubeconfig /etc/rancher/rke2/rke2.yaml' : 'k3s kubectl');
const addressOfMember = (member: MemberInfo, draft: Draft): string => addressOf(member.peerUrls[0] ?? '') || (draft.hosts.find((one) => one.name === member.host)?.addresses[0] ?? '');

/** k3s and RKE2: the node's deletion removes its member, and the server joins with an empty database. */
function rancher({ draft, lost, healthy, of, step }: Replacement): readonly Step[] {
  const { id } = draft.installation;
  const base = (lost.settings.dataDir?.value ?? '').replace(/\/db\/etcd$/, '');
  if (base === '' || hasControlCharacter(base) || word(lost.host) === '') return [];
  return [
    step(healthy.host, 'replace.check', [`${kubectl(id)} get nodes -o wide`]),
    step(lost.host, 'replace.keep', [...of.lost.stop, `mv ${shellWord(`${base}/db`)} ${shellWord(`${base}/db.broken`)}`]),
    step(healthy.host, 'managed.delete-node', [`${kubectl(id)} delete node ${word(lost.host)}`]),
    step(lost.host, 'managed.join', [`grep -E '^(server|token):' /etc/rancher/${id}/config.yaml | sed 's/^\\(token:\\).*/\\1 (set)/'; systemctl cat ${of.lost.unit} | grep -o -e '--server[= ][^ ]*'`]),
    step(lost.host, 'replace.start', [`systemctl start ${of.lost.unit}`]),
    step(healthy.host, 'replace.done', [`${kubectl(id)} get nodes -o wide`]),
  ];
}

/** OpenShift 4, "Replacing an unhealthy etcd member": the operator adds the member again. */
function openshift({ lost, healthy, of, step, operator }: Replacement): readonly Step[] {
  const node = word(lost.host ?? lost.name);
  if (node === '' || hex(lost) === '') return [];
  const guard = (value: string): string => `oc patch etcd/cluster --type=merge -p '{"spec":{"unsupportedConfigOverrides":${value}}}'`;
  return [
    step(healthy.host, 'replace.check', [of.healthy.ctl('endpoint health --cluster'), of.healthy.ctl('member list -w table')]),
    step(lost.host, 'replace.keep', ['sudo mkdir -p /var/lib/etcd-backup', 'sudo mv /etc/kubernetes/manifests/etcd-pod.yaml /var/lib/etcd-backup/', "sudo crictl ps --name '^etcd$' -q", 'sudo mv /var/lib/etcd /var/lib/etcd-broken']),
    step(healthy.host, 'replace.remove', [of.healthy.ctl(`member remove ${hex(lost)}`)]),
    step(operator, 'managed.guard-off', [guard('{"useUnsupportedUnsafeNonHANonProductionUnstableEtcd":true}')]),
    step(operator, 'managed.secrets', ['peer', 'serving', 'serving-metrics'].map((name) => `oc -n openshift-etcd delete secret etcd-${name}-${node}`)),
    step(operator, 'managed.redeploy', [`oc patch etcd cluster --type=merge -p '{"spec":{"forceRedeploymentReason":"replace-${node.replaceAll("'", '')}"}}'`]),
    step(operator, 'managed.guard-on', [guard('null')]),
    step(healthy.host, 'replace.done', [of.healthy.ctl('member list -w table'), of.healthy.ctl('endpoint health --cluster')]),
  ];
}

function talos({ draft, lost, healthy, step, operator }: Replacement): readonly Step[] {
  const [gone, asked] = [addressOfMember(lost, draft), addressOfMember(healthy, draft)];
  const member = hex(lost) === '' ? word(lost.name) : hex(lost);
  if (gone === '' || asked === '' || member === '') return [];
  return [
    step(operator, 'replace.check', [`talosctl -n ${asked} etcd members`, `talosctl -n ${asked} etcd status`]),
    step(operator, 'replace.keep', [`talosctl -n ${gone} cp /var/lib/etcd ./etcd-${gone}`]),
    step(operator, 'replace.remove', [`talosctl -n ${asked} etcd remove-member ${member}`]),
    step(operator, 'managed.wipe', [`talosctl -n ${gone} reset --graceful=false --reboot --system-labels-to-wipe=EPHEMERAL`]),
    step(operator, 'replace.done', [`talosctl -n ${asked} etcd members`]),
  ];
}

function k0s({ draft, lost, healthy, of, step }: Replacement): readonly Step[] {
  const gone = addressOfMember(lost, draft);
  const base = (lost.settings.dataDir?.value ?? '').replace(/\/etcd$/, '');
  if (gone === '' || base === '') return [];
  return [
    step(healthy.host, 'replace.check', ['k0s etcd member-list', 'k0s kubectl get nodes']),
    step(healthy.host, 'replace.remove', [`k0s etcd leave --peer-address ${gone}`]),
    step(lost.host, 'replace.keep', [...of.lost.stop, `mv ${shellWord(base)} ${shellWord(`${base}.broken`)}`]),
    step(healthy.host, 'managed.token', ['k0s token create --role=controller > controller.token']),
    step(lost.host, 'managed.rejoin', ['k0s install controller --force --token-file controller.token', 'k0s start']),
    step(healthy.host, 'replace.done', ['k0s etcd member-list']),
  ];
}

function rke1({ lost, healthy, of, step, operator }: Replacement): readonly Step[] {
  return [
    step(healthy.host, 'replace.check', [of.healthy.ctl('endpoint health --cluster'), of.healthy.ctl('member list')]),
    step(operator, 'managed.yml-out', ['cp -a cluster.yml cluster.yml.before', 'cp -a cluster.rkestate cluster.rkestate.before', 'rke up --config cluster.yml']),
    step(lost.host, 'replace.keep', of.lost.aside('broken')),
    step(operator, 'managed.yml-in', ['cp -a cluster.yml.before cluster.yml', 'rke up --config cluster.yml']),
    step(healthy.host, 'replace.done', [of.healthy.ctl('member list')]),
  ];
}

const replacements: Readonly<Record<string, (context: Replacement) => readonly Step[]>> = { k3s: rancher, rke2: rancher, openshift, talos, k0s, rke1, kops: () => [] };

/** The installer's own way to replace one member while a majority lives; null where etcdctl does it by hand. Empty: not known from this bundle. */
export function managedReplacement(context: Replacement): readonly Step[] | null {
  return replacements[context.draft.installation.id]?.(context) ?? null;
}

/** The installer's own way to go on with the data of one survivor; null where etcd itself does it. */
export function managedSurvivor(draft: Draft, chosen: DraftCandidate | null, survivor: MemberInfo, words: MemberWords, step: Make, operator: string): readonly Step[] | null {
  const { id } = draft.installation;
  const others = draft.members.filter((one) => one !== survivor && one.host !== null);
  if (id === 'k3s' || id === 'rke2') {
    const base = (survivor.settings.dataDir?.value ?? '').replace(/\/db\/etcd$/, '');
    if (base === '') return [];
    return [
      step(null, 'force.stop', words.stop),
      step(survivor.host, 'force.copy', [`cp -a ${shellWord(`${base}/db`)} /root/${id}-db.survivor`, `cp -a ${shellWord(`${base}/token`)} /root/${id}-token.survivor`]),
      step(survivor.host, 'managed.reset', [`${id} server --cluster-reset`]),
      step(survivor.host, 'managed.start-first', [`systemctl start ${words.unit}`, `${kubectl(id)} get nodes`]),
      ...others.map((other) => step(other.host, 'managed.others', [`mv ${shellWord(`${base}/db`)} ${shellWord(`${base}/db.broken`)}`, `systemctl start ${words.unit}`])),
    ];
  }
  if (id === 'openshift') {
    return [
      step(survivor.host, 'force.copy', ['sudo cp -a /var/lib/etcd /var/lib/etcd-survivor']),
      step(survivor.host, 'managed.quorum-restore', ['sudo -E /usr/local/bin/quorum-restore.sh']),
      step(operator, 'managed.redeploy', [`oc patch etcd cluster --type=merge -p '{"spec":{"forceRedeploymentReason":"survivor-${(chosen?.candidate.sha256 ?? '').slice(0, 8)}"}}'`]),
    ];
  }
  return id === 'talos' || id === 'k0s' || id === 'rke1' || id === 'kops' ? [] : null;
}
