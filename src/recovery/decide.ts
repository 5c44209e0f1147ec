import { isIP } from 'node:net';
import type { Cause, Confidence, Message, RecommendationKind } from '../case/model.js';
import type { Place } from '../artifacts/place.js';
import { rfc3339 } from '../case/time-words.js';
import { copyCommand } from '../case/copy-command.js';
import { copyProof } from './quiet-copy.js';
import type { Judged } from './judged.js';
import { otherStore } from '../installations/index.js';
import { otherDigestStated } from './stated-digest.js';
import { corruptMembers } from './health.js';
import { configuredDirectory, isLeftover, placeOfDirectory } from './place-of-directory.js';
import { addressOf } from './plan-host.js';
import { besideEtcd, withoutRestart } from './repairs.js';
import { safeMajority } from './majority.js';
import { wasRemoved } from './removed-member.js';
import type { Situation } from './situation.js';
import { startOnly } from './start-only.js';

/** A fact that is missing, and the command that collects it. */
export interface Missing {
  readonly fact: string;
  readonly said: Message;
  readonly collect: string | null;
}

/** The choice before it is put into words. */
export interface Decision {
  readonly kind: RecommendationKind;
  readonly chosen: Judged | null;
  readonly confidence: Confidence;
  readonly why: readonly Message[];
  readonly conditions: readonly Message[];
  readonly missing: readonly Missing[];
  readonly places: readonly Place[];
  readonly next: { readonly kind: RecommendationKind; readonly chosen: Judged | null; readonly said: Message } | null;
}

const why = (key: string, params: Message['params'] = {}): Message => ({ key: `recommend.why.${key}`, params });
const condition = (key: string, params: Message['params'] = {}): Message => ({ key: `recommend.condition.${key}`, params });
const lack = (fact: string, key: string, collect: string | null): Missing => ({ fact, said: { key: `recommend.missing.${key}`, params: {} }, collect });

const healthCommand = 'etcdctl endpoint health --cluster; etcdctl endpoint status --cluster -w table; systemctl status etcd --no-pager; crictl ps -a';

/** Servers with the apiserver inside them: it ends with them. */
const embeddedApiservers: ReadonlySet<string> = new Set(['k3s', 'rke2']);

/** Apiservers use this etcd, and no host of the bundle shows one: they must be stopped wherever they run. */
function unseenApiservers(s: Situation, judged: Judged): readonly Message[] {
  if (embeddedApiservers.has(s.draft.installation.id)) return [];
  const kubernetes = (s.draft.surveys?.get(judged.one.candidate.id)?.prefixes.length ?? 0) > 0;
  return kubernetes && s.draft.hosts.every((host) => !host.roles.includes('control-plane')) ? [condition('stop-apiservers')] : [];
}

/** Nobody notices a control plane that is down for longer than this so late. */
const longSilenceMs = 400 * 86_400_000;

const healthPlaces = (s: Situation): Place[] => s.health.members.flatMap((one) => one.places.slice(0, 1)).concat(s.health.writesFail.slice(0, 2)).slice(0, 6);

const kindOf = (judged: Judged): RecommendationKind =>
  judged.use === 'survivor' ? 'force-new-cluster' : judged.use === 'start' || judged.one.candidate.kind === 'data-dir' ? 'use-data-dir' : 'restore-snapshot';

const base = { chosen: null, confidence: 'likely' as Confidence, why: [], conditions: [], missing: [], places: [], next: null };

/** MicroK8s keeps its state in dqlite, k3s in SQLite or a database elsewhere: no etcd file, tool or plan applies. */
function notEtcd(s: Situation): Decision | null {
  const store = otherStore(s.draft.installation.id, s.draft.facts);
  if (store === null) return null;
  return { ...base, kind: 'none', confidence: 'proven', why: [why(store.kind)], places: store.at === null ? s.draft.installation.evidence.slice(0, 3) : [store.at] };
}

/** Two clusters in one bundle and nothing that says which one broke. */
function mixedClusters(s: Situation): Decision | null {
  if (!s.lineage.undecided && s.draft.mixedHosts !== true) return null;
  return { ...base, kind: 'none', confidence: 'proven', why: [why('two-clusters')], missing: [lack('cluster id', 'cluster-id', 'etcdctl member list -w table; cat /etc/etcd.env /etc/kubernetes/manifests/etcd.yaml')] };
}

