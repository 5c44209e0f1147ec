import { isBackupDirectory } from './backup-directory.js';
import type { Draft, DraftCandidate } from './draft.js';
import type { KubeSurvey } from '../kubernetes/index.js';

/** Ids of a member and a cluster that were started with etcd's default name, URL and token: no fingerprint. */
const defaultIds = new Set(['8e9e05c52164694d', 'cdf818194e3a8c32']);

/** What one candidate says about the cluster that it belongs to. */
interface Identity {
  readonly candidate: DraftCandidate;
  readonly survey: KubeSurvey | null;
  readonly ids: readonly string[];
  readonly addresses: readonly string[];
}

/** Which candidates belong to the cluster that broke. */
export interface Lineage {
  /** Ids of candidates of the broken cluster, and of those that say nothing about theirs. */
  readonly ours: ReadonlySet<string>;
  /** Candidates of another cluster, with the marks that differ. */
  readonly foreign: ReadonlyMap<string, { readonly theirs: string; readonly expected: string }>;
  /** Those of them that are the second etcd of the same Kubernetes, which holds nothing but its Events. */
  readonly events: ReadonlySet<string>;
  /** Candidates written by an empty cluster that was started in the place of the old one. */
  readonly reborn: ReadonlySet<string>;
  /** True when the bundle mixes clusters and nothing says which of them broke. */
  readonly undecided: boolean;
}

const addressOf = (url: string): string => /^https?:\/\/\[?([^\]/]+?)\]?(?::\d+)?(?:\/|$)/.exec(url)?.[1] ?? url;

function identityOf(candidate: DraftCandidate, draft: Omit<Draft, 'foreign'>): Identity {
  // A copy by `etcdctl backup` has ids of its own and holds nothing: it speaks for no cluster.
  if (isBackupDirectory(candidate, draft)) return { candidate, survey: null, ids: [], addresses: [] };
  const members = candidate.snapshot?.members ?? candidate.boot?.members ?? [];
  const ids = [candidate.boot?.clusterId, candidate.snapshot?.clusterId, ...members.map((member) => member.memberId)].filter((id): id is string => id != null && !defaultIds.has(id));
  return { candidate, survey: draft.surveys?.get(candidate.candidate.id) ?? null, ids, addresses: members.flatMap((member) => member.peerUrls.map(addressOf)) };
}

const speaks = (one: Identity): boolean => one.ids.length > 0 || one.survey?.kubeSystemUid != null;

/** Agreement (+1), contradiction (-1) or silence (0) of two lists of marks. */
function overlap(a: readonly string[], b: readonly string[]): number {
  return a.length === 0 || b.length === 0 ? 0 : a.some((one) => b.includes(one)) ? 1 : -1;
}

/** Nodes: one common UID proves kinship; common names of which every UID differs prove the contrary. */
function nodesAgree(a: Identity, b: Identity): number {
  const [left, right] = [a.survey?.nodeUids ?? {}, b.survey?.nodeUids ?? {}];
  if (Object.values(left).some((uid) => Object.values(right).includes(uid))) return 3;
  const shared = Object.keys(left).filter((name) => right[name] !== undefined);
  if (shared.length > 0) return -3;
  return Object.keys(left).length > 0 && Object.keys(right).length > 0 ? -1 : 0;
}

/**
 * Two states of one cluster. No single mark decides: a restore changes etcd's ids, a copied machine
 * keeps the UID of kube-system, a new cluster at the old addresses keeps etcd's ids.
 */
function related(a: Identity, b: Identity): boolean {
  const [left, right] = [a.survey?.kubeSystemUid ?? null, b.survey?.kubeSystemUid ?? null];
  const uid = left === null || right === null ? 0 : left === right ? 2 : -3;
  const ids = overlap(a.ids, b.ids);
  return uid + (ids > 0 ? 2 : ids) + nodesAgree(a, b) + overlap(a.addresses, b.addresses) > 0;
}

