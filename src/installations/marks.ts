import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';

/** Where a mark was seen: a pattern of an installation says in which kinds it may count. */
export type MarkKind =
  | 'bundle-path' | 'host-path' | 'unit' | 'unit-line' | 'env' | 'container' | 'image' | 'process' | 'cron'
  | 'command' | 'flag' | 'namespace' | 'node' | 'version' | 'log-source';

/** A short piece of text by which an installation can be recognised, with its place. */
export interface Mark {
  readonly kind: MarkKind;
  readonly text: string;
  readonly at: Place;
}

type MarkOf = (fact: Fact) => readonly (readonly [MarkKind, string])[];

const marksOf: MarkOf = (fact) => {
  switch (fact.kind) {
    case 'unit':
      return [['unit', fact.unit], ['unit-line', `${fact.key}=${fact.value}`], ...(fact.path === null ? [] : [['host-path', fact.path] as const])];
    case 'unit-status':
      return [['unit', fact.unit], ...(fact.unitPath === null ? [] : [['host-path', fact.unitPath] as const])];
    case 'timer':
      return [['unit', fact.unit]];
    case 'env':
      return [['env', `${fact.key}=${fact.value}`], ...(fact.path === null ? [] : [['host-path', fact.path] as const])];
    case 'container':
      return [
        ['container', fact.name],
        ['image', fact.image],
        // Containers that no pod owns: only these tell RKE1 from every other list of `etcd` and `kubelet`.
        ...(fact.pod === null && fact.runtime === 'docker' ? [['container', `docker ${fact.name.replace(/^\//, '')}`] as const] : []),
        ...(fact.pod === null ? [] : [['container', `pod ${fact.pod.pod}`] as const, ['namespace', fact.pod.namespace ?? ''] as const]),
      ];
    case 'process':
      return [['process', fact.command]];
    case 'cron':
      return [['cron', fact.command]];
    case 'command':
      return [['command', fact.command]];
    case 'file':
      return [['host-path', fact.path]];
    case 'digest':
      return [['host-path', fact.path]];
    case 'certificate':
      return fact.path === null ? [] : [['host-path', fact.path]];
    case 'backup-script':
      return [
        ...(fact.path === null ? [] : [['host-path', fact.path] as const]),
        ...(fact.targetPattern === null ? [] : [['host-path', fact.targetPattern] as const]),
        ...(fact.dataDir === null ? [] : [['host-path', fact.dataDir] as const]),
        ...Object.values(fact.variables).filter((value) => value.startsWith('/')).map((value) => ['host-path', value] as const),
      ];
    case 'manifest':
      return [
        ...(fact.path === null ? [] : [['host-path', fact.path] as const]),
        ['namespace', fact.namespace ?? ''],
        ['container', `pod ${fact.podName}`],
        ...Object.keys(fact.annotations).map((key) => ['flag', key] as const),
        ...fact.hostPaths.map((volume) => ['host-path', volume.path] as const),
        ...fact.containers.flatMap((container) => [
          ['image', container.image] as const,
          ...container.command.map((word) => ['flag', word] as const),
        ]),
      ];
    case 'kube-object':
      return [
        ...(fact.resource.startsWith('node') ? [['node', fact.name] as const, ...Object.values(fact.fields).map((value) => ['version', value] as const)] : []),
        ...(fact.namespace === null ? [] : [['namespace', fact.namespace] as const]),
      ];
    case 'version':
      return [['version', `${fact.program} ${fact.version}`]];
    case 'log':
      return [['log-source', fact.source], ...(fact.unit === null ? [] : [['unit', fact.unit] as const])];
    case 'log-span':
      return [['log-source', fact.source]];
    default:
      return [];
  }
};

/** All marks of the facts and of the names of the bundle's files, each distinct text once a kind. */
export function readMarks(facts: readonly Fact[], paths: readonly string[]): readonly Mark[] {
  const seen = new Set<string>();
  const marks: Mark[] = [];
  const add = (kind: MarkKind, text: string, at: Place): void => {
    const key = `${kind}\n${text}`;
    if (text === '' || seen.has(key)) return;
    seen.add(key);
    marks.push({ kind, text, at });
  };
  for (const fact of facts) for (const [kind, text] of marksOf(fact)) add(kind, text, fact.at);
  for (const path of paths) add('bundle-path', path, { artifact: path, text: path });
  return marks;
}
