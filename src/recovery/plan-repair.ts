import type { Draft, DraftCandidate } from '../case/draft.js';
import type { MemberInfo, Message, Plan, Recommendation } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { clusterHealth, corruptMembers } from './health.js';
import { managedReplacement, managedSurvivor } from './managed-member.js';
import { memberWords, type MemberWords } from './member-words.js';
import { missing, type MissingFact } from './plan-host.js';
import { onEveryMember, onOneMember, repairs, withoutRestart } from './repairs.js';
import { hasControlCharacter, shellWord } from '../artifacts/shell/shell-word.js';
import { saidIn } from './steps.js';
import { hostsToStart } from './start-only.js';

type Manual = Plan['manual'];

/** Steps without scripts, the facts that they lack, and how long they take. */
export interface HandPlan {
  readonly steps: Manual;
  readonly missing: readonly MissingFact[];
  /** Facts that only a check afterwards needs: named, but no reason to withhold the rest. */
  readonly open?: readonly MissingFact[];
  readonly minutes: Plan['minutes'];
}

function stepper(language: Language): (host: string | null, key: string, commands: readonly string[], params?: Message['params']) => Manual[number] {
  return (host, key, commands, params = {}) => ({
    host, title: saidIn(language, { key: `recovery.${key}.title`, params }), commands, expect: saidIn(language, { key: `recovery.${key}.expect`, params }),
  });
}

const fit = (text: string | null | undefined): string | null => (text === null || text === undefined || hasControlCharacter(text) ? null : text);

/** The state decides: repair, replacement of one member, a survivor alone, or objects put back; nothing here restores. */
export function handPlan(draft: Draft, recommendation: Recommendation, chosen: DraftCandidate | null, language: Language): HandPlan {
  switch (recommendation.kind) {
    case 'reapply-objects': return reapplyObjects(draft, chosen, language);
    case 'replace-member': return replaceMember(draft, language);
    case 'force-new-cluster': return forceNewCluster(draft, chosen, language);
    default: return repairInPlace(draft, recommendation, language);
  }
}

/** What the snapshot holds and the living etcd lacks; other changes since then stay. */
function reapplyObjects(draft: Draft, chosen: DraftCandidate | null, language: Language): HandPlan {
  const step = stepper(language);
  const lacks: MissingFact[] = [];
  const path = fit(chosen?.candidate.path);
  if (path === null) lacks.push(missing('snapshot', 'recovery.missing.candidate', {}, 'etcd-autopsy collect'));
  const words = memberWords(draft.members.find((member) => member.state === 'running') ?? draft.members[0], draft, lacks);
  const steps = [
    step(words.host, 'reapply.now', [words.ctl('--command-timeout=600s snapshot save /root/now.db')]),
    step(null, 'reapply.extract', [`etcd-autopsy snapshot extract ${shellWord(path ?? 'x')} --missing-in now.db --out objects`]),
    step(null, 'reapply.apply', ['kubectl apply --dry-run=server -f objects/', 'kubectl apply -f objects/']),
  ];
  return { steps: lacks.length > 0 ? [] : steps, missing: lacks, minutes: { least: 5, most: 20 } };
}