/** People deleted something and etcd kept it faithfully: only the missing objects are put back. */
function putBack(s: Situation): Decision | null {
  const { deletion } = s;
  if (deletion === null || s.down || (s.health.quorumAlive && s.health.failing > 0)) return null;
  const before = s.judged.find((one) => one.one === deletion.before) ?? null;
  if (before === null) return null;
  const what = deletion.namespaces.length > 0 ? deletion.namespaces.slice(0, 5).join(', ') : deletion.definitions.slice(0, 5).join(', ');
  return {
    ...base, kind: 'reapply-objects', chosen: before, confidence: s.health.quorumAlive ? 'proven' : 'likely',
    why: [why(what === '' ? 'objects-deleted' : 'named-objects-deleted', { count: deletion.deleted, what, path: deletion.before.candidate.path }), why(s.health.quorumAlive ? 'etcd-answers' : 'nothing-says-down')],
    conditions: [condition('deletion-was-mistake'), ...(s.health.quorumAlive ? [] : [condition('etcd-answers')])],
    missing: s.health.quorumAlive ? [] : [lack('health', 'health', healthCommand)],
    places: healthPlaces(s),
    next: { kind: 'restore-snapshot', chosen: before, said: { key: 'recommend.next.full-restore', params: { path: deletion.before.candidate.path } } },
  };
}

/** A certificate that is renewed under a clock which runs ahead is not valid yet when the clock is set right. */
function clockFirst(s: Situation): readonly Message[] {
  const [shown, content] = [s.draft.collected.notBefore, s.draft.lastKnown?.time.notAfter ?? null];
  if (shown === null || content === null || shown - content < longSilenceMs || !s.repairs.some((one) => one.id === 'certificate-expired')) return [];
  return [condition('clock-first', { shown: rfc3339(shown) ?? '?', content: rfc3339(content) ?? '?' })];
}

function repair(s: Situation, cause: Cause, confidence: Confidence): Decision {
  const [best] = s.usable;
  const named = s.repairs.slice(0, 3);
  const stopsEtcd = named.some((one) => !withoutRestart.has(one.id));
  const concernsEtcd = named.some((one) => !besideEtcd.has(one.id));
  return {
    ...base, kind: 'repair-without-restore', confidence,
    why: [...named.map((one): Message => ({ key: `recommend.repair.${one.id}`, params: {} })), why(s.health.quorumAlive ? 'etcd-answers' : s.judged.some((one) => one.use === 'start' || one.use === 'survivor') ? 'data-starts' : 'data-not-hit')],
    conditions: [...clockFirst(s), ...(stopsEtcd ? [condition(named.some((one) => one.id === 'disk-full') ? 'copy-after-room' : 'copy-first')] : []), ...(s.health.quorumAlive || !concernsEtcd ? [] : [condition('if-repair-fails')])],
    missing: s.health.quorumAlive || !concernsEtcd || s.draft.candidates.some((one) => one.candidate.kind === 'data-dir') ? [] : [lack('data directory', 'data-dir', copyCommand(s.draft))],
    places: [...cause.evidence.slice(0, 3).map((one) => ({ artifact: one.artifact, ...(one.line === undefined ? {} : { line: one.line }), ...(one.offset === undefined ? {} : { offset: one.offset }), text: one.text })), ...healthPlaces(s)].slice(0, 6),
    next: best === undefined ? null : { kind: kindOf(best), chosen: best, said: { key: 'recommend.next.restore-if-repair-fails', params: { path: best.one.candidate.path } } },
  };
}

/** Causes after which an etcd that answers serves another state than the one that was lost. */
const replacedState: ReadonlySet<string> = new Set(['data-dir-emptied', 'empty-cluster-started', 'data-files-deleted', 'state-rolled-back', 'restore-wrong-file']);

/** The only member answers, but from a directory that was emptied or set back: what it serves is not what was lost. */
function answersWithoutData(s: Situation): Decision | null {
  const cause = s.damages.find((one) => replacedState.has(one.id));
  if (cause === undefined || !s.health.quorumAlive || s.health.members.length > 1) return null;
  const served = s.judged.find(({ one }) => one.candidate.kind === 'data-dir' && placeOfDirectory(one, s.draft) === 'configured')?.one.candidate;
  const shown = s.draft.facts.flatMap((fact) => (fact.kind === 'endpoint' && fact.revision !== null ? [Number(fact.revision)] : []));
  const now = Math.max(served?.revision ?? -1, ...shown, -1);
  const best = s.usable.find(({ one }) => one.candidate.id !== served?.id && (one.candidate.revision ?? 0) > now);
  if (best === undefined) return null;
  return {
    ...base, kind: kindOf(best), chosen: best, confidence: cause.confidence,
    why: [why('answers-without-data', { path: best.one.candidate.path, revision: best.one.candidate.revision ?? '?', now: now < 0 ? '?' : now }), why(`use-${best.use ?? 'restore'}`, { path: best.one.candidate.path, revision: best.one.candidate.revision ?? '?' })],
    conditions: [condition('written-since'), ...unseenApiservers(s, best)], places: healthPlaces(s),
  };
}

