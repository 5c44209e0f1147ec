import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseFiles } from '../damage/cases.js';

const root = new URL('../../', import.meta.url).pathname;
let scratch = '';

function run(...words: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), ...words], { cwd: root, encoding: 'utf8', env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: '' } });
  return { code: status, out: stdout, err: stderr };
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'boot-'));
  const files = await baseFiles('dir-3.4.23-b');
  for (const [path, bytes] of files) {
    if (!path.startsWith('member/') || path.endsWith('.tmp')) continue;
    for (const copy of ['whole', 'broken']) {
      mkdirSync(dirname(join(scratch, copy, path)), { recursive: true });
      const changed = Buffer.from(bytes);
      if (copy === 'broken' && path.endsWith('.wal')) changed[60_000] = (changed[60_000] ?? 0) ^ 1;
      writeFileSync(join(scratch, copy, path), changed);
    }
  }
  mkdirSync(join(scratch, 'nothing'));
  spawnSync('tar', ['-C', join(scratch, 'whole'), '-czf', join(scratch, 'whole.tar.gz'), 'member']);
}, 60_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const served = { revision: 241, keys: 133 };

describe('etcd-autopsy boot', () => {
  it('judges a data directory, its member directory and a tar of it alike, in the fixed names', () => {
    for (const path of ['whole', 'whole/member', 'whole.tar.gz']) {
      const { code, out, err } = run('boot', join(scratch, path), '--etcd', '3.4.23', '--json');
      expect([code, err]).toEqual([0, '']);
      expect(JSON.parse(out)).toMatchObject({ result: 'ready', diesAt: null, message: null, causeFile: null, writable: true, hazard: null, served, memberId: '8e9e05c52164694d', clusterId: 'cdf818194e3a8c32', term: 2, appliedIndex: 263, walLastIndex: 263 });
    }
  });

  it('does not trust what it says of a directory that somebody writes to meanwhile', () => {
    const live = join(scratch, 'live');
    cpSync(join(scratch, 'whole'), live, { recursive: true });
    const db = join(live, 'member/snap/db');
    const writer = spawn('sh', ['-c', 'while :; do touch "$0"; sleep 0.02; done', db]);
    try {
      const { code, err } = run('boot', live, '--etcd', '3.4.23', '--json');
      expect([code, err]).toEqual([3, expect.stringContaining(`${db} was written to while it was read`)]);
    } finally {
      writer.kill('SIGKILL');
    }
  });

  it('names the words and the file of a start that fails', () => {
    const { code, out } = run('boot', join(scratch, 'broken'), '--etcd', '3.4.23', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ result: 'dies', diesAt: 'start', message: 'etcdmain: walpb: crc mismatch', causeFile: 'member/wal/0000000000000000-0000000000000000.wal', writable: false, served: null });
  });

  it('names what is wrong with the pages that end a start, and with the log', () => {
    const zeroed = join(scratch, 'zeroed');
    cpSync(join(scratch, 'whole'), zeroed, { recursive: true });
    const db = join(zeroed, 'member/snap/db');
    const bytes = readFileSync(db);
    writeFileSync(db, Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(bytes.length - 8192)]));
    const killed = JSON.parse(run('boot', zeroed, '--etcd', '3.5.30', '--json').out) as { result: string; message: string; problems: { code: string; message: string; page: number | null }[] };
    expect(killed.result).toBe('dies');
    expect(killed.problems[0]).toMatchObject({ code: 'boot.dies', message: `member/snap/db: etcd ends with "${killed.message}"` });
    expect(killed.problems.some(({ code, page }) => code.startsWith('bbolt.') && page !== null)).toBe(true);
  });

  it('warns of an empty data directory, which would become a new cluster', () => {
    const { code, out } = run('boot', join(scratch, 'nothing'), '--etcd', '3.5', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ result: 'ready', hazard: 'empty-cluster', served: { revision: 1, keys: 0 } });
  });

  it('reads what etcd reads: no copies deeper down or beside member/, and no segment that was moved away', () => {
    const copies = join(scratch, 'copies');
    cpSync(join(scratch, 'whole'), copies, { recursive: true });
    cpSync(join(scratch, 'whole/member'), join(copies, 'member.bak'), { recursive: true });
    cpSync(join(scratch, 'broken/member/wal'), join(copies, 'member/wal/old'), { recursive: true });
    cpSync(join(scratch, 'broken/member/snap'), join(copies, 'member/snap/old'), { recursive: true });
    expect(JSON.parse(run('boot', copies, '--etcd', '3.4.23', '--json').out)).toMatchObject({ result: 'ready', hazard: null, served });
    const moved = join(scratch, 'moved');
    cpSync(join(scratch, 'whole'), moved, { recursive: true });
    renameSync(join(moved, 'member/wal'), join(moved, 'member/old'));
    mkdirSync(join(moved, 'member/wal'));
    renameSync(join(moved, 'member/old'), join(moved, 'member/wal/old'));
    // 3.4.23 begins a new log, and its first writes time out; 3.3.25 takes the folder in wal/ for a log.
    expect(JSON.parse(run('boot', moved, '--etcd', '3.4.23', '--json').out)).toMatchObject({ result: 'ready', writable: false, hazard: 'writes-swallowed' });
    expect(JSON.parse(run('boot', moved, '--etcd', '3.3.25', '--json').out)).toMatchObject({ result: 'dies', message: 'etcdmain: wal: file not found' });
  });

  it('says which folder it judges where the data directory lies deeper', () => {
    const deeper = join(scratch, 'deeper');
    cpSync(join(scratch, 'whole'), join(deeper, 'default.etcd'), { recursive: true });
    expect(JSON.parse(run('boot', deeper, '--etcd', '3.4.23', '--json').out)).toMatchObject({ path: `${deeper}!/default.etcd`, result: 'ready', served });
  });

  it('follows no link, and says nothing of a start that would', () => {
    for (const [name, link] of [['linked-log', 'member/wal'], ['linked-db', 'member/snap/db'], ['linked-member', 'member']] as const) {
      const folder = join(scratch, name);
      cpSync(join(scratch, 'whole'), folder, { recursive: true });
      renameSync(join(folder, link), join(scratch, `${name}-target`));
      symlinkSync(join(scratch, `${name}-target`), join(folder, link));
      const { code, out } = run('boot', folder, '--etcd', '3.4.23', '--json');
      expect(code).toBe(3);
      expect(JSON.parse(out)).toMatchObject({ result: 'unknown', hazard: null, served: null, problems: [{ code: 'boot.not-read', message: `${link} is a link, and was not followed` }] });
    }
  });

  it('speaks plainly, in both languages, and refuses unknown versions', () => {
    expect(run('boot', join(scratch, 'whole')).out).toMatch(/STARTS\n {2}judged for etcd 3\.4\n {2}would serve 133 keys at revision 241/);
    expect(run('boot', join(scratch, 'broken'), '--lang', 'zh-CN').out).toContain('启动时崩溃');
    const wrong = run('boot', join(scratch, 'whole'), '--etcd', '2.3');
    expect([wrong.code, wrong.err.includes('3.3, 3.4, 3.5, 3.6 or 3.7')]).toEqual([2, true]);
  });
});