function replaceMember(draft: Draft, language: Language): HandPlan {
  const step = stepper(language);
  const lacks: MissingFact[] = [];
  // What etcd answered counts more than what a list of processes shows.
  const answers = new Map(clusterHealth(draft).members.map((one) => [one.member, one.health]));
  const corrupt = corruptMembers(draft);
  const works = (member: MemberInfo): boolean => !corrupt.includes(member) && (answers.get(member) === 'healthy' || (answers.get(member) === 'unknown' && member.state === 'running'));
  const healthy = draft.members.find(works);
  const broken = draft.members.filter((member) => !works(member));
  const [lost] = broken;
  const asker = memberWords(healthy ?? draft.members[0], draft, lacks);
  const status = [asker.ctl('endpoint status --cluster -w table'), asker.ctl('endpoint health --cluster'), asker.ctl('member list -w table'), ...(draft.members.length > 2 ? [asker.ctl('endpoint hashkv --cluster')] : [])];
  if (broken.length !== 1 || lost === undefined || healthy === undefined) return { steps: lacks.length > 0 ? [] : [step(asker.host, 'replace.which', status)], missing: lacks, minutes: { least: 2, most: 5 } };
  const managed = managedReplacement({ draft, lost, healthy, of: { healthy: memberWords(healthy, draft, []), lost: memberWords(lost, draft, []) }, step, operator: say(language, 'runbook.operator') });
  if (managed !== null) {
    if (managed.length > 0) return { steps: managed, missing: [], minutes: { least: 10, most: 60 } };
    return { steps: [], missing: [missing(`member of ${lost.host ?? lost.name ?? '?'}`, 'recovery.missing.managed', { host: lost.host ?? lost.name ?? '?' }, 'kubectl get nodes -o wide; etcdctl member list -w table')], minutes: { least: 10, most: 60 } };
  }
  const words = memberWords(lost, draft, lacks);
  const peer = fit(lost.settings.peerUrl?.value) ?? fit(lost.peerUrls[0]);
  const name = fit(lost.settings.name?.value) ?? fit(lost.name);
  if (peer === null || name === null) lacks.push(missing(`name and peer URL @ ${lost.host ?? '?'}`, 'recovery.missing.fact', { fact: 'name, peer URL', host: lost.host ?? '?' }, 'etcdctl member list'));
  const id = /^[0-9a-f]{1,16}$/.test(lost.memberId ?? '') ? (lost.memberId ?? '') : `$(${asker.ctl('member list')} | sed -n ${shellWord(`s#^\\([0-9a-f]*\\), .*, ${peer ?? ''}, .*#\\1#p`)})`;
  const steps = [
    step(asker.host, 'replace.check', status),
    step(asker.host, 'replace.remove', [asker.ctl(`member remove ${id}`)]),
    step(words.host, 'replace.keep', [...words.stop, ...words.aside('broken')]),
    step(asker.host, 'replace.add', [asker.ctl(`member add ${shellWord(name ?? 'x')} --peer-urls=${shellWord(peer ?? 'x')}`)]),
    step(words.host, 'replace.join', joinCommands(draft, lost)),
    step(words.host, 'replace.start', words.start),
    step(asker.host, 'replace.done', [...status, asker.ctl('alarm list')]),
  ];
  return { steps: lacks.length > 0 ? [] : steps, missing: lacks, minutes: { least: 5, most: 20 } };
}