/** A majority answers, or runs and was never asked: whatever is wrong, the data is there. */
function alive(s: Situation): Decision | null {
  const asked = s.health.quorumAlive;
  if (!asked && (s.down || !s.health.quorumLikely)) return null;
  const ask = asked ? { conditions: [], missing: [] } : { conditions: [condition('etcd-answers')], missing: [lack('health', 'health', healthCommand)] };
  const counts = { healthy: s.health.running, members: s.health.members.length };
  if (s.health.failing > 0) {
    const lost = s.health.members.filter((one) => one.health === 'failing').map((one) => one.member.name ?? one.member.host ?? '?').join(', ');
    return { ...base, kind: 'replace-member', confidence: asked ? 'proven' : 'likely', why: [why(asked ? 'quorum-alive' : 'quorum-runs', { ...counts, lost })], conditions: [...ask.conditions, condition('one-at-a-time')], missing: ask.missing, places: healthPlaces(s) };
  }
  // Members that answer may still hold different data.
  if (s.health.members.length > 2 && s.damages.some((one) => one.id === 'data-inconsistency')) {
    const named = corruptMembers(s.draft).map((one) => one.name ?? one.host ?? '?').join(', ');
    return { ...base, kind: 'replace-member', confidence: named === '' ? 'likely' : 'proven', why: [why(named === '' ? 'members-differ' : 'member-differs', { members: s.health.members.length, lost: named })], conditions: [condition('one-at-a-time')], places: healthPlaces(s) };
  }
  const [cause] = s.repairs;
  if (cause !== undefined) return repair(s, cause, cause.confidence);
  return { ...base, kind: 'none', confidence: s.health.allHealthy ? 'proven' : 'likely', why: [why(asked ? 'healthy' : 'runs-long', counts)], missing: ask.missing, places: healthPlaces(s) };
}

/** The directory where etcd looks lags behind other data, and is no mere copy from before that. */
function isStaleInPlace({ one, use, reasons }: Judged, s: Situation): boolean {
  if (one.candidate.kind !== 'data-dir' || use !== null || placeOfDirectory(one, s.draft) !== 'configured' || !reasons.some((said) => said.key === 'recommend.reason.stale')) return false;
  const packed = s.draft.files.find((file) => file.mtimeFromArchive && file.path === `${one.candidate.path}/member/snap/db`)?.mtime ?? null;
  const newest = s.usable[0]?.one.taken.notBefore ?? null;
  return packed === null || newest === null || packed > newest;
}

/** The data is whole and the cause lies beside it. */
function besideTheData(s: Situation): Decision | null {
  const [cause] = s.repairs;
  const [best] = s.usable;
  const starts = best?.use === 'start' && !isLeftover(best.one, s.draft);
  // What lies where etcd looks is older than other data: to start it would bring the old state back.
  if (s.health.members.length <= 1 && s.judged.some((one) => isStaleInPlace(one, s))) return null;
  if (cause === undefined || s.damages.length > 0 || s.brokenData.length > 0 || s.health.writesFail.length > 0 && !/space|quota/.test(cause.id)) return null;
  if (!starts && cause.confidence !== 'proven') return null;
  return repair(s, cause, cause.confidence);
}

/** Enough members hold data that starts: together they are the cluster again. */
function majorityOfDirectories(s: Situation): Decision | null {
  if (s.health.members.length < 2) return null;
  // Started together, a lagging majority would vote its old log over newer data.
  const majority = safeMajority(s.judged.filter(({ one }) => s.lineage.ours.has(one.candidate.id)), s.draft, s.health.quorum);
  if (majority === null) return null;
  const names = (some: readonly Judged[]): readonly string[] => [...new Set(some.map(({ one }) => one.candidate.host ?? one.candidate.path))];
  const [start, out] = [names(majority.start), names(majority.out)];
  const started = new Set(majority.start.map(({ one }) => one.candidate.memberId));
  const others = s.draft.members.filter(({ memberId }) => memberId === null || !started.has(memberId))
    .flatMap(({ host, name }) => (host !== null && !start.includes(host) ? [host] : host === null && name !== null ? [name] : []));
  return {
    ...base, kind: 'repair-without-restore', why: [why('majority-starts', { count: majority.start.length, members: s.health.members.length })],
    conditions: [
      condition('copy-first'), out.length + others.length === 0 ? condition('start-together') : startOnly(start, others.length > 0 ? others : out),
      ...(out.length === 0 ? [] : [condition('replace-after', { members: out.join(', ') })]),
    ],
    places: healthPlaces(s),
  };
}

