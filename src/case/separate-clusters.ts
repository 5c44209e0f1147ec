/** A host with etcd, and the peer URLs that its own settings name: its own and those of its initial cluster. */
export interface Carrier {
  readonly host: string;
  readonly urls: readonly string[];
  readonly isRunning: boolean;
}

/** Carriers that know of each other, directly or through others. */
function components(carriers: readonly Carrier[], together: readonly (readonly string[])[]): (readonly Carrier[])[] {
  const groups: { urls: ReadonlySet<string>; carriers: readonly Carrier[] }[] = [];
  for (const carrier of carriers) {
    const named = together.filter((list) => list.some((url) => carrier.urls.includes(url))).flat();
    const urls = new Set([...carrier.urls, ...named]);
    const fitting = groups.filter((group) => [...urls].some((url) => group.urls.has(url)));
    for (const group of fitting) groups.splice(groups.indexOf(group), 1);
    groups.push({ urls: new Set([...urls, ...fitting.flatMap((group) => [...group.urls])]), carriers: [...fitting.flatMap((group) => group.carriers), carrier] });
  }
  return groups.map((group) => group.carriers);
}

/** What the hosts of a bundle say about whose they are. */
export interface Separation {
  /** Hosts of clusters that run, beside the one that broke. */
  readonly otherHosts: ReadonlySet<string>;
  /** Several clusters, and nothing says which of them broke. */
  readonly mixed: boolean;
}

/**
 * Tells the hosts of several clusters that know nothing of each other apart (a management cluster beside a workload
 * cluster): the one that does not run as a whole is the one that broke. Hosts whose settings name no members, and settings
 * alone, tell nothing. `together` are peer URLs that a running etcd or a database names in one breath.
 */
export function separateClusters(carriers: readonly Carrier[], together: readonly (readonly string[])[]): Separation {
  const one: Separation = { otherHosts: new Set(), mixed: false };
  if (carriers.length < 2 || carriers.some((carrier) => carrier.urls.length === 0)) return one;
  // Settings alone may be half of the truth (kubeadm's first node lists only itself).
  const isListed = (group: readonly Carrier[]): boolean => together.some((list) => group.some((carrier) => carrier.urls.some((url) => list.includes(url))));
  const groups = components(carriers, together);
  const broken = groups.filter((group) => !group.every((carrier) => carrier.isRunning));
  if (groups.length < 2 || broken.length === 0 || !broken.every(isListed)) return one;
  if (broken.length > 1) return { otherHosts: new Set(), mixed: true };
  return { otherHosts: new Set(groups.filter((group) => group !== broken[0]).flat().map((carrier) => carrier.host)), mixed: false };
}