function groupsOf(identities: readonly Identity[]): Identity[][] {
  const groups: Identity[][] = [];
  // Those with a Kubernetes identity first: what has only etcd ids joins them and never bridges two.
  for (const one of [...identities].sort((a, b) => Number(b.survey?.kubeSystemUid != null) - Number(a.survey?.kubeSystemUid != null))) {
    const fitting = groups.filter((group) => group.some((other) => related(one, other)));
    const home = fitting.length === 1 || one.survey?.kubeSystemUid != null || fitting.length === 0 ? fitting[0] : fitting.sort((a, b) => newest(b) - newest(a))[0];
    if (home === undefined) groups.push([one]);
    else home.push(one);
  }
  return groups;
}

const newest = (group: readonly Identity[]): number => Math.max(...group.map((one) => one.candidate.candidate.revision ?? 0));
const fullest = (group: readonly Identity[]): number => Math.max(...group.map((one) => one.candidate.candidate.totalKeys ?? 0));

/** Ids that running processes and member lists of the bundle named: what the broken cluster calls itself. */
function namedIds(draft: Omit<Draft, 'foreign'>): Set<string> {
  const ids = new Set<string>();
  const add = (id: string | null | undefined): void => {
    const plain = id?.replace(/^0+(?=.)/, '');
    if (plain !== undefined && !defaultIds.has(plain)) ids.add(plain);
  };
  for (const fact of draft.facts) {
    if (fact.kind === 'member') {
      add(fact.memberId);
      add(fact.clusterId);
    } else if (fact.kind === 'endpoint') add(fact.memberId);
    else if (fact.kind === 'log' && fact.source === 'etcd') {
      add(fact.fields['local-member-id']);
      add(fact.fields['cluster-id']);
      const said = /member ([0-9a-f]{8,16}) in cluster ([0-9a-f]{8,16})/.exec(fact.message);
      add(said?.[1]);
      add(said?.[2]);
    }
  }
  return ids;
}

function linkScore(group: readonly Identity[], draft: Omit<Draft, 'foreign'>, named: ReadonlySet<string>): number {
  const addresses = new Set([...draft.hosts.flatMap((host) => host.addresses), ...draft.members.flatMap((member) => (member.host === null ? [] : member.peerUrls.map(addressOf)))]);
  const hosts = new Set(draft.hosts.map((host) => host.name));
  let score = 0;
  if (group.some((one) => one.ids.some((id) => named.has(id)))) score += 3;
  if (group.some((one) => one.addresses.some((address) => addresses.has(address)))) score += 2;
  const nodes = new Set(group.flatMap((one) => Object.keys(one.survey?.nodeUids ?? {})));
  if ([...hosts].some((name) => nodes.has(name))) score += 2;
  // Many clusters have a master1; few have a node for each of several hosts.
  if (hosts.size > 1 && [...hosts].every((name) => nodes.has(name))) score += 1;
  if (group.some((one) => one.candidate.candidate.kind !== 'snapshot')) score += 1;
  return score;
}

/**
 * Whether all candidates together are strangers to the hosts of the bundle: other addresses, and nothing
 * else in common either. Null when they fit, or when too little is known to say so.
 */
function strangerTo(group: readonly Identity[], draft: Omit<Draft, 'foreign'>, named: ReadonlySet<string>): string | null {
  const configured = draft.members.flatMap((member) => (member.host === null ? [] : member.peerUrls.map(addressOf)));
  const addresses = group.flatMap((one) => one.addresses);
  if (configured.length === 0 || addresses.length === 0 || addresses.some((address) => configured.includes(address) || draft.hosts.some((host) => host.addresses.includes(address)))) return null;
  if (group.some((one) => one.ids.some((id) => named.has(id)))) return null;
  const hosts = draft.hosts.map((host) => host.name);
  const nodes = group.flatMap((one) => Object.keys(one.survey?.nodeUids ?? {}));
  if (nodes.some((name) => hosts.includes(name))) return null;
  return configured.join(', ');
}

const marksOf = (group: readonly Identity[]): string => {
  const uid = group.map((one) => one.survey?.kubeSystemUid ?? null).find((one) => one !== null);
  const id = group.flatMap((one) => one.ids)[0];
  return [uid === undefined ? null : `kube-system ${uid}`, id === undefined ? null : `etcd ${id}`].filter((one) => one !== null).join(', ');
};

