import { isBackupDirectory } from '../case/backup-directory.js';
import type { Draft } from '../case/draft.js';
import type { Scenario } from '../etcd/boot/together.js';
import type { BootReport } from '../etcd/verdict.js';
import type { Judged } from './judged.js';

/** Members that become the cluster again when they are started together, and those that stay out until then. */
export interface Majority {
  readonly start: readonly Judged[];
  readonly out: readonly Judged[];
}

const idsOf = (some: readonly Judged[]): ReadonlySet<string> => new Set(some.map(({ one }) => one.candidate.id));

/** False for the data of a member that belongs on another host: its peers would look for it there. */
function isAtHome({ one: { boot, candidate } }: Judged, draft: Draft): boolean {
  const here = draft.members.find(({ host }) => host !== null && host === candidate.host)?.peerUrls ?? [];
  const own = boot?.members.find(({ memberId }) => memberId === boot.memberId)?.peerUrls ?? [];
  return here.length === 0 || own.length === 0 || own.some((url) => here.includes(url));
}

/** Whoever leads, a majority comes up and nothing that may have been committed is lost. */
const isSafe = (ways: readonly Scenario[], quorum: number): boolean =>
  ways.length > 0 && ways.every(({ leader, rewritesHistory, members }) => leader !== null && !rewritesHistory && members.filter(({ result }) => result === 'ready').length >= quorum);

const fields = (boot: BootReport | null): readonly bigint[] => [boot?.walLastTerm ?? 0n, boot?.walLastIndex ?? 0n, boot?.commitIndex ?? 0n];

/** raft's order of logs: last term first, then length; what is known to be committed breaks a tie. */
function byLog(a: Judged, b: Judged): number {
  const [mine, theirs] = [fields(a.one.boot), fields(b.one.boot)];
  const at = mine.findIndex((value, i) => value !== theirs[i]);
  return at < 0 ? 0 : mine[at]! > theirs[at]! ? -1 : 1;
}

/**
 * The members to start together. All of them when that is safe; else exactly a majority with the longest log in it:
 * whoever leads needs every vote of so few, and the owner of that log gives its vote to none that lacks an entry of it.
 * Null when too few directories can be used, or when another one proves that such a start would lose something.
 */
export function safeMajority(judged: readonly Judged[], draft: Draft, quorum: number): Majority | null {
  const dirs = judged.filter(({ one }) => one.candidate.kind === 'data-dir' && one.boot !== null && !isBackupDirectory(one, draft));
  const atHome = dirs.filter((one) => isAtHome(one, draft)).sort(byLog);
  const whole = atHome.filter(({ beside }) => beside === 'whole');
  if (draft.together === undefined || whole.length === 0) return null;
  const without = (some: readonly Judged[]): readonly Judged[] => dirs.filter((one) => !some.includes(one));
  if (whole.length >= quorum && isSafe(draft.together(idsOf(dirs), new Set()), quorum)) return { start: whole, out: without(whole) };
  const start = [...whole, ...atHome.filter(({ beside }) => beside === 'follower')].slice(0, quorum);
  return isSafe(draft.together(idsOf(dirs), idsOf(without(start))), quorum) ? { start, out: without(start) } : null;
}
