import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Message, Plan, Recommendation, Said } from '../case/model.js';
import type { Installation } from '../installations/index.js';
import type { Language } from '../words/catalogue.js';
import { addressOf, endpointOf, isSafeDirectory } from './plan-host.js';
import { hasControlCharacter, shellWord } from './shell-word.js';
import { saidIn } from './steps.js';

type Manual = Plan['manual'];

/** Steps that stand for commands which may not be given yet: each names its fact and how to get it. */
export function withheldSteps(missing: readonly { readonly fact: string; readonly said: Said; readonly collect: string | null }[], language: Language): Manual {
  return missing.map((one) => ({
    host: null,
    title: saidIn(language, { key: 'recovery.withheld.title', params: { fact: one.fact, why: one.said.text } }),
    commands: one.collect === null ? [] : [one.collect],
    expect: null,
  }));
}

/** Fills the words of an installer's own steps; what the bundle does not give stays a word in capitals. */
export function manualSteps(draft: Draft, installation: Installation, chosen: DraftCandidate | null, language: Language): Manual {
  const path = chosen?.candidate.hostPath ?? null;
  const fit = path !== null && path.startsWith('/') && !hasControlCharacter(path) ? path : null;
  const stamp = (chosen?.candidate.sha256 ?? 'restore').slice(0, 8);
  const name = fit?.split('/').pop() ?? null;
  const folder = fit?.replace(/\/[^/]*$/, '') ?? null;
  const addresses = draft.hosts.flatMap((host) => host.addresses.slice(0, 1)).filter((address) => /^[0-9a-fA-F.:]+$/.test(address));
  const fill = (command: string): string =>
    command
      .replaceAll('STAMP', stamp)
      .replaceAll('BACKUP_FOLDER', folder === null ? 'BACKUP_FOLDER' : shellWord(folder))
      .replaceAll('SNAPSHOT_NAME', name === null ? 'SNAPSHOT_NAME' : shellWord(name.replace(/\.zip$/, '')))
      .replaceAll(/\bSNAPSHOT\b/g, fit === null ? 'SNAPSHOT' : shellWord(fit))
      .replaceAll('FIRST_IP', addresses[0] ?? 'FIRST_IP')
      .replaceAll('PEER_IP', addresses.length === 1 ? (addresses[0] ?? 'PEER_IP') : 'PEER_IP');
  const sha = chosen?.candidate.sha256 ?? '?';
  return installation.manual?.map((step) => ({
    host: null,
    title: saidIn(language, { key: step.title, params: { sha256: sha } }),
    commands: step.commands.map(fill),
    expect: step.expect === null ? null : saidIn(language, { key: step.expect, params: { sha256: sha } }),
  })) ?? [];
}

