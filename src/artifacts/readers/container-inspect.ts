import { parseIso } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import type { ContainerFact, Fact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { maskValue, maskWords } from '../secrets.js';
import { parsePodName } from './docker-ps.js';

type Json = Record<string, unknown>;

const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** docker inspect, podman inspect, nerdctl inspect (JSON array) and crictl inspect (one object): exact times. */
export const containerInspect: ArtifactReader = {
  kind: 'container-inspect',
  recognise(section) {
    const head = section.head.join('\n').slice(0, 20_000);
    if (!/^\s*[[{]/.test(head)) return { score: 0, by: '' };
    if (/"State": \{[\s\S]*"(?:StartedAt|FinishedAt)":/.test(head)) return { score: 95, by: 'JSON keys State.StartedAt' };
    if (/"status": \{[\s\S]*"(?:startedAt|finishedAt|createdAt)":/.test(head) && /"(?:image|metadata)"/.test(head) && !/"apiVersion"/.test(head)) return { score: 90, by: 'JSON keys status.createdAt' };
    return { score: 0, by: '' };
  },
  *read(section) {
    const lines = [...section.lines()];
    let parsed: unknown;
    try {
      parsed = JSON.parse(lines.map((line) => line.text).join('\n'));
    } catch {
      return;
    }
    for (const item of Array.isArray(parsed) ? parsed : [parsed]) {
      const container = object(item);
      if (container['State'] !== undefined) yield* dockerContainer(section, lines, container);
      else if (container['status'] !== undefined) yield criContainer(section, lines, object(container['status']));
    }
  },
};

/** Time of a field; the zero time of Go means never. */
function when(value: unknown): Stamp | null {
  const written = text(value);
  return written === '' || written.startsWith('0001-') ? null : parseIso(written);
}

function citeText(section: Section, lines: readonly TextLine[], needle: string): ReturnType<typeof cite> {
  return cite(section, lines.find((line) => needle !== '' && line.text.includes(needle)) ?? lines[0] ?? { number: section.firstLine, text: '' });
}

function* dockerContainer(section: Section, lines: readonly TextLine[], item: Json): Generator<Fact> {
  const state = object(item['State']);
  const config = object(item['Config']);
  const name = text(item['Name']).replace(/^\//, '');
  const status = text(state['Status']);
  const running = status === 'running' || state['Running'] === true;
  const known = ['running', 'exited', 'created', 'restarting', 'paused', 'dead'] as const;
  yield {
    kind: 'container', at: citeText(section, lines, text(item['Id'])), host: section.host, runtime: /podman/.test(section.command ?? '') ? 'podman' : 'docker',
    id: text(item['Id']), image: text(config['Image']), name,
    state: known.find((s) => s === status) ?? (running ? 'running' : 'unknown'),
    exitCode: running ? null : typeof state['ExitCode'] === 'number' ? state['ExitCode'] : null,
    created: when(item['Created']), since: running ? when(state['StartedAt']) : when(state['FinishedAt']), pod: parsePodName(name), listsAll: false,
  };
  const command = [text(item['Path']), ...list(item['Args']).map(text)].filter((word) => word !== '');
  const env: Record<string, string> = {};
  for (const entry of list(config['Env']).map(text)) {
    const sign = entry.indexOf('=');
    if (sign > 0) env[entry.slice(0, sign)] = maskValue(entry.slice(0, sign), entry.slice(sign + 1));
  }
  const mounts = list(item['Mounts']).map(object);
  const isEtcd = /(?:^|\/)etcd$/.test(command[0] ?? '') || /(?:^|\/)etcd(?::|@|$)/.test(text(config['Image'])) || Object.keys(env).some((key) => key.startsWith('ETCD_'));
  if (!isEtcd) return;
  yield {
    kind: 'manifest', at: citeText(section, lines, text(item['Id'])), host: section.host, path: null, podName: name, namespace: null, annotations: {},
    containers: [{
      name, image: text(config['Image']), command: maskWords(command), env,
      lines: command.map((word) => citeText(section, lines, JSON.stringify(word)).line ?? section.firstLine),
      mounts: mounts.map((mount, i) => ({ name: text(mount['Name']) || `mount-${i}`, path: text(mount['Destination']) })),
    }],
    hostPaths: mounts.map((mount, i) => ({ name: text(mount['Name']) || `mount-${i}`, path: text(mount['Source']) })),
    runAsUser: /^\d+$/.test(text(config['User'])) ? Number(config['User']) : null, runAsGroup: null,
  };
}

const criStates: Readonly<Record<string, ContainerFact['state']>> = { CONTAINER_RUNNING: 'running', CONTAINER_EXITED: 'exited', CONTAINER_CREATED: 'created' };

function criContainer(section: Section, lines: readonly TextLine[], status: Json): Fact {
  const meta = object(status['metadata']);
  const labels = object(status['labels']);
  const state = criStates[text(status['state'])] ?? 'unknown';
  return {
    kind: 'container', at: citeText(section, lines, text(status['id'])), host: section.host, runtime: 'crictl', id: text(status['id']),
    image: text(object(status['image'])['image']), name: text(meta['name']), state,
    exitCode: state === 'exited' && typeof status['exitCode'] === 'number' ? status['exitCode'] : null,
    created: when(status['createdAt']), since: state === 'exited' ? when(status['finishedAt']) : when(status['startedAt']), listsAll: false,
    pod: { container: text(meta['name']), pod: text(labels['io.kubernetes.pod.name']), namespace: text(labels['io.kubernetes.pod.namespace']) || null, uid: text(labels['io.kubernetes.pod.uid']) || null, attempt: typeof meta['attempt'] === 'number' ? meta['attempt'] : 0, sandbox: false },
  };
}
