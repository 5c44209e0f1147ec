import type { EndpointFact } from '../../artifacts/fact.js';
import type { Place } from '../../artifacts/place.js';
import { matchMessage } from '../../artifacts/messages/index.js';
import { isBackupDirectory } from '../../case/backup-directory.js';
import type { DraftCandidate } from '../../case/draft.js';
import { compareVersions } from '../../etcd/version.js';
import { unknownTime } from '../../time/interval.js';
import { knownBugs, type KnownBugId } from '../known-bugs.js';
import type { Hit, Sign } from '../rule.js';
import type { View } from '../view.js';
import { cited, hitOf } from './combine.js';

/** Candidates whose reports say something; what a backup job or another cluster left here says nothing about the member. */
export function candidate(test: (candidate: DraftCandidate) => boolean): Sign {
  return (view) => view.draft.candidates
    .filter((one) => test(one) && view.draft.foreign?.has(one.candidate.id) !== true && !isBackupDirectory(one, view.draft))
    .flatMap((found) => candidateHits(found));
}

/** Data directories of which it is predicted that a start dies with one of these messages. */
export function wouldDie(...ids: readonly string[]): Sign {
  return candidate(({ candidate: c, boot }) => c.kind === 'data-dir' && boot?.result === 'dies' && ids.includes(matchMessage(boot.message ?? '', 'etcd')?.id ?? ''));
}

function candidateHits(found: DraftCandidate): readonly Hit[] {
  const { candidate: c } = found;
  if (c.evidence.length > 0) return cited(c.evidence, c.host);
  return [{ at: { artifact: c.path, text: `${c.kind} ${c.path}: ${c.verdict}` }, host: c.host, time: unknownTime }];
}

/** `etcdctl alarm list`. */
export function alarm(name: string): Sign {
  return (view) => view.facts('alarm').filter((fact) => fact.alarm === name).map((fact) => hitOf(view, fact, null));
}

/** Rows of `etcdctl endpoint status|health`. */
export function endpoint(test: (fact: EndpointFact) => boolean): Sign {
  return (view) => view.facts('endpoint').filter(test).map((fact) => hitOf(view, fact, fact.collected));
}

/** A version of etcd that something in the bundle states. */
interface StatedVersion {
  readonly version: string;
  readonly host: string | null;
  readonly at: Place;
}

/** Versions of etcd itself, by its log, its image, `--version` or the status of its endpoint. */
function statedVersions(view: View): readonly StatedVersion[] {
  return [
    ...view.facts('version').filter((fact) => fact.program === 'etcd').map(({ version, host, at }) => ({ version, host, at })),
    ...view.facts('endpoint').flatMap(({ version, host, at }) => (version === null ? [] : [{ version, host, at }])),
  ];
}

const inRange = (version: string, [from, to]: readonly [string | null, string | null]): boolean => (from === null || compareVersions(version, from) >= 0) && (to === null || compareVersions(version, to) <= 0);

/** Evidence of the etcd version, where it lies in `[from, to]` (inclusive, either may be null). */
export function etcdVersion(from: string | null, to: string | null): Sign {
  return (view) => statedVersions(view).filter(({ version }) => inRange(version, [from, to])).slice(0, 2).map(({ at, host }) => ({ at, host, time: unknownTime }));
}

/** Where a version is stated that has a known bug. */
export function affectedBy(view: View, bug: KnownBugId): readonly StatedVersion[] {
  return statedVersions(view).filter(({ version }) => knownBugs[bug].affected.some((range) => inRange(version, range)));
}

/** A version with that bug runs here. */
export function affected(bug: KnownBugId): Sign {
  return (view) => affectedBy(view, bug).slice(0, 2).map(({ at, host }) => ({ at, host, time: unknownTime }));
}

/** Evidence of how many members the cluster has, where `test` holds for that number. */
export function members(test: (count: number) => boolean): Sign {
  return (view) => {
    const settings = view.draft.members.flatMap((member) => (member.settings.initialCluster === null ? [] : [member.settings.initialCluster]));
    const counts = settings.map((setting) => setting.value.split(',').filter((part) => part.includes('=')).length);
    // A host of unknown name beside members of known names is one of them.
    const named = view.draft.members.filter((member) => member.name !== null || member.memberId !== null || member.peerUrls.length > 0);
    const listed = new Set(view.facts('member').filter((fact) => fact.learner !== true).map((fact) => fact.memberId)).size;
    const count = Math.max(named.length === 0 ? view.draft.members.length : named.length, listed > 0 && counts.length === 0 ? listed : 0, ...counts);
    if (count === 0 || view.draft.mixedHosts === true || !test(count)) return [];
    const evidence = settings.flatMap((setting) => setting.evidence);
    return cited(evidence.length > 0 ? evidence : view.draft.members.flatMap((member) => member.evidence), null);
  };
}
