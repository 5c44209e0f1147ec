import { parseContainerAge } from '../../time/relative.js';
import { epoch } from '../../time/parse.js';
import { cite } from '../cite.js';
import { cutRow, headerColumns } from '../columns.js';
import type { Columns } from '../columns.js';
import type { ContainerFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { programWords } from '../sections/commands.js';

const psHeader = /^\s*CONTAINER(?: ID)?\s+IMAGE\s+CREATED\s+STATE\s+NAME/;
const podsHeader = /^\s*POD ID\s+CREATED\s+STATE\s+NAME\s+NAMESPACE/;
const age = String.raw`(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour|day|week|month|year)s?)(?: ago)?`;
const psRow = new RegExp(String.raw`^\s*([0-9a-f]{12,64})\s+(\S+)\s+(${age})\s+(Running|Exited|Created|Unknown)\s+(\S+)\s+(\d+)(?:\s+([0-9a-f]{12,64}))?(?:\s+(\S+))?(?:\s+(\S+))?\s*$`);
const podRow = new RegExp(String.raw`^\s*([0-9a-f]{12,64})\s+(${age})\s+(Ready|NotReady|SANDBOX_READY|SANDBOX_NOTREADY)\s+(\S+)\s+(\S+)\s+(\d+)`);

/** crictl ps and crictl pods, tables and JSON (cri-tools cmd/crictl/container.go, sandbox.go). */
export const crictl: ArtifactReader = {
  kind: 'crictl',
  selective: true,
  recognise(section) {
    const at = section.head.findIndex((line) => psHeader.test(line) || podsHeader.test(line));
    if (at >= 0) return { score: at === 0 ? 95 : 85, by: 'header line' };
    if (section.head.some((line) => psRow.test(line) || podRow.test(line))) return { score: 75, by: 'container rows' };
    if (/"(?:containers|items)": \[/.test(section.head.slice(0, 3).join('\n')) && section.head.some((line) => /"(?:podSandboxId|createdAt)": "/.test(line)) && /crictl/.test(`${section.command ?? ''} ${section.artifact}`)) return { score: 90, by: 'JSON keys' };
    return { score: 0, by: '' };
  },
  *read(section) {
    if (/^\s*\{/.test(section.head[0] ?? '')) {
      yield* readJson(section);
      return;
    }
    const rows: ContainerFact[] = [];
    let columns: Columns | null = null;
    for (const line of section.lines()) {
      if (psHeader.test(line.text) || podsHeader.test(line.text)) {
        columns = headerColumns(line.text);
        continue;
      }
      const row = containerRow(section, line, columns) ?? sandboxRow(section, line);
      if (row !== null) rows.push(row);
    }
    const words = programWords(section.command ?? '');
    const flag = words.some((word) => /^-[a-z]*a[a-z]*$|^--all$/.test(word)) || words[1] === 'psa' || words[1] === 'pods';
    const listsAll = flag || rows.some((row) => row.state === 'exited');
    for (const row of rows) yield { ...row, listsAll };
  },
};

const states: Readonly<Record<string, ContainerFact['state']>> = {
  Running: 'running', Exited: 'exited', Created: 'created', Unknown: 'unknown',
  CONTAINER_RUNNING: 'running', CONTAINER_EXITED: 'exited', CONTAINER_CREATED: 'created', CONTAINER_UNKNOWN: 'unknown',
  Ready: 'running', NotReady: 'exited', SANDBOX_READY: 'running', SANDBOX_NOTREADY: 'exited',
};

function containerRow(section: Section, line: TextLine, columns: Columns | null): ContainerFact | null {
  const cells = columns === null || !columns.names.includes('IMAGE') ? null : cutRow(line.text, columns);
  if (cells !== null && states[cells['STATE'] ?? ''] !== undefined && /^[0-9a-f]{12,64}$/.test(cells['CONTAINER'] ?? cells['CONTAINER ID'] ?? '')) {
    return fact(section, line, { id: cells['CONTAINER'] ?? cells['CONTAINER ID']!, image: cells['IMAGE'] ?? '', created: cells['CREATED'] ?? '', state: cells['STATE']!, name: cells['NAME'] ?? '', attempt: cells['ATTEMPT'] ?? '', pod: cells['POD'] ?? '', namespace: cells['NAMESPACE'] ?? null });
  }
  const match = psRow.exec(line.text);
  if (match === null) return null;
  return fact(section, line, { id: match[1]!, image: match[2]!, created: match[3]!, state: match[4]!, name: match[5]!, attempt: match[6]!, pod: match[8] ?? '', namespace: match[9] ?? null });
}

function sandboxRow(section: Section, line: TextLine): ContainerFact | null {
  const match = podRow.exec(line.text);
  if (match === null) return null;
  return {
    kind: 'container', at: cite(section, line), host: section.host, runtime: 'crictl', id: match[1]!, image: '', name: `POD ${match[4]!}`,
    state: states[match[3]!]!, exitCode: null, created: parseContainerAge(match[2]!), since: null, listsAll: true,
    pod: { container: 'POD', pod: match[4]!, namespace: match[5]!, uid: null, attempt: Number(match[6]), sandbox: true },
  };
}

function fact(section: Section, line: TextLine, row: { id: string; image: string; created: string; state: string; name: string; attempt: string; pod: string; namespace: string | null }): ContainerFact {
  return {
    kind: 'container', at: cite(section, line), host: section.host, runtime: 'crictl', id: row.id, image: row.image, name: row.name,
    state: states[row.state] ?? 'unknown', exitCode: null, created: parseContainerAge(row.created), since: null, listsAll: false,
    pod: { container: row.name, pod: row.pod, namespace: row.namespace, uid: null, attempt: /^\d+$/.test(row.attempt) ? Number(row.attempt) : null, sandbox: false },
  };
}

function* readJson(section: Section): Generator<ContainerFact> {
  const lines = [...section.lines()];
  let parsed: { containers?: Record<string, never>[]; items?: Record<string, never>[] };
  try {
    parsed = JSON.parse(lines.map((line) => line.text).join('\n')) as typeof parsed;
  } catch {
    return;
  }
  for (const item of [...(parsed.containers ?? []), ...(parsed.items ?? [])] as Record<string, unknown>[]) {
    const id = String(item['id'] ?? '');
    const meta = (item['metadata'] ?? {}) as Record<string, unknown>;
    const labels = (item['labels'] ?? {}) as Record<string, string>;
    const at = lines.find((line) => line.text.includes(id)) ?? lines[0]!;
    const sandbox = item['image'] === undefined;
    const nanos = String(item['createdAt'] ?? '');
    yield {
      kind: 'container', at: cite(section, at), host: section.host, runtime: 'crictl', id,
      image: sandbox ? '' : String(((item['image'] ?? {}) as Record<string, unknown>)['image'] ?? ''), name: sandbox ? `POD ${String(meta['name'] ?? '')}` : String(meta['name'] ?? ''),
      state: states[String(item['state'])] ?? 'unknown', exitCode: null, since: null, listsAll: true,
      created: /^\d{19}$/.test(nanos) ? epoch(Number(nanos.slice(0, 13)), 1) : null,
      pod: { container: sandbox ? 'POD' : String(meta['name'] ?? ''), pod: labels['io.kubernetes.pod.name'] ?? String(meta['name'] ?? ''), namespace: labels['io.kubernetes.pod.namespace'] ?? null, uid: labels['io.kubernetes.pod.uid'] ?? null, attempt: Number(meta['attempt'] ?? 0), sandbox },
    };
  }
}
