import { basename } from 'node:path';
import { parse } from 'yaml';
import type { EnvFact, Fact, FileFact, ManifestFact, ProcessFact, UnitFact } from '../../src/artifacts/fact.js';

const at = (artifact: string, line: number, text: string) => ({ artifact, line, text });

/** EnvFacts of an env file's text, as its reader gives them. */
export function envFacts(text: string, host: string | null, path: string): EnvFact[] {
  return text.split('\n').flatMap((line, i) => {
    const pair = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    return pair === null ? [] : [{ kind: 'env', host, at: at(path, i + 1, line), path, key: pair[1]!, value: pair[2]!.replace(/^"(.*)"$/, '$1') } as const];
  });
}

/** UnitFacts of a unit file's text; continuation lines are joined. */
export function unitFacts(text: string, host: string | null, path: string, dropIn: string | null = null): UnitFact[] {
  let section = '';
  return text.replace(/\\\n\s*/g, ' ').split('\n').flatMap((line, i) => {
    const head = /^\[(.*)\]$/.exec(line);
    if (head !== null) section = head[1]!;
    const pair = /^(\w+)=(.*)$/.exec(line);
    return pair === null ? [] : [{ kind: 'unit', host, at: at(path, i + 1, line), unit: basename(path), path, dropIn, section, key: pair[1]!, value: pair[2]! } as const];
  });
}

interface PodYaml {
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec: {
    securityContext?: { runAsUser?: number; runAsGroup?: number };
    containers: { name: string; image: string; command?: string[]; args?: string[]; env?: { name: string; value: string }[]; volumeMounts?: { name: string; mountPath: string }[] }[];
    volumes?: { name: string; hostPath?: { path: string } }[];
  };
}

/** The ManifestFact of a static pod's YAML. */
export function manifestFact(text: string, host: string | null, path: string): ManifestFact {
  const pod = parse(text) as PodYaml;
  return {
    kind: 'manifest', host, at: at(path, 1, ''), path: path.startsWith('/') ? path : null, podName: pod.metadata.name, namespace: pod.metadata.namespace ?? null,
    annotations: pod.metadata.annotations ?? {},
    containers: pod.spec.containers.map((one) => ({
      name: one.name, image: one.image, command: [...(one.command ?? []), ...(one.args ?? [])],
      env: Object.fromEntries((one.env ?? []).map((pair) => [pair.name, pair.value])),
      lines: [...(one.command ?? []), ...(one.args ?? [])].map((word) => text.split('\n').findIndex((line) => line.includes(word)) + 1),
      mounts: (one.volumeMounts ?? []).map((mount) => ({ name: mount.name, path: mount.mountPath })),
    })),
    hostPaths: (pod.spec.volumes ?? []).flatMap((volume) => (volume.hostPath === undefined ? [] : [{ name: volume.name, path: volume.hostPath.path }])),
    runAsUser: pod.spec.securityContext?.runAsUser ?? null,
    runAsGroup: pod.spec.securityContext?.runAsGroup ?? null,
  };
}

/** One entry of an `ls -l`. */
export function fileFact(path: string, owner: string, type: FileFact['type'] = 'directory', host: string | null = null): FileFact {
  return { kind: 'file', host, at: at('ls.txt', 1, path), path, type, size: null, mode: null, owner, group: owner, mtime: null };
}

/** One row of ps. */
export function processFact(command: string, host: string | null = null): ProcessFact {
  return { kind: 'process', host, at: at('ps.txt', 1, command), pid: 4242, ppid: 1, user: 'root', started: null, command };
}

export const withHost = (facts: readonly Fact[], host: string): Fact[] => facts.map((fact) => ({ ...fact, host }));
