import { parseKubernetesAge } from '../../time/relative.js';
import { cite, shown } from '../cite.js';
import { cutRow, headerColumns } from '../columns.js';
import type { Columns } from '../columns.js';
import type { Fact, KubeObjectFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';

const header = /^(?:NAMESPACE\s{2,})?NAME\s{2,}(?:[A-Z][A-Z()/ -]*\s{2,})*AGE\b|^(?:NAMESPACE\s+)?(?:NAME|LAST SEEN)\s{2,}.*\b(?:AGE|MESSAGE|REASON|VERSION|STATUS|HOLDER)\b/;
const componentStatus = /^NAME\s+STATUS\s+MESSAGE\s+ERROR/;
const refused = /^(?:The connection to the server \S+ was refused|Unable to connect to the server:|Error from server(?: \(\w+\))?:|error: .*(?:etcdserver|timed out|x509))/;

/** `kubectl get` tables (nodes, pods, events, anything with NAME and AGE), `kubectl describe`, and its errors. */
export const kubectlGet: ArtifactReader = {
  kind: 'kubectl-get',
  selective: true,
  recognise(section) {
    const at = section.head.findIndex((line) => header.test(line) || componentStatus.test(line));
    if (at >= 0) return { score: at === 0 ? 90 : 70, by: 'header line' };
    if (section.head.some((line) => refused.test(line))) return { score: 75, by: 'kubectl error' };
    const describe = /^Name:\s+\S/.test(section.head[0] ?? '') && section.head.some((line) => /^(?:Namespace|Labels|Annotations|CreationTimestamp|Roles):/.test(line));
    return describe ? { score: 88, by: 'Name: and Labels: lines' } : { score: 0, by: '' };
  },
  *read(section) {
    if (/^Name:\s+\S/.test(section.head[0] ?? '')) {
      yield* describe(section);
      return;
    }
    let columns: Columns | null = null;
    for (const line of section.lines()) {
      if (header.test(line.text) || componentStatus.test(line.text)) {
        columns = headerColumns(line.text);
        continue;
      }
      if (line.text.trim() === '' || columns === null || refused.test(line.text)) {
        if (refused.test(line.text)) yield errorFact(section, line);
        columns = line.text.trim() === '' ? null : columns;
        continue;
      }
      const cells = cutRow(line.text, columns);
      if (cells !== null && (cells['NAME'] ?? cells['OBJECT'] ?? '') !== '') yield row(section, line, cells);
    }
  },
};

function errorFact(section: Section, line: TextLine): Fact {
  return { kind: 'kube-object', at: cite(section, line), host: section.host, resource: 'kubectl-error', namespace: null, name: '', status: null, age: null, fields: { error: shown(line.text) } };
}

function row(section: Section, line: TextLine, cells: Readonly<Record<string, string>>): KubeObjectFact {
  const words = /\bget\s+(?:-\S+\s+)*([a-z][\w.,-]*)/.exec(section.command ?? '')?.[1] ?? null;
  const guess = cells['ROLES'] !== undefined ? 'node' : cells['READY'] !== undefined && cells['RESTARTS'] !== undefined ? 'pod' : cells['LAST SEEN'] !== undefined ? 'event' : cells['HOLDER'] !== undefined ? 'lease' : 'unknown';
  const slash = /^([\w.-]+)\/(.+)$/.exec(cells['NAME'] ?? cells['OBJECT'] ?? '');
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(cells)) if (value !== '' && !['NAME', 'NAMESPACE', 'AGE'].includes(key)) fields[key.toLowerCase()] = shown(value);
  return {
    kind: 'kube-object', at: cite(section, line), host: null, resource: singular(slash?.[1] ?? words ?? guess), namespace: cells['NAMESPACE'] ?? null, name: slash?.[2] ?? cells['NAME'] ?? '',
    status: cells['STATUS'] ?? cells['REASON'] ?? null, age: parseKubernetesAge(cells['AGE'] ?? cells['LAST SEEN'] ?? ''), fields,
  };
}

const short: Readonly<Record<string, string>> = { no: 'node', po: 'pod', ev: 'event', ns: 'namespace', svc: 'service', deploy: 'deployment', ds: 'daemonset', cs: 'componentstatus', rs: 'replicaset', sts: 'statefulset', pvc: 'persistentvolumeclaim', pv: 'persistentvolume', cm: 'configmap' };

function singular(name: string): string {
  const base = name.split(/[.,]/)[0]!.toLowerCase();
  return short[base] ?? (base === 'componentstatuses' ? 'componentstatus' : base.replace(/(?<!s)s$/, ''));
}

function* describe(section: Section): Generator<Fact> {
  let fields: Record<string, string> = {};
  let anchor: TextLine | null = null;
  const done = (): KubeObjectFact | null => (anchor === null ? null : { kind: 'kube-object', at: cite(section, anchor), host: null, resource: singular(/\bdescribe\s+([a-z][\w.]*)/.exec(section.command ?? '')?.[1] ?? (fields['Roles'] === undefined ? 'pod' : 'node')), namespace: fields['Namespace'] ?? null, name: fields['Name'] ?? '', status: fields['Status'] ?? null, age: null, fields });
  for (const line of section.lines()) {
    const match = /^([A-Z][\w ()-]{1,40}):\s*(.*)$/.exec(line.text);
    if (match?.[1] === 'Name') {
      const before = done();
      if (before !== null) yield before;
      fields = {};
      anchor = line;
    }
    if (match !== null && match[2] !== '' && Object.keys(fields).length < 60) fields[match[1]!] = shown(match[2]!);
    const nested = /^\s+(Kubelet Version|Container Runtime Version|Kernel Version|OS Image|InternalIP|Exit Code|Reason|Finished|Started|Restart Count):\s*(.+)$/.exec(line.text);
    // State and Last State both have a reason: a restart loop and what ended the run before.
    if (nested?.[1] === 'Reason' && fields['Reason'] !== undefined && !fields['Reason'].includes(nested[2]!.trim())) fields['Reason'] = shown(`${fields['Reason']}, ${nested[2]!.trim()}`);
    else if (nested !== null) fields[nested[1]!] ??= shown(nested[2]!);
  }
  const rest = done();
  if (rest !== null) yield rest;
}