/** The two settings of a member that joins a living cluster (installations: env file, manifest, unit). */
function joinCommands(draft: Draft, lost: MemberInfo): readonly string[] {
  const cluster = fit(lost.settings.initialCluster?.value);
  const manifest = fit(lost.settings.manifestPath?.value);
  if (draft.installation.etcdRunsAs === 'static-pod' && manifest !== null) {
    return [
      ...(cluster === null ? [] : [`sed -i ${shellWord(`s#--initial-cluster=.*#--initial-cluster=${cluster}#`)} /root/etcd.yaml`]),
      `grep -q initial-cluster-state /root/etcd.yaml || sed -i ${shellWord('s#^\\( *- \\)--name=.*#&\\n\\1--initial-cluster-state=existing#')} /root/etcd.yaml`,
    ];
  }
  const env = draft.facts.find((fact) => fact.kind === 'env' && fact.host === lost.host && fact.key === 'ETCD_INITIAL_CLUSTER_STATE' && fact.path?.startsWith('/') === true);
  const path = env?.kind === 'env' ? fit(env.path) : null;
  if (path === null) {
    const flagged = draft.facts.find((fact) => fact.kind === 'unit' && fact.host === lost.host && fact.key === 'ExecStart' && /--initial-cluster-state\b/.test(fact.value) && fact.path?.startsWith('/') === true);
    const unit = flagged?.kind === 'unit' ? fit(flagged.path) : null;
    if (unit === null) return [];
    return [
      ...(cluster === null ? [] : [`sed -i ${shellWord(`s#--initial-cluster=[^ ]*#--initial-cluster=${cluster}#`)} ${shellWord(unit)}`]),
      `sed -i 's#--initial-cluster-state=[a-z]*#--initial-cluster-state=existing#' ${shellWord(unit)}`, 'systemctl daemon-reload',
    ];
  }
  return [
    ...(cluster === null ? [] : [`sed -i ${shellWord(`s#^ETCD_INITIAL_CLUSTER=.*#ETCD_INITIAL_CLUSTER=${cluster}#`)} ${shellWord(path)}`]),
    `sed -i 's#^ETCD_INITIAL_CLUSTER_STATE=.*#ETCD_INITIAL_CLUSTER_STATE=existing#' ${shellWord(path)}`,
  ];
}

/** The image is the only etcd of such a host: kubelet starts it on the survivor's data with the flag, and without it afterwards. */
function survivorInPod(words: MemberWords, draft: Draft, member: MemberInfo, host: string | null, step: ReturnType<typeof stepper>): Manual {
  const data = fit(member.settings.dataDir?.value) ?? '/var/lib/etcd';
  return [
    step(null, 'force.stop', [...apiserversOff(draft), ...words.stop]),
    step(host, 'force.copy', words.copy('survivor')),
    step(host, 'force.pod', [`sed -i ${shellWord('s#^\\( *- \\)--name=.*#&\\n\\1--force-new-cluster#')} /root/etcd.yaml`, ...words.start]),
    step(host, 'force.save-pod', [words.ctl('endpoint status -w table'), words.ctl(`snapshot save ${shellWord(`${data}/salvaged.db`)}`), ...words.stop, `mv ${shellWord(`${data}/salvaged.db`)} /root/salvaged.db`, "sed -i '/--force-new-cluster/d' /root/etcd.yaml"]),
    step(null, 'force.restore', ['etcd-autopsy analyze BUNDLE salvaged.db --out restore-salvaged']),
  ];
}

/** How the apiservers of this installation are stopped by hand. */
function apiserversOff(draft: Draft): readonly string[] {
  const units = draft.installation.id === 'kubeasz' || draft.facts.some((fact) => fact.kind === 'unit-status' && /^kube-apiserver/.test(fact.unit) && fact.loaded !== 'not-found');
  return units ? ['systemctl stop kube-apiserver kube-controller-manager kube-scheduler'] : ['mkdir -p /root/manifests', 'mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/manifests/'];
}

function forceNewCluster(draft: Draft, chosen: DraftCandidate | null, language: Language): HandPlan {
  const step = stepper(language);
  const lacks: MissingFact[] = [];
  const host = chosen?.candidate.host ?? null;
  const member = draft.members.find((one) => one.host !== null && one.host === host);
  const managed = member === undefined ? null : managedSurvivor(draft, chosen, member, memberWords(member, draft, []), step, say(language, 'runbook.operator'));
  if (managed !== null) {
    if (managed.length > 0) return { steps: managed, missing: [], minutes: { least: 15, most: 60 } };
    return { steps: [], missing: [missing('way of this installer', 'recovery.missing.survivor', { host: host ?? '?' }, 'etcd-autopsy collect')], minutes: { least: 15, most: 60 } };
  }
  const words = memberWords(member, draft, lacks);
  if (draft.installation.etcdRunsAs === 'static-pod' && member !== undefined) return { steps: lacks.length > 0 ? [] : survivorInPod(words, draft, member, host, step), missing: lacks, minutes: { least: 15, most: 60 } };
  const name = fit(member?.settings.name?.value);
  if (name === null) lacks.push(missing(`name @ ${host ?? '?'}`, 'recovery.missing.fact', { fact: 'name', host: host ?? '?' }, 'systemctl cat etcd; cat /etc/etcd.env'));
  const folder = fit(member?.settings.etcdctl?.value)?.replace(/\/?etcdctl$/, '') ?? '';
  const program = folder.startsWith('/') ? shellWord(`${folder}/etcd`) : 'etcd';
  const ctl = `ETCDCTL_API=3 ${folder.startsWith('/') ? shellWord(`${folder}/etcdctl`) : 'etcdctl'} --endpoints=http://127.0.0.1:12379`;
  const copy = words.beside('survivor');
  const wal = words.walDir === null ? '' : ` --wal-dir ${shellWord(`${words.walDir}.survivor`)}`;
  const steps = [
    step(null, 'force.stop', [...apiserversOff(draft), ...words.stop]),
    step(host, 'force.copy', [`cp -a ${words.dataDir()} ${copy}`, ...(words.walDir === null ? [] : [`cp -a ${shellWord(words.walDir)} ${shellWord(`${words.walDir}.survivor`)}`])]),
    step(host, 'force.start', [`${program} --name ${shellWord(name ?? 'x')} --data-dir ${copy}${wal} --force-new-cluster --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380`]),
    step(host, 'force.save', [`${ctl} endpoint status -w table`, `${ctl} snapshot save /root/salvaged.db`]),
    step(null, 'force.restore', ['etcd-autopsy analyze BUNDLE salvaged.db --out restore-salvaged']),
  ];
  return { steps: lacks.length > 0 ? [] : steps, missing: lacks, minutes: { least: 15, most: 60 } };
}

/** The members that a repair is done on: every one, those that do not work, or the one that is asked. */
function membersOf(id: string, draft: Draft): readonly (MemberInfo | undefined)[] {
  const broken = draft.members.filter((one) => one.state === 'failing' || one.state === 'stopped');
  const present = draft.members.filter((one) => one.host !== null);
  if (onEveryMember.has(id) && present.length > 0) return present;
  return onOneMember.has(id) || broken.length === 0 ? [broken[0] ?? draft.members[0]] : broken;
}

/** Steps that are the same on every host of the cluster become one. */
function together(steps: readonly Manual[number][], hosts: number): readonly Manual[number][] {
  const [first] = steps;
  const same = first !== undefined && steps.length > 1 && steps.length === hosts && steps.every((one) => one.commands.join('\n') === first.commands.join('\n'));
  return same ? [{ ...first, host: null }] : steps;
}

function repairInPlace(draft: Draft, recommendation: Recommendation, language: Language): HandPlan {
  const step = stepper(language);
  const lacks: MissingFact[] = [];
  // What only the copy before and the questions after need is named, but withholds nothing.
  const open: MissingFact[] = [];
  const ids = recommendation.why.flatMap((one) => (one.key.startsWith('recommend.repair.') ? [one.key.slice('recommend.repair.'.length)] : []));
  const stopping = ids.filter((id) => !withoutRestart.has(id));
  const stopped = [...new Set((stopping.length > 0 ? stopping : ids.length === 0 ? ['lone-member-waits'] : []).flatMap((id) => membersOf(id, draft)))];
  const hosts = draft.members.length;
  const copies = together(stopped.map((member) => {
    const words = memberWords(member, draft, open);
    return step(words.host, ids.includes('disk-full') ? 'repair.copy-now' : 'repair.copy', [...(ids.includes('disk-full') ? [] : words.stop), ...words.copy('copy')]);
  }), hosts);
  const causes = ids.flatMap((id) => together(membersOf(id, draft).map((member) => {
    const words = memberWords(member, draft, lacks);
    const stop = id === 'disk-full' ? words.stop : [];
    return {
      host: words.host, title: saidIn(language, { key: `recommend.repair.${id}`, params: {} }),
      commands: [...stop, ...(repairs[id]?.({ member, words, draft }) ?? [])], expect: saidIn(language, { key: 'recovery.repair.cause.expect', params: {} }),
    };
  }), hosts));
  const steps: Manual[number][] = [];
  const copied = copies;
  // A full disk takes no copy: room is made first, with etcd stopped.
  steps.push(...(ids.includes('disk-full') ? [...causes, ...copied] : [...copied, ...causes]));
  if (ids.length === 0 && !recommendation.why.some((one) => one.key === 'recommend.why.majority-starts')) steps.push(step(null, 'repair.cause', []));
  const only = hostsToStart(recommendation.conditions);
  const started = only === null ? stopped : stopped.filter((member) => only.includes(member?.host ?? ''));
  if (started.length > 0) steps.push(...together(started.map((member) => {
    const words = memberWords(member, draft, open);
    return step(words.host, 'repair.start', words.start);
  }), hosts));
  const asked = memberWords(draft.members.find((one) => one.state === 'failing') ?? draft.members[0], draft, open);
  const questions = ['endpoint health --cluster', 'endpoint status --cluster -w table', 'member list -w table', 'alarm list'].map((one) => asked.ctl(one));
  if (open.length === 0) steps.push(step(asked.host, 'repair.verify', questions));
  const once = (list: readonly MissingFact[]): readonly MissingFact[] => [...new Map(list.map((one) => [one.fact, one])).values()];
  return { steps: lacks.length > 0 ? [] : open.some((one) => one.fact.startsWith('data-dir')) ? steps.filter((one) => !copied.includes(one)) : steps, missing: once(lacks), open: once(open).filter((one) => !lacks.some((other) => other.fact === one.fact)), minutes: { least: 5, most: 30 } };
}