/**
 * Tells the candidates of the broken cluster from those of others by Kubernetes' own UIDs first and
 * etcd's ids second, and says which group the hosts of the bundle belong to. Equal etcd ids with other
 * UIDs are an empty cluster that was started in the place of the old one.
 */
export function lineageOf(draft: Omit<Draft, 'foreign'>): Lineage {
  const all = draft.candidates.map((candidate) => identityOf(candidate, draft));
  const events = all.filter(holdsEventsOnly);
  if (events.length === 0 || events.length === all.length) return { ...lineageAmong(all, draft), events: new Set() };
  const main = lineageAmong(all.filter((one) => !events.includes(one)), draft);
  const expected = marksOf(all.filter((one) => main.ours.has(one.candidate.candidate.id)));
  return { ...main, foreign: new Map([...main.foreign, ...events.map((one) => [one.candidate.candidate.id, { theirs: marksOf([one]), expected }] as const)]), events: new Set(events.map((one) => one.candidate.candidate.id)) };
}

/** kOps, Kubespray and `--etcd-servers-overrides=/events#…` keep Events in an etcd of their own; each apiserver also marks its compactions there. */
function holdsEventsOnly({ survey }: Identity): boolean {
  const kinds = Object.keys(survey?.counts ?? {});
  return kinds.includes('events') && kinds.every((kind) => kind === 'events' || kind === 'compact_rev_key');
}

function lineageAmong(identities: readonly Identity[], draft: Omit<Draft, 'foreign'>): Omit<Lineage, 'events'> {
  const silent = identities.filter((one) => !speaks(one)).map((one) => one.candidate.candidate.id);
  const groups = groupsOf(identities.filter(speaks));
  const idsOf = (group: readonly Identity[]): string[] => group.map((one) => one.candidate.candidate.id);
  const named = namedIds(draft);
  const [only] = groups;
  if (only === undefined) return { ours: new Set(silent), foreign: new Map(), reborn: new Set(), undecided: false };
  if (groups.length === 1) {
    const stranger = strangerTo(only, draft, named);
    if (stranger === null) return { ours: new Set([...silent, ...idsOf(only)]), foreign: new Map(), reborn: new Set(), undecided: false };
    return { ours: new Set(silent), foreign: new Map(idsOf(only).map((id) => [id, { theirs: marksOf(only), expected: stranger }])), reborn: new Set(), undecided: false };
  }
  const scored = groups.map((group) => ({ group, score: linkScore(group, draft, named) })).sort((a, b) => b.score - a.score || fullest(b.group) - fullest(a.group));
  const [first, second] = scored as [typeof scored[number], typeof scored[number]];
  let ours = first.group;
  let undecided = first.score === 0 || first.score === second.score;
  const reborn = new Set<string>();
  const sameEtcd = (a: readonly Identity[], b: readonly Identity[]): boolean => a.some((one) => b.some((other) => one.ids.some((id) => other.ids.includes(id))));
  for (const { group } of scored) {
    if (group === ours || !sameEtcd(group, ours)) continue;
    // One of the two was born when a member started with an empty directory: the poorer one.
    const [poor, rich] = fullest(group) * 2 < fullest(ours) || newest(group) * 4 < newest(ours) ? [group, ours] : fullest(ours) * 2 < fullest(group) || newest(ours) * 4 < newest(group) ? [ours, group] : [null, null];
    if (poor === null) {
      undecided = true;
      continue;
    }
    ours = rich;
    undecided = scored.some((other) => other.group !== rich && other.group !== poor && other.score >= first.score);
    for (const id of idsOf(poor)) reborn.add(id);
  }
  const expected = marksOf(ours);
  const foreign = new Map(groups.filter((group) => group !== ours).flatMap((group) => idsOf(group).filter((id) => !reborn.has(id)).map((id) => [id, { theirs: marksOf(group), expected }] as const)));
  return { ours: new Set(undecided ? [...silent, ...identities.map((one) => one.candidate.candidate.id)] : [...silent, ...idsOf(ours)]), foreign: undecided ? new Map() : foreign, reborn, undecided };
}
