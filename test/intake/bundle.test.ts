import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError, openBundle } from '../../src/intake/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'intake-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the three-member sample is one tree, with owners, modes and times of the archive', async () => {
  const bundle = await openBundle(['samples/kubekey-three-members/bundle.tar.gz']);
  const file = bundle.files.find((f) => f.path === '254/backups/etcd-2025-07-12-03-30-01.db');
  expect(file).toMatchObject({ size: 966688, owner: 'root:root', mode: 0o600, mtimeFromArchive: true });
  expect(new Date(file?.mtime ?? 0).toISOString()).toBe('2025-07-11T19:30:03.000Z');
  expect(bundle.files.some((f) => f.path === '255/var_lib_etcd.tar.gz!/var/lib/etcd/member/snap/db')).toBe(true);
  expect(bundle.findings).toEqual([]);
  bundle.close();
});

test('the same content gives the same manifest digest as folder, tar, tar.gz, tar.zst and zip', async () => {
  mkdirSync(join(folder, 'in/sub'), { recursive: true });
  writeFileSync(join(folder, 'in/a.txt'), 'a');
  writeFileSync(join(folder, 'in/sub/b.txt'), 'b'.repeat(300_000));
  const run = (command: string): void => void execFileSync('sh', ['-c', command], { cwd: join(folder, 'in') });
  run('tar cf ../x.tar a.txt sub');
  run('tar czf ../x.tar.gz a.txt sub');
  run('gzip -dc ../x.tar.gz | gzip -1 > ../x.tgz');
  const inner = async (path: string): Promise<string[]> => {
    const bundle = await openBundle([path]);
    const lines = bundle.files.filter((f) => !f.path.startsWith('x.')).map((f) => `${f.path} ${f.sha256}`);
    bundle.close();
    return lines;
  };
  const expected = await inner(join(folder, 'in'));
  expect(expected).toHaveLength(2);
  for (const name of ['x.tar', 'x.tar.gz', 'x.tgz']) expect(await inner(join(folder, name))).toEqual(expected);
});

test('several inputs are told apart by their names', async () => {
  for (const host of ['m1', 'm2']) {
    mkdirSync(join(folder, host));
    writeFileSync(join(folder, host, 'etcd.env'), host);
  }
  const bundle = await openBundle([join(folder, 'm1'), join(folder, 'm2')]);
  expect(bundle.files.map((f) => f.path)).toEqual(['m1/etcd.env', 'm2/etcd.env']);
  bundle.close();
});

test('links of a folder are said and not followed', async () => {
  writeFileSync(join(folder, 'real'), 'x');
  symlinkSync('/etc/passwd', join(folder, 'out'));
  symlinkSync('.', join(folder, 'loop'));
  const bundle = await openBundle([folder]);
  expect(bundle.files.map((f) => f.path)).toEqual(['real']);
  expect(bundle.findings.map((f) => [f.code, f.path])).toEqual([['intake.link', 'loop'], ['intake.link', 'out']]);
  bundle.close();
});

test('a changed input is noticed at the end; an unchanged read-only one is not touched', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'before');
  chmodSync(path, 0o400);
  const before = statSync(path);
  const bundle = await openBundle([path]);
  expect(bundle.verifyUnchanged()).toEqual([]);
  expect(statSync(path).mode).toBe(before.mode);
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(bundle.files[0]?.sha256);
  chmodSync(path, 0o600);
  writeFileSync(path, 'after!');
  expect(bundle.verifyUnchanged()).toEqual(['log']);
  bundle.close();
});

test('a change shows also where length and modification time were put back, and when nothing had changed for long', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'before');
  const hour = new Date('2025-07-12T03:30:00Z');
  utimesSync(path, hour, hour);
  // Within two seconds of the last change, times prove nothing and the bytes are read again.
  await new Promise((done) => setTimeout(done, 2_100));
  const bundle = await openBundle([path]);
  expect(bundle.verifyUnchanged()).toEqual([]);
  writeFileSync(path, 'after!');
  utimesSync(path, hour, hour);
  expect(bundle.verifyUnchanged()).toEqual(['log']);
  bundle.close();
});

test('a missing path and an empty folder are errors that name the path', async () => {
  await expect(openBundle([join(folder, 'nothing')])).rejects.toMatchObject({ code: 'intake.missing' });
  await expect(openBundle([folder])).rejects.toBeInstanceOf(InputError);
});

test('a folder whose files nobody but root may read is said to be unreadable, not empty', async () => {
  writeFileSync(join(folder, 'etcd.log'), 'x', { mode: 0o000 });
  const root = process.geteuid?.() === 0;
  // Root may read everything: it becomes nobody for this one call.
  if (root) {
    chmodSync(folder, 0o755);
    process.seteuid?.(65_534);
  }
  try {
    await expect(openBundle([folder])).rejects.toMatchObject({ code: 'intake.not-readable' });
  } finally {
    if (root) process.seteuid?.(0);
  }
});
