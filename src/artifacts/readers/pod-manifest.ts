import { isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { cite, shown } from '../cite.js';
import type { Fact, ManifestFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { maskValue, maskWords } from '../secrets.js';
import { parseIso } from '../../time/parse.js';
import { kubeObject } from './kube-object.js';

/** Larger documents (dumps of whole clusters) are read by their own lines, not as one tree. */
const largest = 48 * 2 ** 20;

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '');

/** Kubernetes objects in YAML or JSON: static pod manifests, `kubectl get -o yaml|json`, lists. Secret data is never read. */
export const podManifest: ArtifactReader = {
  kind: 'kubernetes-object',
  recognise(section) {
    const head = section.head.slice(0, 80);
    const version = head.findIndex((line) => /^\s*"?apiVersion"?\s*:\s*"?[\w./-]+"?,?\s*$/.test(line));
    const kind = head.some((line) => /^\s*"?kind"?\s*:\s*"?[A-Z]\w+"?,?\s*$/.test(line));
    if (version >= 0 && kind) return { score: version < 5 ? 94 : 70, by: 'apiVersion and kind' };
    if (/^\s*\{\s*"(?:apiVersion|kind|metadata|items)"\s*:/.test(head.join('').slice(0, 200)) && /"apiVersion"/.test(head.join('').slice(0, 20_000))) return { score: 90, by: 'apiVersion and kind' };
    return { score: 0, by: '' };
  },
  *read(section) {
    if (section.byteLength > largest) return;
    const lines = [...section.lines()];
    // Output before the first key (warnings of kubectl) is no YAML.
    const start = lines.findIndex((line) => /^\s*(?:---|\{|"?(?:apiVersion|kind|metadata|items)"?\s*:)/.test(line.text));
    const body = lines.slice(Math.max(0, start));
    const source = body.map((line) => line.text).join('\n');
    if (/^\s*\{/.test(source)) {
      try {
        for (const item of items(JSON.parse(source))) yield* readObject(section, body, item, null);
      } catch {
        return;
      }
      return;
    }
    const counter = new LineCounter();
    const documents = parseAllDocuments(source, { lineCounter: counter, strict: false, uniqueKeys: false, logLevel: 'silent' });
    if (!Array.isArray(documents)) return;
    for (const document of documents as Document[]) {
      let value: unknown;
      try {
        value = document.toJS({ maxAliasCount: 100 });
      } catch {
        continue;
      }
      const commandLine = commandLines(document, counter);
      for (const item of items(value)) yield* readObject(section, body, item, commandLine);
    }
  },
};

function items(value: unknown): readonly Json[] {
  const root = object(value);
  if (Array.isArray(value)) return value.map(object);
  return /List$/.test(text(root['kind'])) || (root['items'] !== undefined && root['spec'] === undefined) ? list(root['items']).map(object) : [root];
}

/** Line (1-based, in the document) of each word of each container's command and args, by container index. */
function commandLines(document: Document, counter: LineCounter): (container: number) => readonly number[] {
  return (container) => {
    const found: number[] = [];
    for (const key of ['command', 'args']) {
      const node = document.getIn(['spec', 'containers', container, key], true);
      if (!isSeq(node)) continue;
      for (const item of node.items) {
        const range = (item as { range?: [number, number, number] }).range;
        found.push(range === undefined ? 1 : counter.linePos(range[0]).line);
      }
    }
    return found;
  };
}

function* readObject(section: Section, lines: readonly TextLine[], item: Json, commandLine: ((container: number) => readonly number[]) | null): Generator<Fact> {
  const kind = text(item['kind']);
  const meta = object(item['metadata']);
  const name = text(meta['name']);
  const anchor = lines.find((line) => name !== '' && /"?name"?\s*:/.test(line.text) && line.text.includes(name)) ?? lines[0]!;
  if (kind === 'Pod' || (kind === '' && object(item['spec'])['containers'] !== undefined)) yield* readPod(section, lines, item, anchor, commandLine);
  if (kind === 'CronJob') {
    const spec = object(item['spec']);
    yield { kind: 'timer', at: cite(section, lines.find((line) => /"?schedule"?\s*:/.test(line.text)) ?? anchor), host: section.host, unit: `cronjob/${name}`, schedule: text(spec['schedule']), last: parseIso(text(object(item['status'])['lastScheduleTime'])), next: null, activates: null };
  }
  if (kind === 'Backup' && text(item['apiVersion']).startsWith('config.openshift.io/')) {
    const etcd = object(object(item['spec'])['etcd']);
    const zone = text(etcd['timeZone']);
    yield { kind: 'timer', at: cite(section, lines.find((line) => /"?schedule"?\s*:/.test(line.text)) ?? anchor), host: section.host, unit: `backup/${name}`, schedule: text(etcd['schedule']), last: null, next: null, activates: 'etcd-backup', ...(zone === '' ? {} : { zone }) };
  }
  if (kind !== '' && name !== '' && (section.command !== null || meta['uid'] !== undefined || meta['resourceVersion'] !== undefined)) yield kubeObject(section, anchor, item);
}

function* readPod(section: Section, lines: readonly TextLine[], item: Json, anchor: TextLine, commandLine: ((container: number) => readonly number[]) | null): Generator<Fact> {
  const meta = object(item['metadata']);
  const spec = object(item['spec']);
  const security = object(spec['securityContext']);
  const base = lines[0]!.number - 1;
  const containers = list(spec['containers']).map(object).map((container, i): ManifestFact['containers'][number] => {
    const command = [...list(container['command']), ...list(container['args'])].map(text);
    const known = commandLine?.(i) ?? [];
    const env: Record<string, string> = {};
    for (const entry of list(container['env']).map(object)) if (entry['value'] !== undefined) env[text(entry['name'])] = maskValue(text(entry['name']), text(entry['value']));
    return {
      name: text(container['name']), image: text(container['image']), command: maskWords(command), env,
      lines: command.map((word, at) => (known[at] === undefined ? (lines.find((line) => line.text.includes(word)) ?? anchor).number : base + known[at])),
      mounts: list(container['volumeMounts']).map(object).map((mount) => ({ name: text(mount['name']), path: text(mount['mountPath']) })),
    };
  });
  const annotations = Object.fromEntries(Object.entries(object(meta['annotations'])).filter(([key]) => !/last-applied-configuration/.test(key)).map(([key, value]) => [key, shown(text(value))]));
  const ids = [security, ...list(spec['containers']).map((container) => object(object(container)['securityContext']))];
  const firstId = (key: string): number | null => (ids.map((id) => id[key]).find((id) => typeof id === 'number') as number | undefined) ?? null;
  yield {
    kind: 'manifest', at: cite(section, anchor), host: section.host, path: section.hostPath ?? pathFromName(section.artifact), podName: text(meta['name']), namespace: text(meta['namespace']) || null, annotations, containers,
    hostPaths: list(spec['volumes']).map(object).filter((volume) => volume['hostPath'] !== undefined).map((volume) => ({ name: text(volume['name']), path: text(object(volume['hostPath'])['path']) })),
    runAsUser: firstId('runAsUser'), runAsGroup: firstId('runAsGroup'),
  };
  for (const container of containers) yield* imageVersion(section, lines, container.image);
}

/** The tag of an etcd or control plane image is a version that really runs. */
function* imageVersion(section: Section, lines: readonly TextLine[], image: string): Generator<Fact> {
  const match = /(?:^|\/)(?:[\w.-]*)(etcd|kube-apiserver|hyperkube)(?:-\w+)?:v?(\d+\.\d+\.\d+[\w.+-]*)/.exec(image);
  if (match === null) return;
  const line = lines.find((l) => l.text.includes(image)) ?? lines[0]!;
  yield { kind: 'version', at: cite(section, line), host: section.host, program: match[1] === 'etcd' ? 'etcd' : 'kubernetes', version: match[1] === 'etcd' ? match[2]!.replace(/-.*$/, '') : match[2]!, by: 'image' };
}

function pathFromName(artifact: string): string | null {
  const tail = /(?:^|[/!])(etc\/kubernetes\/[\w./-]+\.ya?ml|var\/lib\/rancher\/[\w./-]+\.ya?ml)$/.exec(artifact)?.[1];
  if (tail !== undefined) return `/${tail}`;
  const manifest = /(?:^|\/)manifests\/([\w.-]+\.ya?ml)$/.exec(artifact)?.[1];
  return manifest === undefined ? null : `/etc/kubernetes/manifests/${manifest}`;
}

