import { describe, expect, it } from 'vitest';
import { judgeFolders, stateOf, type FolderDemands, type FolderFile } from '../../../src/diagnosis/audit/folder.js';
import { parseSchedule } from '../../../src/diagnosis/audit/schedule.js';
import { auditMetrics } from '../../../src/cli/audit/textfile.js';

const now = Date.parse('2026-03-02T12:20:00Z');
const file = (hour: number, rest: Partial<FolderFile> = {}): FolderFile => {
  const at = Date.parse('2026-03-02T00:00:01Z') + hour * 3_600_000;
  return { path: `/b/${hour}.db`, size: 536_608, sha256: 'a'.repeat(64), state: 'good', verdict: 'intact', revision: 1000 + hour, keys: 200, clusterId: 'c1', takenAt: at, takenBy: 'name', begun: at, ...rest };
};
const demands = (rest: Partial<FolderDemands> = {}): FolderDemands => ({ now, schedule: null, maxAgeMs: null, minKeysRatio: null, ...rest });
const codes = (files: readonly FolderFile[], rest: Partial<FolderDemands> = {}): readonly string[] => judgeFolders('/b', files, demands(rest)).findings.map((one) => one.code);

describe('judging backup folders', () => {
  it('is content with good and fresh copies', () => {
    const verdict = judgeFolders('/b', [file(12), file(10), file(11)], demands({ maxAgeMs: 3_600_000, minKeysRatio: 0.5, schedule: parseSchedule('0 * * * *', 'UTC') }));
    expect([verdict.outcome, verdict.findings, verdict.missed, verdict.newest?.path]).toEqual(['good', [], [], '/b/12.db']);
  });

  it('names what is bad, and its age counts by content', () => {
    expect(codes([file(10), file(11, { state: 'damaged', verdict: 'digest-wrong' }), file(12, { state: 'hung' })])).toEqual(['audit.damaged', 'audit.hung']);
    expect(codes([file(12, { takenAt: now - 7_200_000, takenBy: 'content' })], { maxAgeMs: 3_600_000 })).toEqual(['audit.too-old']);
    expect(codes([file(11), file(12, { keys: 20 })], { minKeysRatio: 0.5 })).toEqual(['audit.keys-fell']);
    expect(codes([file(11), file(12, { revision: 1011 })])).toEqual(['audit.frozen']);
    expect(codes([file(11, { clusterId: 'c2' }), file(12)])).toEqual(['audit.other-cluster']);
    expect(codes([file(9), file(12)], { schedule: parseSchedule('0 * * * *', 'UTC') })).toEqual(['audit.missed']);
  });

  it('takes the newest copy by its run, also where its content is dated in another zone than the names', () => {
    const eightHours = 8 * 3_600_000;
    const newest = file(12, { takenAt: file(12).begun - eightHours, takenBy: 'content' });
    const verdict = judgeFolders('/b', [file(10), newest, file(11)], demands({ minKeysRatio: 0.5 }));
    expect([verdict.newest?.path, verdict.files.map((one) => one.path)]).toEqual(['/b/12.db', ['/b/10.db', '/b/11.db', '/b/12.db']]);
  });

  it('never calls an unproven copy good', () => {
    const verdict = judgeFolders('/b', [file(12, { state: stateOf('/b/12.db', 'digest-absent'), verdict: 'digest-absent' })], demands());
    expect([verdict.outcome, verdict.newest]).toEqual(['undecided', null]);
    expect(judgeFolders('/b', [], demands()).outcome).toBe('bad');
    expect(codes([])).toEqual(['audit.none-good']);
    expect(stateOf('/b/x.db.part', 'intact')).toBe('hung');
  });

  it('gives metrics that Prometheus can read', () => {
    const text = auditMetrics(judgeFolders('/b', [file(12)], demands()), now, 0);
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(?:# (?:HELP|TYPE) etcd_autopsy_\w+ .+|etcd_autopsy_\w+(?:\{\w+="\w+"\})? -?[\d.e+]+)$/);
    expect(text).toContain('etcd_autopsy_backups{state="good"} 1');
    expect(text).toContain(`etcd_autopsy_newest_good_backup_timestamp_seconds ${(Date.parse('2026-03-02T12:00:01Z')) / 1000}`);
  });
});