/** Plans that restore nothing: repair, replacement of one member, a survivor alone, objects put back. */
export function repairSteps(draft: Draft, recommendation: Recommendation, chosen: DraftCandidate | null, language: Language): Manual {
  const step = (host: string | null, key: string, commands: readonly string[], params: Message['params'] = {}): Manual[number] => ({
    host, title: saidIn(language, { key: `recovery.${key}.title`, params }), commands, expect: saidIn(language, { key: `recovery.${key}.expect`, params }),
  });
  const word = (text: string | null | undefined, open: string): string => (text === null || text === undefined || hasControlCharacter(text) ? open : shellWord(text));
  const healthy = draft.members.find((member) => member.state === 'running') ?? draft.members[0];
  const tls = healthy?.settings.caFile === null || healthy === undefined ? '' : ` --cacert=${word(healthy.settings.caFile.value, 'CA_FILE')} --cert=${word(healthy.settings.certFile?.value, 'CERT_FILE')} --key=${word(healthy.settings.keyFile?.value, 'KEY_FILE')}`;
  const endpoint = healthy === undefined ? 'ENDPOINT' : word(endpointOf(healthy.settings.clientUrls?.value ?? [], healthy.settings.peerUrl?.value ?? ''), 'ENDPOINT');
  const ctl = (words: string): string => `${word(healthy?.settings.etcdctl?.value, 'etcdctl')} --endpoints=${endpoint}${tls} ${words}`;
  const verify = step(healthy?.host ?? null, 'repair.verify', [ctl('endpoint health --cluster'), ctl('endpoint status --cluster -w table'), ctl('member list'), ctl('alarm list')]);
  if (recommendation.kind === 'reapply-objects') {
    const file = chosen === null ? 'SNAPSHOT' : word(chosen.candidate.path, 'SNAPSHOT');
    return [step(null, 'reapply.extract', [`etcd-autopsy snapshot extract ${file} --help`]), step(null, 'reapply.apply', ['kubectl apply --dry-run=server -f objects/', 'kubectl apply -f objects/'])];
  }
  if (recommendation.kind === 'replace-member') {
    const dead = draft.members.filter((member) => member.state !== 'running');
    const [lost] = dead;
    if (dead.length !== 1 || lost === undefined || healthy === undefined || healthy === lost) return [step(null, 'replace.which', [ctl('endpoint status --cluster -w table'), ctl('member list')])];
    const data = lost.settings.dataDir?.value ?? null;
    const keep = data !== null && isSafeDirectory(data) ? [`systemctl stop ${word(lost.settings.unit?.value.replace(/\.service$/, ''), 'etcd')}`, `mv ${word(data, 'DATA_DIR')} ${word(`${data}.broken`, 'DATA_DIR.broken')}`] : ['systemctl stop etcd', 'mv DATA_DIR DATA_DIR.broken'];
    const id = lost.memberId ?? 'MEMBER_ID';
    return [
      verify,
      step(healthy.host, 'replace.remove', [ctl(`member remove ${word(id, 'MEMBER_ID')}`)]),
      step(lost.host, 'replace.keep', keep),
      step(healthy.host, 'replace.add', [ctl(`member add ${word(lost.settings.name?.value ?? lost.name, 'NAME')} --peer-urls=${word(lost.settings.peerUrl?.value ?? lost.peerUrls[0], 'PEER_URL')}`)]),
      step(lost.host, 'replace.start', [`systemctl start --no-block ${word(lost.settings.unit?.value.replace(/\.service$/, ''), 'etcd')}`]),
      verify,
    ];
  }
  if (recommendation.kind === 'force-new-cluster') {
    const host = chosen?.candidate.host ?? null;
    const member = draft.members.find((one) => one.host === host);
    const data = member?.settings.dataDir?.value ?? null;
    const peer = member?.settings.peerUrl?.value ?? '';
    return [
      step(null, 'force.stop', ['systemctl stop etcd']),
      step(host, 'force.copy', [`cp -a ${word(data, 'DATA_DIR')} ${word(data === null ? null : `${data}.copy`, 'DATA_DIR.copy')}`]),
      step(host, 'force.start', [`etcd --name ${word(member?.settings.name?.value, 'NAME')} --data-dir ${word(data, 'DATA_DIR')}${member?.settings.walDir ? ` --wal-dir ${word(member.settings.walDir.value, 'WAL_DIR')}` : ''} --force-new-cluster --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380`]),
      step(host, 'force.save', ['ETCDCTL_API=3 etcdctl --endpoints=http://127.0.0.1:12379 endpoint status -w table', 'ETCDCTL_API=3 etcdctl --endpoints=http://127.0.0.1:12379 snapshot save /root/salvaged.db'], { address: addressOf(peer) }),
      step(null, 'force.restore', ['etcd-autopsy analyze BUNDLE /root/salvaged.db --out DIR']),
    ];
  }
  const causes = recommendation.why.map((one) => one.key).join(' ');
  const unit = word(healthy?.settings.unit?.value.replace(/\.service$/, ''), 'etcd');
  const data = healthy?.settings.dataDir?.value ?? null;
  const where = word(data !== null && isSafeDirectory(data) ? data : null, 'DATA_DIR');
  const repairs: Manual[number][] = [];
  if (/cert|x509|tls/i.test(causes)) repairs.push(step(healthy?.host ?? null, 'repair.certificates', draft.installation.id === 'kubeadm' ? ['kubeadm certs check-expiration', 'cp -a /etc/kubernetes/pki /root/pki.before', 'kubeadm certs renew all'] : [`openssl x509 -noout -enddate -subject -in ${word(healthy?.settings.certFile?.value, 'CERT_FILE')}`]));
  if (/nospace|quota/i.test(causes)) repairs.push(step(healthy?.host ?? null, 'repair.nospace', [ctl('endpoint status -w json'), ctl('compact REVISION'), ctl('defrag'), ctl('alarm disarm')]));
  else if (/disk|space|full/i.test(causes)) repairs.push(step(healthy?.host ?? null, 'repair.disk', [`df -h ${where}`, `df -i ${where}`, 'journalctl --vacuum-size=200M']));
  if (/clock|time-jump|ntp/i.test(causes)) repairs.push(step(healthy?.host ?? null, 'repair.clock', ['timedatectl', 'chronyc makestep']));
  if (/owner|permission|selinux/i.test(causes)) repairs.push(step(healthy?.host ?? null, 'repair.owner', [`chown -R ${word(healthy?.settings.owner?.value, 'OWNER')} ${where}`, `chmod 700 ${where}`, `restorecon -R ${where}`]));
  if (repairs.length === 0) repairs.push(step(healthy?.host ?? null, 'repair.cause', []));
  const restart = draft.installation.etcdRunsAs === 'static-pod' ? ['systemctl restart kubelet'] : [`systemctl reset-failed ${unit}`, `systemctl start --no-block ${unit}`];
  return [step(healthy?.host ?? null, 'repair.copy', [`cp -a ${where} ${data !== null && isSafeDirectory(data) ? word(`${data}.copy`, 'DATA_DIR.copy') : 'DATA_DIR.copy'}`]), ...repairs, step(healthy?.host ?? null, 'repair.start', restart), verify];
}
