import type { ClusterPrediction } from '../etcd/boot/cluster.js';
import type { BootPrediction } from '../etcd/boot/index.js';
import type { Scenario, TogetherMember } from '../etcd/boot/together.js';
import type { Served } from '../etcd/verdict.js';
import { terminalText } from '../report/escape/terminal.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';

const mostProblems = 12;

/** A number that JSON can hold exactly, else its digits as text. */
export const jsonNumber = (value: bigint | null): number | string | null => (value === null ? null : value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value));

const servedJson = (served: Served | null): Record<string, unknown> | null => (served === null ? null : { revision: jsonNumber(served.revision), keys: served.keys, keysHash: served.keysHash });

/** The JSON of `boot --json` for one directory, with its fixed names. */
export function bootJson(path: string, version: string, report: BootPrediction): Record<string, unknown> {
  const { hashKv } = report;
  return {
    path,
    etcd: version,
    result: report.result,
    diesAt: report.diesAt,
    message: report.message,
    causeFile: report.causeFile,
    writable: report.writable,
    hazard: report.hazard,
    replayed: report.replayed,
    served: servedJson(report.served),
    memberId: report.memberId,
    clusterId: report.clusterId,
    term: jsonNumber(report.term),
    appliedIndex: jsonNumber(report.appliedIndex),
    walLastIndex: jsonNumber(report.walLastIndex),
    walLastTerm: jsonNumber(report.walLastTerm),
    commitIndex: jsonNumber(report.commitIndex),
    uncommitted: report.uncommitted,
    hashKv: hashKv === null ? null : { hash: hashKv.hash, revision: jsonNumber(hashKv.revision), compactRevision: jsonNumber(hashKv.compactRevision) },
    held: report.held === null ? null : { ...servedJson(report.held), compactRevision: jsonNumber(report.held.compactRevision) },
    members: report.members,
    problems: report.problems.map(({ code, severity, offset, page, message, keys }) => ({ code, severity, offset, page, message, keys: keys ?? [] })),
  };
}

const memberJson = (member: TogetherMember): Record<string, unknown> => ({ result: member.result, message: member.message, served: servedJson(member.served) });

/** The JSON of `boot --json` for the members of one cluster. */
export function clusterJson(paths: readonly string[], version: string, cluster: ClusterPrediction): Record<string, unknown> {
  const { fork } = cluster;
  return {
    etcd: version,
    newest: cluster.newest === null ? null : paths[cluster.newest],
    agree: cluster.agree,
    fork: fork === null ? null : { revision: jsonNumber(fork.revision), key: fork.key, kind: fork.kind, members: fork.members.map((at) => paths[at]) },
    members: cluster.members.map((member, at) => ({ ...bootJson(paths[at] ?? '', version, member), lastRevision: jsonNumber(cluster.lastRevisions[at] ?? null) })),
    together: cluster.scenarios.map((scenario) => ({
      leader: scenario.leader === null ? null : paths[scenario.leader],
      rewritesHistory: scenario.rewritesHistory,
      members: scenario.members.map((member, at) => ({ path: paths[at], ...memberJson(member) })),
    })),
  };
}

type Words = (key: string, params?: Readonly<Record<string, string | number>>) => string;

function headline(report: BootPrediction, words: Words): string {
  if (report.result === 'dies' && report.diesAt !== 'start' && report.diesAt !== null) return words(`boot.result.dies-${report.diesAt}`);
  return words(report.result === 'ready' && report.hazard !== null ? 'boot.result.danger' : `boot.result.${report.result}`);
}

/** The verdict for people: the answer, the danger, then the facts. */
export function bootText(path: string, version: { readonly text: string; readonly assumed: boolean }, report: BootPrediction, language: Language): string {
  const words: Words = (key, params) => say(language, key, params);
  const lines = [`${path}: ${headline(report, words)}`, `  ${words(version.assumed ? 'boot.version.assumed' : 'boot.version', { version: version.text })}`];
  if (report.hazard !== null) lines.push(`  ${words(`boot.hazard.${report.hazard}`)}`);
  if (report.result === 'hangs' && report.members.length > 1) lines.push(`  ${words('boot.alone', { count: report.members.length })}`);
  if (report.message !== null) lines.push(`  ${words('boot.message', { message: report.message })}`);
  if (report.causeFile !== null) lines.push(`  ${words('boot.cause', { file: report.causeFile })}`);
  if (report.served !== null) {
    lines.push(`  ${words('boot.served', { keys: report.served.keys, revision: String(report.served.revision), hash: report.hashKv?.hash ?? '?', replayed: report.replayed ?? 0 })}`);
    if (report.writable === false) lines.push(`  ${words('boot.not-writable')}`);
  } else if (report.held !== null) lines.push(`  ${words('boot.held', { keys: report.held.keys, revision: String(report.held.revision) })}`);
  if (report.memberId !== null) {
    lines.push(`  ${words('boot.ids', { member: report.memberId, cluster: report.clusterId ?? '?', term: String(report.term ?? '?'), applied: String(report.appliedIndex ?? '?'), last: String(report.walLastIndex ?? '?') })}`);
  }
  if (report.problems.length > 0) {
    lines.push(`  ${words('boot.problems', { count: report.problems.length })}`, ...report.problems.slice(0, mostProblems).map((problem) => `    ${problem.message}`));
  }
  return `${lines.map(terminalText).join('\n')}\n`;
}

/** What the members of one cluster come to, for people. */
export function clusterText(paths: readonly string[], cluster: ClusterPrediction, language: Language): string {
  const words: Words = (key, params) => say(language, key, params);
  const { fork } = cluster;
  const lines: string[] = [];
  if (cluster.newest !== null) lines.push(words('boot.cluster.newest', { path: paths[cluster.newest] ?? '' }));
  if (fork !== null) lines.push(words('boot.cluster.differ', { revision: String(fork.revision), key: fork.key, a: paths[fork.members[0]] ?? '', b: paths[fork.members[1]] ?? '' }));
  else if (cluster.agree === true) lines.push(words('boot.cluster.agree'));
  else if (cluster.agree === false) lines.push(words('boot.cluster.differ-state'));
  lines.push(words(cluster.scenarios.length === 0 ? 'boot.cluster.not-distinct' : 'boot.cluster.together'));
  const told = new Map<string, (string | null)[]>();
  const outcome = (scenario: Scenario): string => JSON.stringify([scenario.leader === null, scenario.rewritesHistory, scenario.members.map(memberJson)]);
  for (const scenario of cluster.scenarios) told.set(outcome(scenario), [...(told.get(outcome(scenario)) ?? []), scenario.leader === null ? null : (paths[scenario.leader] ?? '')]);
  for (const [same, leaders] of told) {
    const scenario = cluster.scenarios.find((one) => outcome(one) === same)!;
    lines.push(scenario.leader === null ? words('boot.cluster.no-leader') : words('boot.cluster.leader', { path: leaders.join(', ') }));
    if (scenario.rewritesHistory) lines.push(words('boot.cluster.rewritten'));
    for (const [at, member] of scenario.members.entries()) {
      const served = member.served === null ? '' : ` (${member.served.keys}, ${member.served.revision})`;
      const message = member.message === null ? '' : `: ${member.message}`;
      lines.push(`    ${paths[at] ?? ''}: ${words(`boot.cluster.member.${member.result}`)}${served}${message}`);
    }
  }
  return `${lines.map(terminalText).join('\n')}\n`;
}