/** One member's data is the newest that is known, but the others may hold newer: they are asked first. */
function othersFirst(s: Situation): Decision | null {
  const [best] = s.usable;
  if (best?.use !== 'survivor' || s.down) return null;
  const unknown = s.health.members.filter((one) => one.health === 'unknown').map((one) => one.member.name ?? one.member.host ?? '?').join(', ');
  return {
    ...base, kind: 'none', confidence: 'likely', why: [why('others-unknown', { path: best.one.candidate.path, members: s.health.members.length, unknown })],
    missing: [lack('other members', 'other-members', healthCommand), lack('data directories of the other members', 'other-data', copyCommand(s.draft))], places: healthPlaces(s),
    next: { kind: 'force-new-cluster', chosen: best, said: { key: 'recommend.next.survivor', params: { path: best.one.candidate.path } } },
  };
}

/** Members of today that the chosen file does not list: removed before it was saved, or joined after. */
function notListedIn(s: Situation, judged: Judged): string {
  const listed = new Set((judged.one.snapshot?.members ?? []).flatMap((one) => one.peerUrls));
  const absent = s.health.members.filter(({ member }) => member.peerUrls.length > 0 && !member.peerUrls.some((url) => listed.has(url)));
  return listed.size === 0 || absent.length === s.health.members.length ? '' : absent.map(({ member }) => member.name ?? member.host ?? '?').join(', ');
}

