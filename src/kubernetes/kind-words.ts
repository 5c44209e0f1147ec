/** Short names that kubectl knows (kubectl api-resources), by the kind in lower case. */
const shortNames: Readonly<Record<string, string>> = {
  cm: 'configmap', cs: 'componentstatus', ep: 'endpoints', ev: 'event', limits: 'limitrange', ns: 'namespace', no: 'node', pvc: 'persistentvolumeclaim', pv: 'persistentvolume',
  po: 'pod', rc: 'replicationcontroller', quota: 'resourcequota', sa: 'serviceaccount', svc: 'service', crd: 'customresourcedefinition', ds: 'daemonset', deploy: 'deployment',
  rs: 'replicaset', sts: 'statefulset', hpa: 'horizontalpodautoscaler', cj: 'cronjob', csr: 'certificatesigningrequest', ing: 'ingress', netpol: 'networkpolicy',
  pdb: 'poddisruptionbudget', psp: 'podsecuritypolicy', pc: 'priorityclass', sc: 'storageclass', vap: 'validatingadmissionpolicy',
};

/** Resources that are stored under another name than the API's (kubernetes pkg/registry storage prefixes). */
const storedAs: Readonly<Record<string, string>> = {
  minions: 'node', 'services/specs': 'service', 'services/endpoints': 'endpoints', ingress: 'ingress', podsecuritypolicy: 'podsecuritypolicy', controllers: 'replicationcontroller',
};

/** The kind that a plural names, as Kubernetes forms plurals: `networkpolicies` → `networkpolicy`. */
export function singular(plural: string): string {
  if (plural === 'endpoints' || plural === 'ingress') return plural;
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`;
  if (/(?:ss|x|z|ch|sh)es$/.test(plural)) return plural.slice(0, -2);
  return plural.endsWith('s') && !plural.endsWith('ss') ? plural.slice(0, -1) : plural;
}

/** Whether a plural can be that of a word. */
function isPluralOf(plural: string, word: string): boolean {
  return plural === word || plural === `${word}s` || plural === `${word}es` || (word.endsWith('y') && plural === `${word.slice(0, -1)}ies`);
}

/** The kind in lower case that a resource of the storage keys holds, where the value does not say it. */
export function kindOfResource(resource: string): string {
  return storedAs[resource] ?? singular(resource.slice(resource.lastIndexOf('/') + 1));
}

/**
 * Whether a word of the command line means this resource: a kind (`Deployment`), a plural, a short name,
 * with or without its group (`widgets.app.example.com`), or the resource as in the storage key.
 */
export function meansResource(word: string, resource: string, kind: string): boolean {
  const said = word.toLowerCase();
  if (said === resource.toLowerCase()) return true;
  const dot = said.indexOf('.');
  const name = dot < 0 ? said : said.slice(0, dot);
  const group = dot < 0 ? null : said.slice(dot + 1);
  const stored = resource.toLowerCase();
  const slash = stored.indexOf('/');
  const storedGroup = slash > 0 && stored.slice(0, slash).includes('.') ? stored.slice(0, slash) : null;
  if (group !== null && storedGroup !== null && group !== storedGroup && !group.endsWith(`.${storedGroup}`)) return false;
  const wanted = shortNames[name] ?? name;
  const own = storedAs[resource];
  const kinds = [kind.toLowerCase(), own ?? ''].filter((k) => k !== '');
  return kinds.some((k) => isPluralOf(wanted, k)) || (own === undefined && isPluralOf(stored.slice(slash + 1), wanted)) || stored.slice(slash + 1) === wanted;
}
