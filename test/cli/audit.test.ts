import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
let scratch = '';

function audit(...words: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'audit', ...words], { cwd: root, encoding: 'utf8', env: { ...process.env, LANG: 'C.UTF-8', ETCD_AUTOPSY_CASEBOOK: join(scratch, 'book') } });
  return { code: status, out: stdout, err: stderr };
}

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'audit-'));
  mkdirSync(join(scratch, 'good'));
  mkdirSync(join(scratch, 'bad'));
  const early = gunzipSync(readFileSync(join(root, 'test/fixtures/snapshots/v3.5.30/billing-single-early.db.gz')));
  const late = gunzipSync(readFileSync(join(root, 'test/fixtures/snapshots/v3.5.30/billing-single-before-delete.db.gz')));
  const after = gunzipSync(readFileSync(join(root, 'test/fixtures/snapshots/v3.5.30/billing-single-after-delete.db.gz')));
  writeFileSync(join(scratch, 'good/etcd-snapshot-20260301_010000.db'), early);
  writeFileSync(join(scratch, 'good/etcd-snapshot-20260301_020000.db'), late);
  for (const name of ['etcd-snapshot-20260301_010000.db', 'etcd-snapshot-20260301_020000.db']) copyFileSync(join(scratch, 'good', name), join(scratch, 'bad', name));
  writeFileSync(join(scratch, 'bad/etcd-snapshot-20260301_030000.db'), after);
  const flipped = Buffer.from(after);
  flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 4;
  writeFileSync(join(scratch, 'bad/etcd-snapshot-20260301_040000.db'), flipped);
  writeFileSync(join(scratch, 'bad/etcd-snapshot-20260301_050000.db'), '');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('etcd-autopsy audit', () => {
  it('passes good folders, and the second night reads nothing again', () => {
    const first = audit(join(scratch, 'good'), '--json');
    expect([first.code, first.err]).toEqual([0, '']);
    expect(JSON.parse(first.out)).toMatchObject({ schemaVersion: 1, outcome: 'good', read: 2, cached: 0, exitCode: 0, findings: [], files: [{ state: 'good', verdict: 'intact' }, { state: 'good' }] });
    const second = JSON.parse(audit(join(scratch, 'good'), '--json').out) as { read: number; cached: number; newestGood: { totalKeys: number; sha256: string } };
    expect([second.read, second.cached]).toEqual([0, 2]);
    expect(second.newestGood.sha256).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(join(scratch, 'good/etcd-snapshot-20260301_020000.db'), readFileSync(join(scratch, 'good/etcd-snapshot-20260301_010000.db')));
    expect(JSON.parse(audit(join(scratch, 'good'), '--json').out)).toMatchObject({ read: 1, cached: 1 });
  });

  it('fails bad folders with the reasons, in words and metrics', () => {
    const textfile = join(scratch, 'etcd.prom');
    const { code, out } = audit(join(scratch, 'bad'), '--max-age', '26h', '--min-keys-ratio', '0.9', '--textfile', textfile);
    expect(code).toBe(1);
    expect(out).toMatch(/damaged/);
    expect(out).toMatch(/keys/);
    expect(out).toMatch(/at most 1560 min/);
    expect(readFileSync(textfile, 'utf8')).toMatch(/etcd_autopsy_backups\{state="damaged"\} 1[^]*etcd_autopsy_audit_exit_code 1/);
  });

  it('opens packed copies and judges what is inside; what cannot be opened stays undecided', () => {
    const folder = join(scratch, 'packed');
    mkdirSync(folder);
    const whole = readFileSync(join(scratch, 'bad/etcd-snapshot-20260301_030000.db'));
    writeFileSync(join(folder, 'etcd-snapshot-20260301_030000.db.gz'), gzipSync(whole));
    writeFileSync(join(folder, 'etcd-snapshot-20260301_040000.db.gz'), gzipSync(readFileSync(join(scratch, 'bad/etcd-snapshot-20260301_040000.db'))));
    writeFileSync(join(folder, 'etcd-snapshot-20260301_050000.db.gz'), gzipSync(whole).subarray(0, 20_000));
    writeFileSync(join(folder, 'etcd-snapshot-20260301_060000.db.gpg'), Buffer.alloc(5000, 7));
    const { files, newestGood } = JSON.parse(audit(folder, '--json').out) as { files: readonly { state: string }[]; newestGood: { path: string; revision: number } };
    expect(files.map(({ state }) => state)).toEqual(['good', 'damaged', 'unchecked', 'unchecked']);
    expect(newestGood).toMatchObject({ path: expect.stringMatching(/030000/) as string, totalKeys: expect.any(Number) as number });
    expect(JSON.parse(audit(folder, '--json').out)).toMatchObject({ cached: 2 });
  });

  it('refuses wrong options and folders that do not exist', () => {
    expect(audit(join(scratch, 'missing')).code).toBe(2);
    expect(audit(join(scratch, 'good'), '--max-age', 'soon')).toMatchObject({ code: 2, err: expect.stringContaining('--max-age') as string });
    expect(audit(join(scratch, 'good'), '--schedule', 'now and then').code).toBe(2);
  });
});
