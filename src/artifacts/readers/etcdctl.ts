import { cite } from '../cite.js';
import type { AlarmFact, EndpointFact, Fact, MemberFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { hexId, siBytes } from './etcdctl-values.js';
import { readEtcdctlJson } from './etcdctl-json.js';

const memberHeader = /^\|\s*ID\s*\|\s*STATUS\s*\|\s*NAME\s*\|/;
const statusHeader = /^\|\s*ENDPOINT\s*\|\s*ID\s*\|\s*VERSION\s*\|/;
const healthHeader = /^\|\s*ENDPOINT\s*\|\s*HEALTH\s*\|/;
const snapshotHeader = /^\|\s*HASH\s*\|\s*REVISION\s*\|/;
const memberSimple = /^([0-9a-f]{8,16}), (started|unstarted), ([^,]*), (\S*), (\S*?)(?:, (true|false))?$/;
const memberV2 = /^([0-9a-f]{8,16})(\[unstarted\])?: (?:name=(\S*) )?peerURLs=(\S+)(?: clientURLs=(\S*))?(?: isLeader=(true|false))?/;
const health = /^(\S+) is (healthy|unhealthy): (.*)$/;
const noStatus = /^Failed to get the status of endpoint (\S+) \((.*)\)$/;
/** What the client itself logs before its answer (stderr in the same terminal). */
const clientLog = /^\{"(?:level|ts|severity|time)"/;
const healthV2 = /^member ([0-9a-f]{8,16}) is (healthy|unhealthy|unreachable): (?:got (?:un)?healthy result from |.*? (?:are|is) all unreachable|no available published client urls)?\s*(\S*)/;
const alarmLine = /^memberID:(\d+) alarm:(\w+)\s*$/;
const statusSimple = /^(https?:\/\/\S+|\[?[\w.:]+\]?:\d+), ([0-9a-f]{8,16}), (\d+\.\d+\.\d+[^,]*), (.*)$/;
const snapshotSimple = /^([0-9a-f]{1,8}), (\d+), (\d+), ([\d.]+ [kMGT]?B)(?:, (.*))?$/;

/** etcdctl and etcdutl: member list, endpoint status and health, alarm list, snapshot status; table, simple, fields, JSON. */
export const etcdctl: ArtifactReader = {
  kind: 'etcdctl',
  selective: true,
  recognise(section) {
    const table = section.head.find((line) => memberHeader.test(line) || statusHeader.test(line) || healthHeader.test(line) || snapshotHeader.test(line));
    if (table !== undefined) return { score: 93, by: 'table header' };
    if (section.head.some((line) => memberSimple.test(line) || memberV2.test(line) || health.test(line) || healthV2.test(line) || alarmLine.test(line))) return { score: 90, by: 'etcdctl rows' };
    if (section.head.some((line) => statusSimple.test(line) || snapshotSimple.test(line))) return { score: 85, by: 'etcdctl rows' };
    const head = section.head.slice(0, 40).filter((line) => !clientLog.test(line)).join('\n').trimStart().slice(0, 8000);
    if (/^[[{]/.test(head) && (/"peerURLs"/.test(head) || /"(?:Endpoint|endpoint)"\s*:/.test(head) || /"memberID"\s*:/.test(head) || /"totalKey"\s*:/.test(head) || (/"cluster_id"\s*:/.test(head) && /"member_id"\s*:/.test(head)))) return { score: 92, by: 'JSON keys' };
    return /^"ClusterID" : \d+/.test(section.head[0] ?? '') ? { score: 90, by: 'fields output' } : { score: 0, by: '' };
  },
  *read(section) {
    if (/^\s*[[{]/.test(section.head.find((line) => !clientLog.test(line)) ?? '')) {
      yield* readEtcdctlJson(section);
      return;
    }
    let columns: readonly string[] = [];
    for (const line of section.lines()) {
      const text = line.text.trim();
      if (memberHeader.test(text) || statusHeader.test(text) || healthHeader.test(text) || snapshotHeader.test(text)) {
        columns = cellsOf(text);
        continue;
      }
      if (text.startsWith('|')) {
        const cells = cellsOf(text);
        const row = Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? '']));
        const fact = tableRow(section, line, row);
        if (fact !== null) yield fact;
        continue;
      }
      yield* simpleRow(section, line, text);
    }
  },
};

function cellsOf(text: string): readonly string[] {
  return text.replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
}

const urls = (text: string | undefined): readonly string[] => (text ?? '').split(',').map((url) => url.trim()).filter((url) => url !== '');

function memberFact(section: Section, line: TextLine, known: Pick<MemberFact, 'memberId' | 'name' | 'status' | 'peerUrls' | 'clientUrls' | 'learner'>): MemberFact {
  return { kind: 'member', at: cite(section, line), host: section.host, clusterId: null, ...known };
}

function endpointFact(section: Section, line: TextLine, endpoint: string, known: Partial<EndpointFact>): EndpointFact {
  return {
    kind: 'endpoint', at: cite(section, line), host: section.host, endpoint, memberId: null, version: null, dbSize: null, dbSizeInUse: null, leader: null,
    raftTerm: null, raftIndex: null, revision: null, healthy: null, error: null, collected: null, ...known,
  };
}

const bool = (text: string | undefined): boolean | null => (text === 'true' ? true : text === 'false' ? false : null);
const big = (text: string | undefined): bigint | null => (text !== undefined && /^\d{1,20}$/.test(text) ? BigInt(text) : null);

function tableRow(section: Section, line: TextLine, row: Readonly<Record<string, string>>): Fact | null {
  if (row['PEER ADDRS'] !== undefined && /^[0-9a-f]{1,16}$/.test(row['ID'] ?? '')) {
    return memberFact(section, line, { memberId: hexId(row['ID']!), name: row['NAME'] ?? '', status: row['STATUS'] === 'started' || row['STATUS'] === 'unstarted' ? row['STATUS'] : null, peerUrls: urls(row['PEER ADDRS']), clientUrls: urls(row['CLIENT ADDRS']), learner: bool(row['IS LEARNER']) });
  }
  if (row['VERSION'] !== undefined && row['ENDPOINT'] !== undefined && row['ENDPOINT'] !== '') {
    return endpointFact(section, line, row['ENDPOINT'], {
      memberId: row['ID'] === undefined || row['ID'] === '' ? null : hexId(row['ID']), version: row['VERSION'] === '' ? null : row['VERSION'], dbSize: siBytes(row['DB SIZE']), dbSizeInUse: siBytes(row['IN USE'] ?? row['DB SIZE IN USE']),
      leader: bool(row['IS LEADER']), raftTerm: big(row['RAFT TERM']), raftIndex: big(row['RAFT INDEX']), error: row['ERRORS'] === undefined || row['ERRORS'] === '' ? null : row['ERRORS'],
    });
  }
  if (row['HEALTH'] !== undefined && row['ENDPOINT'] !== undefined && row['ENDPOINT'] !== '') return endpointFact(section, line, row['ENDPOINT'], { healthy: bool(row['HEALTH']), error: row['ERROR'] === '' ? null : (row['ERROR'] ?? null) });
  if (row['HASH'] !== undefined && /^\d+$/.test(row['REVISION'] ?? '')) return snapshotFact(section, line, row['HASH'], row['REVISION']!, row['TOTAL KEYS'] ?? '', row['TOTAL SIZE'] ?? '');
  return null;
}

function snapshotFact(section: Section, line: TextLine, hash: string, revision: string, keys: string, size: string): Fact {
  const path = /snapshot\s+status\s+(?:-\S+\s+)*(['"]?)([^\s'"|;]+)\1/.exec(section.command ?? '')?.[2] ?? null;
  return { kind: 'snapshot-status', at: cite(section, line), host: section.host, path, hash, revision: BigInt(revision), totalKeys: /^\d+$/.test(keys) ? Number(keys) : null, totalSize: siBytes(size) };
}

function* simpleRow(section: Section, line: TextLine, text: string): Generator<Fact> {
  const member = memberSimple.exec(text);
  if (member !== null) {
    yield memberFact(section, line, { memberId: hexId(member[1]!), status: member[2] as 'started' | 'unstarted', name: member[3]!, peerUrls: urls(member[4]), clientUrls: urls(member[5]), learner: bool(member[6]) });
    return;
  }
  const v2 = memberV2.exec(text);
  if (v2 !== null) {
    yield memberFact(section, line, { memberId: hexId(v2[1]!), status: v2[2] === undefined ? 'started' : 'unstarted', name: v2[3] ?? '', peerUrls: urls(v2[4]), clientUrls: urls(v2[5]), learner: null });
    return;
  }
  const alarm = alarmLine.exec(text);
  if (alarm !== null) {
    const fact: AlarmFact = { kind: 'alarm', at: cite(section, line), host: section.host, memberId: BigInt(alarm[1]!).toString(16), alarm: alarm[2]! };
    yield fact;
    return;
  }
  const state = health.exec(text);
  if (state !== null && /:\d+$/.test(state[1]!)) {
    yield endpointFact(section, line, state[1]!, { healthy: state[2] === 'healthy', error: state[2] === 'healthy' ? null : state[3]! });
    return;
  }
  const silent = noStatus.exec(text);
  if (silent !== null) {
    yield endpointFact(section, line, silent[1]!, { error: silent[2]! });
    return;
  }
  const old = healthV2.exec(text);
  if (old !== null) {
    yield endpointFact(section, line, old[3] ?? '', { memberId: hexId(old[1]!), healthy: old[2] === 'healthy', error: old[2] === 'healthy' ? null : text });
    return;
  }
  const status = statusSimple.exec(text);
  if (status !== null) {
    const cells = status[4]!.split(', ');
    // 3.6 prints storage version and sizes first; booleans mark the columns in every version.
    const leader = cells.findIndex((cell) => cell === 'true' || cell === 'false');
    const numbers = cells.slice(leader).filter((cell) => /^\d+$/.test(cell));
    yield endpointFact(section, line, status[1]!, { memberId: hexId(status[2]!), version: status[3]!, dbSize: siBytes(cells.find((cell) => /B$/.test(cell))), leader: bool(cells[leader]), raftTerm: big(numbers[0]), raftIndex: big(numbers[1]) });
    return;
  }
  const snapshot = snapshotSimple.exec(text);
  if (snapshot !== null && /snapshot\s+status/.test(section.command ?? 'snapshot status')) yield snapshotFact(section, line, snapshot[1]!, snapshot[2]!, snapshot[3]!, snapshot[4]!);
}
