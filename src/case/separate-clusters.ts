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

/**
 * Hosts of clusters that run, in a bundle which holds hosts of several that know nothing of each other (a management
 * cluster beside a workload cluster): the one that does not run as a whole is the one that broke. None where a host names
 * no members, where it cannot be told which cluster broke, or where nothing but settings tells them apart. `together` are
 * peer URLs that a running etcd or a database names in one breath.
 */
export function hostsOfOtherClusters(carriers: readonly Carrier[], together: readonly (readonly string[])[]): ReadonlySet<string> {
  if (carriers.length < 2 || carriers.some((carrier) => carrier.urls.length === 0)) return new Set();
  const groups = components(carriers, together);
  const running = groups.filter((group) => group.every((carrier) => carrier.isRunning));
  const [broken, ...more] = groups.filter((group) => !running.includes(group));
  if (broken === undefined || more.length > 0 || running.length === 0) return new Set();
  // Settings alone may be half of the truth (kubeadm's first node lists only itself).
  const isListed = together.some((list) => broken.some((carrier) => carrier.urls.some((url) => list.includes(url))));
  return isListed ? new Set(running.flat().map((carrier) => carrier.host)) : new Set();
}
