import type { Finding } from '../../case/model.js';
import type { Language } from '../../words/catalogue.js';
import { knownBugs, type KnownBugId } from '../known-bugs.js';
import { affectedBy } from '../signs/cluster.js';
import type { View } from '../view.js';
import { finding } from './collect.js';

/** Rules that speak of a bug themselves once its symptom is there. */
const ruleOf = (id: KnownBugId): string => `bug-${id}`;

/** One warning for each bug that the versions seen in the bundle have; `told` are the causes that say it already. */
export function versionFindings(view: View, told: ReadonlySet<string>, language: Language): readonly Finding[] {
  return (Object.keys(knownBugs) as KnownBugId[]).flatMap((id) => {
    if (told.has(ruleOf(id))) return [];
    const hits = affectedBy(view, id);
    if (hits.length === 0) return [];
    const hosts = [...new Set(hits.flatMap(({ host }) => (host === null ? [] : [host])))].sort().join(', ');
    const versions = [...new Set(hits.map(({ version }) => version))].sort().join(', ');
    return [finding(`version.bug-${id}`, { version: versions, hosts: hosts === '' ? '?' : hosts, fixed: knownBugs[id].fixed }, hits.slice(0, 3).map(({ at }) => view.draft.evidence.cite(at)), language)];
  });
}
