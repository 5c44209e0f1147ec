import type { Fact } from './fact.js';
import type { ContentHosts } from './host-attribution.js';

/** What a member calls its own address; two machines never share it. */
function ownAddress(fact: Fact): string | null {
  if (fact.kind === 'env') return fact.key === 'ETCD_INITIAL_ADVERTISE_PEER_URLS' ? fact.value : null;
  if (fact.kind !== 'manifest') return null;
  const words = fact.containers.filter((one) => one.name === 'etcd').flatMap((one) => one.command);
  return words.find((word) => word.startsWith('--initial-advertise-peer-urls='))?.split('=')[1] ?? null;
}

const segmentsOf = (path: string): string[] => path.split(/[/!]+/);

/** Names of the files below a folder, from the folder on. */
function namesBelow(folder: string, paths: Iterable<string>): Set<string> {
  const names = new Set<string>();
  for (const path of paths) if (path.startsWith(`${folder}/`)) names.add(path.slice(folder.length + 1));
  return names;
}

/** A folder that holds what one machine said, under the host that its content names (null: none), and the machine's own name. */
interface Machine {
  readonly host: string | null;
  readonly name: string;
}

/**
 * Machines that content does not tell apart, because they carry one name (`localhost.localdomain`, copies of one template)
 * or because no file names any: folders that look alike, while the etcd of each has an address of its own. By folder; the
 * machine gets its name.
 */
export function namesakes(facts: readonly Fact[], content: ContentHosts): ReadonlyMap<string, Machine> {
  const found = new Map<string, Machine>();
  const addressed = facts.flatMap((fact) => {
    const address = ownAddress(fact);
    return address === null ? [] : [{ path: fact.at.artifact, address }];
  });
  const byHost = new Map<string | null, Set<string>>([[null, new Set(addressed.filter(({ path }) => !content.has(path)).map(({ path }) => path))]]);
  for (const [path, hosts] of content) for (const host of hosts) (byHost.get(host) ?? byHost.set(host, new Set()).get(host)!).add(path);
  const all = new Set([...content.keys(), ...facts.map((fact) => fact.at.artifact)]);
  for (const [host, paths] of byHost) {
    const own = host === null && byHost.size > 1 ? [] : machinesOf(paths).map((folder) => ({ folder, addresses: new Set(addressed.filter(({ path }) => path.startsWith(`${folder}/`)).map(({ address }) => address)) })).filter(({ addresses }) => addresses.size === 1);
    if (own.length < 2 || new Set(own.map(({ addresses }) => [...addresses][0])).size !== own.length) continue;
    const names = own.map(({ folder }) => namesBelow(folder, all));
    const alike = names.every((mine, i) => names.every((theirs, j) => i === j || [...mine].filter((name) => theirs.has(name)).length >= 2));
    if (alike) for (const { folder } of own) found.set(folder, { host, name: segmentsOf(folder).at(-1)! });
  }
  return found;
}

/** The folders at which paths part ways first. */
function machinesOf(paths: ReadonlySet<string>): string[] {
  const split = [...paths].map(segmentsOf);
  const [first] = split;
  if (first === undefined || split.length < 2) return [];
  let depth = 0;
  while (split.every((segments) => segments.length > depth + 1 && segments[depth] === first[depth])) depth++;
  const folders = new Set<string>();
  for (const path of paths) {
    const segments = segmentsOf(path);
    if (segments.length <= depth + 1) continue;
    const before = segments.slice(0, depth).join('/').length;
    folders.add(path.slice(0, path.indexOf(segments[depth]!, before) + segments[depth]!.length));
  }
  return [...folders];
}
