import type { FileFact, Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Basis, InstallationInfo, Setting } from '../case/model.js';
import type { EtcdOptions } from './options.js';

type Make = (value: string, at: Place, basis?: Basis) => Setting<string>;

/** The owner that most of the data directory's entries have. */
function listedOwner(facts: readonly Fact[], dataDir: string): { readonly value: string; readonly at: Place } | null {
  const counts = new Map<string, { count: number; at: Place }>();
  const inside = (fact: Fact): fact is FileFact => fact.kind === 'file' && (fact.path === dataDir || fact.path.startsWith(`${dataDir}/member`));
  for (const fact of facts.filter(inside)) {
    if (fact.owner === null) continue;
    const owner = `${fact.owner}:${fact.group ?? fact.owner}`;
    const known = counts.get(owner);
    // The directory itself decides over single files that a hand-started etcd left.
    const weight = fact.type === 'directory' ? 3 : 1;
    counts.set(owner, { count: (known?.count ?? 0) + weight, at: known?.at ?? fact.at });
  }
  const best = [...counts].sort((a, b) => b[1].count - a[1].count)[0];
  return best === undefined ? null : { value: best[0], at: best[1].at };
}

/**
 * Who must own the restored directory. A service that does not run as root must own its data whatever
 * the listing says; a root service keeps the owner that the listing shows, else the `usual` one of the
 * installer (Kubespray: `etcd:etcd`).
 */
export function ownerOf(facts: readonly Fact[], options: EtcdOptions, dataDir: string | null, runsAs: InstallationInfo['etcdRunsAs'], make: Make, usual: string | null = null): Setting<string> | null {
  const user = runsAs === 'systemd' ? options.unitUser : null;
  if (user !== null && user.value !== 'root' && user.value !== '0') return make(`${user.value}:${user.group ?? user.value}`, user.at);
  for (const fact of facts) {
    if (runsAs === 'static-pod' && fact.kind === 'manifest' && fact.runAsUser !== null && fact.runAsUser !== 0 && fact.containers.some((one) => one.name === 'etcd')) {
      return make(`${fact.runAsUser}:${fact.runAsGroup ?? fact.runAsUser}`, fact.at);
    }
  }
  const listed = dataDir === null ? null : listedOwner(facts, dataDir);
  if (listed !== null) return make(listed.value, listed.at);
  return user === null || usual !== null ? null : make(`${user.value}:${user.group ?? user.value}`, user.at, 'inferred');
}
