import type { SnapshotReport } from '../etcd/verdict.js';
import { terminalText } from '../report/escape/terminal.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';

const mostProblems = 12;
const mostWords = 160;

const short = (text: string): string => (text.length > mostWords ? `${text.slice(0, mostWords)}…` : text);

/** The JSON of `snapshot check --json`, with its fixed names. */
export function checkJson(path: string, report: SnapshotReport): Record<string, unknown> {
  const number = (value: bigint | null): number | string | null => (value === null ? null : value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value));
  return {
    path,
    sha256: report.sha256,
    verdict: report.verdict,
    digest: report.digest,
    revision: number(report.revision),
    totalKeys: report.liveKeys,
    hash: report.hash,
    clusterId: report.clusterId,
    problems: report.problems.map(({ code, severity, page, offset, message, keys }) => ({ code, severity, page, offset, message, keys: keys ?? [] })),
    restore: Object.fromEntries(Object.entries(report.restore ?? {}).map(([line, p]) => [line, { ...p, served: p.served === null ? null : { ...p.served, revision: number(p.served.revision) } }])),
    damage: report.damage,
  };
}

/** The verdict for people: the answer first, then why, then what each version would do. */
export function checkText(path: string, report: SnapshotReport, language: Language): string {
  const words = (key: string, params: Readonly<Record<string, string | number>> = {}): string => say(language, key, params);
  const lines = [
    `${path}: ${words(`bytes.verdict.${report.verdict}`)}`,
    `  ${words(`bytes.meaning.${report.verdict}`)}`,
    `  ${words('bytes.check.size', { size: report.size, sha256: report.sha256 })}`,
    `  ${words(`bytes.digest.${report.digest.state}`)}`,
  ];
  if (report.revision !== null) {
    lines.push(`  ${words('bytes.check.content', { revision: String(report.revision), keys: report.liveKeys ?? 0, revisions: report.revisions ?? 0, compacted: String(report.compactRevision ?? 0n) })}`);
  }
  if (report.members.length > 0) lines.push(`  ${words('bytes.check.members', { members: report.members.map((m) => m.name || m.memberId).join(', ') })}`);
  if (report.alarms.length > 0) lines.push(`  ${words('bytes.check.alarms', { alarms: report.alarms.map((a) => a.alarm).join(', ') })}`);
  const real = report.problems.filter((p) => p.severity !== 'info');
  if (real.length > 0) {
    lines.push(words('bytes.check.problems', { count: real.length }), ...real.slice(0, mostProblems).map((p) => `  ${p.message}`));
    if (real.length > mostProblems) lines.push(`  ${words('bytes.check.more', { count: real.length - mostProblems })}`);
  }
  if (report.damage.keysLost + report.damage.keysChanged > 0) lines.push(`  ${words('bytes.check.damage', { lost: report.damage.keysLost, changed: report.damage.keysChanged })}`);
  if (!report.damage.provable && report.verdict !== 'empty' && report.verdict !== 'not-bbolt') lines.push(`  ${words('bytes.check.unprovable')}`);
  if (report.restore !== null) lines.push(words('bytes.check.lines'), ...Object.entries(report.restore).map(([line, p]) => `  ${line}  ${lineText(p, words)}`));
  return `${lines.map(terminalText).join('\n')}\n`;
}

type Prediction = NonNullable<SnapshotReport['restore']>['3.5'];

function lineText(p: Prediction, words: (key: string, params?: Readonly<Record<string, string | number>>) => string): string {
  const restore = p.accepted ? words('bytes.check.accepted') : `${words(p.skipHashAccepted ? 'bytes.check.skip' : 'bytes.check.refused')}${p.message === null || p.message.startsWith('expected sha256') ? '' : ` (${short(p.message)})`}`;
  if (!p.accepted && !p.skipHashAccepted) return restore;
  const boot = p.boot === 'ready'
    ? words('bytes.check.boot.ready', { keys: p.served?.keys ?? 0, revision: String(p.served?.revision ?? 0n) })
    : words(`bytes.check.boot.${p.boot}`, { message: short(p.bootMessage ?? '') });
  return `${restore}; ${boot}`;
}