/** How many keys a file holds that has no namespace kube-system, which every Kubernetes has from its first second; null when it has one. */
function keysWithoutKubernetes(s: Situation, judged: Judged): number | null {
  const survey = s.draft.surveys?.get(judged.one.candidate.id);
  if (survey === undefined || survey.kubeSystemUid !== null || (survey.counts['namespaces'] ?? 0) > 0) return null;
  return judged.one.candidate.totalKeys;
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/**
 * Addresses of the members that the chosen file lists and of those of today, when they have none in common: the machines
 * were given others, or the file is another cluster's whose machines only have the same names.
 */
function otherAddresses(s: Situation, judged: Judged): { readonly theirs: string; readonly ours: string } | null {
  const addresses = (urls: readonly string[]): string[] => [...new Set(urls.map(addressOf))].filter((address) => isIP(address) !== 0 && !isLoopback(address));
  const theirs = addresses((judged.one.snapshot?.members ?? []).flatMap((one) => one.peerUrls));
  const ours = addresses(s.health.members.flatMap(({ member }) => member.peerUrls));
  return theirs.length === 0 || ours.length === 0 || ours.some((address) => theirs.includes(address)) ? null : { theirs: theirs.join(', '), ours: ours.join(', ') };
}

/** The directory that holds the newest state, where its log ends damaged: more was acknowledged than anything shows. */
function openEnd({ last }: Situation): string | null {
  return last?.boot?.hazard === 'acknowledged-writes-lost' ? last.candidate.path : null;
}

/** Something must be restored: the best of what is safe. */
function restore(s: Situation): Decision | null {
  const [best, second] = s.usable;
  if (best === undefined || best.use === null) return null;
  const kind = kindOf(best);
  const sure = s.down;
  const { candidate } = best.one;
  const moved = otherAddresses(s, best);
  const bare = keysWithoutKubernetes(s, best);
  const open = openEnd(s);
  const forKubernetes = bare !== null && (s.draft.surveys?.get(candidate.id)?.prefixes.length ?? 0) > 0;
  // A file without a digest is used because it was left alone after etcd had ended.
  const copied = candidate.verdict === 'digest-absent' && candidate.kind !== 'data-dir' ? copyProof(best.one, s.draft, s.health).places : [];
  const reasons: Message[] = [
    ...(sure ? [s.health.members.length > 1 && s.health.quorumLost ? why('quorum-lost', { failing: s.health.failing, members: s.health.members.length, quorum: s.health.quorum }) : why(s.health.members.length > 1 ? 'majority-damaged' : s.health.failing === 0 && s.health.writesFail.length > 0 ? 'writes-fail' : 'etcd-down')] : [why(s.health.members.length > 1 && s.health.failing > 0 ? 'majority-unknown' : 'health-unknown', { failing: s.health.failing, members: s.health.members.length })]),
    why(`use-${best.use}`, { path: candidate.path, revision: candidate.revision ?? '?' }),
  ];
  const conditions: Message[] = [
    ...(sure ? [] : [condition('only-if-down')]),
    ...(best.use === 'restore-db' ? [condition('copy-when-stopped'), condition('skip-hash')] : []),
    ...(best.use === 'start' ? [condition('copy-first')] : []),
    ...(best.use === 'start' && placeOfDirectory(best.one, s.draft) === 'elsewhere' ? [condition('put-in-place', { path: candidate.hostPath ?? candidate.path, directory: configuredDirectory(best.one, s.draft) ?? '?' })] : []),
    ...(otherDigestStated(best.one, s.draft) === null ? [] : [condition('checksum-differs', { path: candidate.path })]),
    ...unseenApiservers(s, best),
    ...(best.use === 'survivor' ? [condition('force-new-cluster'), condition('copy-first'), condition('others-never-back')] : []),
    ...(s.health.members.length > 1 && best.use !== 'survivor' ? [condition('all-from-one', { members: s.health.members.length })] : []),
    ...(open === null ? [] : [condition('loss-at-least', { path: open })]),
    ...(best.use === 'survivor' || notListedIn(s, best) === '' ? [] : [condition('not-listed', { members: notListedIn(s, best), path: candidate.path })]),
    ...(bare === null ? [] : [condition('no-kubernetes', { path: candidate.path, keys: bare })]),
    ...(wasRemoved(best.one, s.draft) ? [condition('removed-member', { path: candidate.path })] : []),
    ...(moved === null ? [] : [condition('other-addresses', { path: candidate.path, ...moved })]),
    ...(s.deletion === null ? [] : [condition('deleted-before', { count: s.deletion.deleted, path: s.deletion.before.candidate.path })]),
    ...(s.inHistory === null || s.inHistory.file !== best.one ? [] : [condition('deleted-in-history', { count: s.inHistory.deleted, path: candidate.path, revision: s.inHistory.revision })]),
  ];
  const knowsData = s.draft.candidates.some((one) => one.candidate.kind !== 'snapshot') || s.damages.length > 0;
  return {
    ...base, kind, chosen: best, confidence: !sure || moved !== null || forKubernetes ? 'possible' : best.use === 'restore' ? 'proven' : 'likely', why: reasons, conditions,
    missing: [...(sure ? [] : [lack('health', 'health', healthCommand)]), ...(knowsData ? [] : [lack('data directory', 'data-dir', copyCommand(s.draft))])],
    places: [...copied.slice(0, 2), ...healthPlaces(s)].slice(0, 6),
    next: second === undefined ? null : { kind: kindOf(second), chosen: second, said: { key: 'recommend.next.second', params: { path: second.one.candidate.path, revision: second.one.candidate.revision ?? '?' } } },
  };
}

/** Nothing can be recommended safely: say what would change that. */
function nothing(s: Situation): Decision {
  const { candidates } = s.draft;
  const unproven = s.judged.find((one) => one.one.candidate.verdict === 'digest-absent' || one.one.candidate.verdict === 'digest-wrong') ?? null;
  return {
    ...base, kind: 'none', confidence: candidates.length === 0 ? 'possible' : 'likely',
    why: [why(candidates.length === 0 ? 'no-candidates' : 'none-safe', { count: candidates.length })],
    missing: [
      lack('snapshots', 'snapshots', 'find / -xdev \\( -name "*.db" -o -name "*snapshot*" \\) -size +20k -exec ls -l --full-time {} +'),
      ...(candidates.some((one) => one.candidate.kind === 'data-dir') ? [] : [lack('data directory', 'data-dir', copyCommand(s.draft))]),
      ...(s.down ? [] : [lack('health', 'health', healthCommand)]),
    ],
    places: healthPlaces(s),
    next: unproven === null ? null : { kind: kindOf(unproven), chosen: unproven, said: { key: 'recommend.next.unproven', params: { path: unproven.one.candidate.path } } },
  };
}

/** The first rule that applies decides: the state of the cluster makes the plan, not the habit of restoring. */
export function decide(s: Situation): Decision {
  for (const rule of [notEtcd, mixedClusters, answersWithoutData, putBack, alive, besideTheData, majorityOfDirectories, othersFirst, restore]) {
    const decision = rule(s);
    if (decision !== null) return decision;
  }
  return nothing(s);
}