describe('etcd-autopsy wal show', () => {
  it('lists entries with what they ask for, and no values', () => {
    const { code, out } = run('wal', 'show', join(scratch, 'whole'), '--from', '262', '--json');
    const listing = JSON.parse(out) as { lastIndex: number; records: { index: number; what: string; keys: string[] }[] };
    expect([code, listing.lastIndex, listing.records.map(({ index }) => index)]).toEqual([0, 263, [262, 263]]);
    expect(listing.records[1]?.what).toMatch(/^(put|delete|txn|grant|revoke|v2)/);
  });

  it('shows where a log breaks', () => {
    const { code, out } = run('wal', 'show', join(scratch, 'broken/member/wal/0000000000000000-0000000000000000.wal'));
    expect(code).toBe(1);
    expect(out).toMatch(/BROKEN at 0000000000000000-0000000000000000\.wal, offset \d+: walpb: crc mismatch\netcd does not start with this log\./);
  });

  it('says of a log without a record that there is nothing in it', () => {
    for (const [name, bytes] of [['empty.wal', Buffer.alloc(0)], ['zeros.wal', Buffer.alloc(4096)]] as const) {
      writeFileSync(join(scratch, name), bytes);
      const { code, out } = run('wal', 'show', join(scratch, name), '--lang', 'en');
      expect(code).toBe(1);
      expect(out).toContain('there is no record in it');
      expect(out).not.toContain('term 0');
    }
  });
});
