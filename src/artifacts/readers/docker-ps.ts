import { parseContainerAge } from '../../time/relative.js';
import { parseIso } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import { cutRow, headerColumns } from '../columns.js';
import type { Columns } from '../columns.js';
import type { ContainerFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { programWords } from '../sections/commands.js';

const header = /^\s*CONTAINER ID\s+IMAGE\s+COMMAND\s+CREATED\s+STATUS/;
/** The header of a table whose columns were squeezed to one blank by a chat or a web page. */
const squeezed = /^\s*CONTAINER ID IMAGE COMMAND CREATED STATUS/;
const containerId = /^\s*([0-9a-f]{12,64})\b/;
const age = String.raw`(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour|day|week|month|year)s?)`;
const status = String.raw`Up(?: ${age})?(?: \((?:Paused|healthy|unhealthy|health: starting)\))?|Restarting \(-?\d+\) ${age} ago|Exited \(-?\d+\)(?: ${age} ago)?|Created|Dead|Removal In Progress|Initialized|Stopped|Unknown`;
const loose = new RegExp(String.raw`^\s*([0-9a-f]{12,64})\s+(\S+)\s+("[^"]*")\s*(${age} ago)\s*(${status})?\s*(.*)$`);

/** docker ps, nerdctl ps and podman ps, as tables or JSON lines (docker/cli formatter/container.go). */
export const dockerPs: ArtifactReader = {
  kind: 'docker-ps',
  selective: true,
  recognise(section) {
    if (header.test(section.head[0] ?? '')) return { score: 95, by: 'header line' };
    if (section.head.some((line) => header.test(line) || squeezed.test(line))) return { score: 85, by: 'header line' };
    if (/^\{"Command":".*"Names":/.test(section.head[0] ?? '')) return { score: 95, by: 'JSON keys' };
    const command = section.command === null ? [] : programWords(section.command);
    const isPs = /^(?:docker|nerdctl|podman)$/.test(command[0] ?? '') && (command[1] === 'ps' || command[1] === 'container');
    if (section.head.filter((line) => loose.test(line)).length > 0) return { score: isPs ? 90 : 75, by: isPs ? `command ${section.command}` : 'container rows' };
    return isPs && section.head.some((line) => containerId.test(line)) ? { score: 60, by: `command ${section.command}` } : { score: 0, by: '' };
  },
  *read(section) {
    const words = section.command === null ? [] : programWords(section.command);
    const runtime = words[0] === 'nerdctl' || words[0] === 'podman' ? words[0] : 'docker';
    const rows: ContainerFact[] = [];
    let columns: Columns | null = null;
    for (const line of section.lines()) {
      if (header.test(line.text)) {
        // A header that was broken inside its last word gives no columns; the rows are then read by their words.
        columns = /\bNAMES\b/.test(line.text) ? headerColumns(line.text) : null;
        continue;
      }
      const row = line.text.startsWith('{') ? jsonRow(section, line, runtime) : tableRow(section, line, columns, runtime);
      if (row !== null) rows.push(row);
    }
    const flag = /\bps\b.*(?:\s-[a-z]*a[a-z]*\b|\s--all\b)/.test(section.command ?? '');
    const listsAll = flag || rows.some((row) => row.state === 'exited' || row.state === 'created' || row.state === 'dead');
    for (const row of rows) yield { ...row, listsAll };
  },
};

function tableRow(section: Section, line: TextLine, columns: Columns | null, runtime: ContainerFact['runtime']): ContainerFact | null {
  // A header broken at "NA|MES" leaves its tail in front of the first row.
  const text = line.text.replace(/^\s*(?:NAMES|AMES|MES|ES|S)\s+(?=[0-9a-f]{12}\b)/, '');
  if (!containerId.test(text)) return null;
  const cells = columns === null ? null : cutRow(text, columns);
  if (cells !== null && (cells['STATUS'] ?? '') !== '' && new RegExp(`^(?:${status})$`).test(cells['STATUS']!) && (cells['CREATED'] === undefined || ageStamp(cells['CREATED']) !== null)) {
    return containerFact(section, line, runtime, { id: cells['CONTAINER ID'] ?? '', image: cells['IMAGE'] ?? '', created: cells['CREATED'] ?? '', status: cells['STATUS']!, name: cells['NAMES'] ?? '' });
  }
  const match = loose.exec(text);
  if (match === null) return null;
  const rest = match[6]!.trim().split(/\s+/);
  return containerFact(section, line, runtime, { id: match[1]!, image: match[2]!, created: match[4]!, status: match[5] ?? '', name: rest[rest.length - 1] ?? '' });
}

function ageStamp(text: string): Stamp | null {
  return parseContainerAge(text) ?? parseIso(text);
}

function jsonRow(section: Section, line: TextLine, runtime: ContainerFact['runtime']): ContainerFact | null {
  let row: Record<string, unknown>;
  try {
    row = JSON.parse(line.text) as Record<string, unknown>;
  } catch {
    return null;
  }
  const text = (key: string): string => (typeof row[key] === 'string' ? row[key] : '');
  if (text('ID') === '' || text('Status') === '') return null;
  return containerFact(section, line, runtime, { id: text('ID'), image: text('Image'), created: text('CreatedAt') === '' ? text('RunningFor') : text('CreatedAt').replace(/ ([+-]\d{4}).*$/, '$1'), status: text('Status'), name: text('Names') });
}

function containerFact(section: Section, line: TextLine, runtime: ContainerFact['runtime'], row: { id: string; image: string; created: string; status: string; name: string }): ContainerFact {
  const { state, exitCode, since } = parseContainerStatus(row.status);
  const name = row.name.split(',')[0]!.replace(/^\//, '');
  return {
    kind: 'container', at: cite(section, line), host: section.host, runtime, id: row.id, image: row.image, name,
    state, exitCode, created: ageStamp(row.created), since, pod: parsePodName(name), listsAll: false,
  };
}

/** Reads docker's STATUS column (moby container/state.go). */
function parseContainerStatus(text: string): Pick<ContainerFact, 'state' | 'exitCode' | 'since'> {
  const exit = /\((-?\d+)\)/.exec(text)?.[1];
  const since = /(?:Up|\))\s+(.*?)(?:\s+\(|$)/.exec(text)?.[1];
  const states: readonly (readonly [RegExp, ContainerFact['state']])[] = [
    [/^Up .*\(Paused\)/, 'paused'], [/^Up/, 'running'], [/^Exited/, 'exited'], [/^Restarting/, 'restarting'],
    [/^(?:Created|Initialized)/, 'created'], [/^(?:Dead|Removal)/, 'dead'], [/^Stopped/, 'exited'],
  ];
  return {
    state: states.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown',
    exitCode: exit === undefined ? null : Number(exit),
    since: since === undefined ? null : parseContainerAge(since),
  };
}

/** Splits dockershim's `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`; null for other names. */
export function parsePodName(name: string): ContainerFact['pod'] {
  const parts = name.split('_');
  if (parts[0] !== 'k8s' || parts.length < 4) return null;
  const [, container, pod, namespace, uid, attempt] = parts;
  const plain = container!.split('.')[0]!;
  return {
    container: plain, pod: pod!, namespace: namespace ?? null, uid: uid ?? null,
    attempt: attempt !== undefined && /^\d+$/.test(attempt) ? Number(attempt) : null, sandbox: plain === 'POD',
  };
}
