import type { Draft, DraftCandidate } from '../case/draft.js';
import type { MemberInfo, Message, Plan, Recommendation } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { clusterHealth } from './health.js';
import { memberWords } from './member-words.js';
import { missing, type MissingFact } from './plan-host.js';
import { repairs, withoutRestart } from './repairs.js';
import { hasControlCharacter, shellWord } from './shell-word.js';
import { saidIn } from './steps.js';

type Manual = Plan['manual'];

/** Steps without scripts, the facts that they lack, and how long they take. */
export interface HandPlan {
  readonly steps: Manual;
  readonly missing: readonly MissingFact[];
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
  const works = (member: MemberInfo): boolean => answers.get(member) === 'healthy' || (answers.get(member) === 'unknown' && member.state === 'running');
  const healthy = draft.members.find(works);
  const broken = draft.members.filter((member) => !works(member));
  const [lost] = broken;
  const asker = memberWords(healthy ?? draft.members[0], draft, lacks);
  const status = [asker.ctl('endpoint status --cluster -w table'), asker.ctl('endpoint health --cluster'), asker.ctl('member list -w table')];
  if (broken.length !== 1 || lost === undefined || healthy === undefined) return { steps: lacks.length > 0 ? [] : [step(asker.host, 'replace.which', status)], missing: lacks, minutes: { least: 2, most: 5 } };
  const words = memberWords(lost, draft, lacks);
  const peer = fit(lost.settings.peerUrl?.value) ?? fit(lost.peerUrls[0]);
  const name = fit(lost.settings.name?.value) ?? fit(lost.name);
  if (peer === null || name === null) lacks.push(missing(`name and peer URL @ ${lost.host ?? '?'}`, 'recovery.missing.fact', { fact: 'name, peer URL', host: lost.host ?? '?' }, 'etcdctl member list'));
  const id = /^[0-9a-f]{1,16}$/.test(lost.memberId ?? '') ? (lost.memberId ?? '') : `$(${asker.ctl('member list')} | sed -n ${shellWord(`s#^\\([0-9a-f]*\\), .*, ${peer ?? ''}, .*#\\1#p`)})`;
  const steps = [
    step(asker.host, 'replace.check', status),
    step(asker.host, 'replace.remove', [asker.ctl(`member remove ${id}`)]),
    step(words.host, 'replace.keep', [...words.stop, `mv ${words.dataDir()} ${words.beside('broken')}`, ...(words.walDir === null ? [] : [`mv ${shellWord(words.walDir)} ${shellWord(`${words.walDir}.broken`)}`])]),
    step(asker.host, 'replace.add', [asker.ctl(`member add ${shellWord(name ?? 'x')} --peer-urls=${shellWord(peer ?? 'x')}`)]),
    step(words.host, 'replace.join', joinCommands(draft, lost)),
    step(words.host, 'replace.start', words.start),
    step(asker.host, 'replace.done', [...status, asker.ctl('endpoint hashkv --cluster'), asker.ctl('alarm list')]),
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
  if (path === null) return [];
  return [
    ...(cluster === null ? [] : [`sed -i ${shellWord(`s#^ETCD_INITIAL_CLUSTER=.*#ETCD_INITIAL_CLUSTER=${cluster}#`)} ${shellWord(path)}`]),
    `sed -i 's#^ETCD_INITIAL_CLUSTER_STATE=.*#ETCD_INITIAL_CLUSTER_STATE=existing#' ${shellWord(path)}`,
  ];
}

function forceNewCluster(draft: Draft, chosen: DraftCandidate | null, language: Language): HandPlan {
  const step = stepper(language);
  const lacks: MissingFact[] = [];
  const host = chosen?.candidate.host ?? null;
  const member = draft.members.find((one) => one.host !== null && one.host === host);
  const words = memberWords(member, draft, lacks);
  const name = fit(member?.settings.name?.value);
  if (name === null) lacks.push(missing(`name @ ${host ?? '?'}`, 'recovery.missing.fact', { fact: 'name', host: host ?? '?' }, 'systemctl cat etcd; cat /etc/etcd.env'));
  const folder = fit(member?.settings.etcdctl?.value)?.replace(/\/?etcdctl$/, '') ?? '';
  const program = folder.startsWith('/') ? shellWord(`${folder}/etcd`) : 'etcd';
  const ctl = `ETCDCTL_API=3 ${folder.startsWith('/') ? shellWord(`${folder}/etcdctl`) : 'etcdctl'} --endpoints=http://127.0.0.1:12379`;
  const copy = words.beside('survivor');
  const wal = words.walDir === null ? '' : ` --wal-dir ${shellWord(`${words.walDir}.survivor`)}`;
  const steps = [
    step(null, 'force.stop', words.stop),
    step(host, 'force.copy', [`cp -a ${words.dataDir()} ${copy}`, ...(words.walDir === null ? [] : [`cp -a ${shellWord(words.walDir)} ${shellWord(`${words.walDir}.survivor`)}`])]),
    step(host, 'force.start', [`${program} --name ${shellWord(name ?? 'x')} --data-dir ${copy}${wal} --force-new-cluster --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380`]),
    step(host, 'force.save', [`${ctl} endpoint status -w table`, `${ctl} snapshot save /root/salvaged.db`]),
    step(null, 'force.restore', ['etcd-autopsy analyze BUNDLE salvaged.db --out restore-salvaged']),
  ];
  return { steps: lacks.length > 0 ? [] : steps, missing: lacks, minutes: { least: 15, most: 60 } };
}

function repairInPlace(draft: Draft, recommendation: Recommendation, language: Language): HandPlan {
  const step = stepper(language);
  const lacks: MissingFact[] = [];
  const member = draft.members.find((one) => one.state === 'failing') ?? draft.members[0];
  const words = memberWords(member, draft, lacks);
  const ids = recommendation.why.flatMap((one) => (one.key.startsWith('recommend.repair.') ? [one.key.slice('recommend.repair.'.length)] : []));
  const steps: Manual[number][] = [];
  const touchesData = ids.some((id) => !withoutRestart.has(id));
  if (touchesData) steps.push(step(words.host, 'repair.copy', [...words.stop, `cp -a ${words.dataDir()} ${words.beside('copy')}`, ...(words.walDir === null ? [] : [`cp -a ${shellWord(words.walDir)} ${shellWord(`${words.walDir}.copy`)}`])]));
  for (const id of ids) {
    steps.push({
      host: words.host, title: saidIn(language, { key: `recommend.repair.${id}`, params: {} }),
      commands: repairs[id]?.({ member, words, draft }) ?? [], expect: saidIn(language, { key: 'recovery.repair.cause.expect', params: {} }),
    });
  }
  if (ids.length === 0) steps.push(step(null, 'repair.cause', []));
  if (touchesData || ids.length === 0) steps.push(step(draft.members.length > 1 ? null : words.host, 'repair.start', words.start));
  steps.push(step(words.host, 'repair.verify', ['endpoint health --cluster', 'endpoint status --cluster -w table', 'member list -w table', 'alarm list'].map((one) => words.ctl(one))));
  return { steps: lacks.length > 0 ? [] : steps, missing: [...new Map(lacks.map((one) => [one.fact, one])).values()], minutes: { least: 5, most: 30 } };
}
