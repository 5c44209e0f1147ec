import type { Place } from '../artifacts/place.js';
import type { Draft } from '../case/draft.js';
import { foundersOf, tokenOfFounder } from '../etcd/founders.js';
import { memberAddedAt } from '../etcd/member-time.js';
import type { Sign } from './sign.js';

/** Most joins follow the founding of a cluster, or a replacement not long ago; each day of seconds takes some 30 ms. */
const searchedDays = 30;
const mostSearched = 4;
const day = 86_400;

interface ListedMember {
  readonly memberId: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly place: Place;
}

/** The members that lists and databases of the bundle name, each once. */
function listedMembers(draft: Draft): readonly ListedMember[] {
  const known = new Map<string, ListedMember>();
  const add = (one: ListedMember): void => void (known.has(one.memberId) || known.set(one.memberId, one));
  for (const fact of draft.facts) if (fact.kind === 'member' && fact.peerUrls.length > 0) add({ memberId: fact.memberId, name: fact.name, peerUrls: fact.peerUrls, place: fact.at });
  for (const { candidate, snapshot, boot } of draft.candidates) {
    if (draft.foreign?.has(candidate.id) === true) continue;
    for (const one of snapshot?.members ?? boot?.members ?? []) {
      if (one.peerUrls.length > 0) add({ memberId: one.memberId, name: one.name, peerUrls: one.peerUrls, place: { artifact: candidate.path, text: `member ${one.memberId} ${one.name} ${one.peerUrls.join(',')}` } });
    }
  }
  return [...known.values()];
}

/** Unix seconds in which a join may lie: those after the founding, and the last ones. */
function windows(draft: Draft): readonly (readonly [from: number, to: number])[] {
  const end = draft.collected.notAfter ?? draft.lastKnown?.time.notAfter ?? null;
  if (end === null) return [];
  const to = Math.ceil(end / 1000);
  const founded = (draft.clock?.points ?? []).reduce((first, point) => Math.min(first, point.time / 1000), to);
  const from = Math.floor(founded) - day;
  const last: readonly [number, number] = [Math.max(from, to - searchedDays * day), to];
  return founded === to ? [[to - searchedDays * day, to]] : [[from, Math.min(to, from + searchedDays * day)], last];
}

/** Founders by the id of their cluster, which is made of theirs; a data directory's log names it. */
function foundersInLogs(draft: Draft): ReadonlySet<string> {
  return new Set(draft.candidates.flatMap(({ boot }) => (boot === null || boot.clusterId === null ? [] : (foundersOf(boot.clusterId, boot.members.map(({ memberId }) => memberId)) ?? []))));
}

/**
 * When members were added to a running cluster: their ids are made of their URLs and that second. Looked for only
 * where others are known to be founders, by the token or the cluster's id, so that the rest is not.
 */
export function memberJoins(draft: Draft): readonly Sign[] {
  const members = listedMembers(draft);
  const tokens = draft.members.flatMap(({ settings }) => (settings.initialClusterToken === null ? [] : [settings.initialClusterToken.value]));
  const founders = foundersInLogs(draft);
  const isFounder = ({ memberId, peerUrls }: ListedMember): boolean => founders.has(memberId) || tokenOfFounder(memberId, peerUrls) !== null || tokenOfFounder(memberId, peerUrls, tokens) !== null;
  const joined = members.filter((one) => !isFounder(one));
  if (joined.length === members.length) return [];
  const searched = windows(draft);
  return joined.slice(0, mostSearched).flatMap((one): Sign[] => {
    const second = searched.reduce<number | null>((found, [from, to]) => found ?? memberAddedAt(one.memberId, one.peerUrls, from, to), null);
    if (second === null) return [];
    const at = second * 1000;
    return [{
      time: { notBefore: at, best: at, notAfter: at + 999 }, end: null, host: draft.members.find(({ memberId }) => memberId === one.memberId)?.host ?? null, component: 'etcd', kind: 'member-joined', tone: 'neutral',
      params: { name: one.name === '' ? one.memberId : one.name, id: one.memberId }, count: 1, basis: 'inferred', places: [one.place], key: `member-joined ${one.memberId}`,
    }];
  });
}
