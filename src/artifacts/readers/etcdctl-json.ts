import { cite } from '../cite.js';
import type { EndpointFact, Fact } from '../fact.js';
import type { Section, TextLine } from '../reader.js';
import { hexOfDecimal } from './etcdctl-values.js';

type Json = Record<string, unknown>;

const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '');

/** Parses JSON whose integers of 16 digits and more become strings, so that 64-bit ids stay exact. */
function parseWideJson(source: string): unknown {
  return JSON.parse(source.replace(/([:[,]\s*)(-?\d{16,20})(?=\s*[,}\]])/g, '$1"$2"'));
}

/** The JSON forms of member list, endpoint status, endpoint health, alarm list and snapshot status, one or several per section. */
export function* readEtcdctlJson(section: Section): Generator<Fact> {
  const lines = [...section.lines()];
  for (const { value, line } of documents(lines)) yield* readDocument(section, line, value, lines);
}

function documents(lines: readonly TextLine[]): readonly { value: unknown; line: TextLine }[] {
  const first = lines.find((line) => line.text.trim() !== '');
  if (first === undefined) return [];
  try {
    return [{ value: parseWideJson(lines.map((line) => line.text).join('\n')), line: first }];
  } catch {
    const found: { value: unknown; line: TextLine }[] = [];
    for (const line of lines) {
      try {
        if (/^\s*[[{]/.test(line.text)) found.push({ value: parseWideJson(line.text), line });
      } catch {
        // a line that is not JSON by itself
      }
    }
    return found;
  }
}

function id(value: unknown): string | null {
  const written = text(value);
  return /^\d{1,20}$/.test(written) && written !== '0' ? hexOfDecimal(written) : /^[0-9a-f]{8,16}$/.test(written) ? written : null;
}

function wide(value: unknown): bigint | null {
  const written = text(value);
  return /^\d{1,20}$/.test(written) ? BigInt(written) : null;
}

function number(value: unknown): number | null {
  const written = text(value);
  return /^\d{1,16}$/.test(written) ? Number(written) : null;
}

function* readDocument(section: Section, line: TextLine, value: unknown, lines: readonly TextLine[]): Generator<Fact> {
  const base = { at: cite(section, line), host: section.host };
  const root = object(value);
  const header = object(root['header']);
  for (const item of list(root['members']).map(object)) {
    if (!Array.isArray(item['peerURLs'])) continue;
    const memberId = id(item['ID'] ?? item['id']);
    if (memberId === null) continue;
    const where = lines.find((l) => l.text.includes(text(item['ID'])) && lines.length > 1) ?? line;
    yield {
      kind: 'member', at: cite(section, where), host: section.host, memberId, clusterId: id(header['cluster_id']), name: text(item['name']), status: text(item['name']) === '' ? 'unstarted' : 'started',
      peerUrls: list(item['peerURLs']).map(text), clientUrls: list(item['clientURLs']).map(text), learner: item['isLearner'] === true,
    };
  }
  for (const item of list(root['alarms']).map(object)) {
    const memberId = id(item['memberID']);
    if (memberId === null) continue;
    const alarm = { '1': 'NOSPACE', '2': 'CORRUPT' }[text(item['alarm'])] ?? text(item['alarm']);
    yield { kind: 'alarm', ...base, memberId, alarm };
  }
  if (root['totalKey'] !== undefined && root['revision'] !== undefined) {
    const path = /snapshot\s+status\s+(?:-\S+\s+)*([^\s'"|;]+)/.exec(section.command ?? '')?.[1] ?? null;
    yield { kind: 'snapshot-status', ...base, path, hash: (number(root['hash']) ?? 0).toString(16), revision: wide(root['revision']) ?? 0n, totalKeys: number(root['totalKey']), totalSize: number(root['totalSize']) };
  }
  const endpoints = Array.isArray(value) ? value : root['Endpoint'] !== undefined || root['endpoint'] !== undefined ? [value] : [];
  for (const item of endpoints.map(object)) {
    const endpoint = text(item['Endpoint'] ?? item['endpoint']);
    if (endpoint === '') continue;
    yield endpointOf(base, endpoint, item);
  }
}

function endpointOf(base: Pick<EndpointFact, 'at' | 'host'>, endpoint: string, item: Json): EndpointFact {
  const status = object(item['Status'] ?? item['status']);
  const head = object(status['header']);
  const memberId = id(head['member_id']);
  const errors = list(status['errors']).map(text);
  const error = text(item['error']) || errors.join('; ');
  return {
    kind: 'endpoint', ...base, endpoint, memberId, version: text(status['version']) || null, dbSize: number(status['dbSize']), dbSizeInUse: number(status['dbSizeInUse']),
    leader: status['leader'] === undefined ? null : id(status['leader']) === memberId, raftTerm: wide(status['raftTerm'] ?? head['raft_term']), raftIndex: wide(status['raftIndex']), revision: wide(head['revision']),
    healthy: typeof item['health'] === 'boolean' ? item['health'] : item['health'] === 'true' ? true : item['health'] === 'false' ? false : null, error: error === '' ? null : error, collected: null,
  };
}
