import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCasebook } from '../../src/casebook/index.js';
import type { Case } from '../../src/case/model.js';
import type { SnapshotReport } from '../../src/etcd/verdict.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casebook-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const book = (): string => join(folder, 'book');

/** As much of a case as the casebook looks at. */
function aCase(manifestSha256: string, title: string): Case {
  return { manifestSha256, title, language: 'en', recommendation: { kind: 'restore-snapshot', why: [], candidate: { path: 's.db', sha256: null } }, candidates: [{ path: 's.db', kind: 'snapshot' }], hosts: [{ name: 'cp1' }], installation: { id: 'kubeadm', etcdVersion: { value: '3.5.16' } }, outage: { start: { notBefore: null, notAfter: null } } } as unknown as Case;
}
const first = 'a'.repeat(64);

test('notes survive when the same input is analysed again', async () => {
  const casebook = await openCasebook(book());
  const { id } = await casebook.putCase(aCase(first, 'power cut'), new Date(0));
  await casebook.putNotes(id, { impact: 'the shop was closed' });
  await casebook.putCase(aCase(first, 'power cut, second look'), new Date(1000));
  const found = await casebook.readCase('aaaa');
  expect(found).toMatchObject({ value: { title: 'power cut, second look' }, notes: { impact: 'the shop was closed' } });
  expect(await casebook.cases()).toMatchObject([{ analysedAt: '1970-01-01T00:00:01.000Z', outcome: 'restore-snapshot', hosts: ['cp1'], installation: 'kubeadm', etcdVersion: '3.5.16' }]);
  await casebook.removeCase(id);
  expect(await casebook.cases()).toEqual([]);
  await expect(casebook.readCase(id)).rejects.toMatchObject({ code: 'casebook.unknown-case' });
  await casebook.close();
});

test('an id that two cases share, or that is none, is refused', async () => {
  const casebook = await openCasebook(book());
  await casebook.putCase(aCase(`aaaab${'0'.repeat(59)}`, 'one'), new Date(0));
  await casebook.putCase(aCase(`aaaac${'0'.repeat(59)}`, 'two'), new Date(0));
  for (const id of ['aaaa', '', '../x', 'entry!']) await expect(casebook.readCase(id)).rejects.toMatchObject({ code: 'casebook.unknown-case' });
  expect((await casebook.readCase('aaaab')).value.title).toBe('one');
  await casebook.close();
});

test('verdicts keep their 64-bit numbers and belong to one version of the program', async () => {
  const casebook = await openCasebook(book());
  const report = { sha256: first, revision: 9_007_199_254_740_993n } as SnapshotReport;
  await casebook.putVerdict(first, '1.0.0', report);
  expect((await casebook.verdict(first, '1.0.0'))?.revision).toBe(9_007_199_254_740_993n);
  expect(await casebook.verdict(first, '1.0.1')).toBeNull();
  await casebook.close();
});

test('a second process is told that the casebook is in use', async () => {
  const casebook = await openCasebook(book());
  const other = spawn(process.execPath, ['--import', 'tsx', '-e', script(`try { await openCasebook(${JSON.stringify(book())}); } catch (e) { console.log(e.code); }`)]);
  expect(await output(other)).toBe('casebook.locked');
  await casebook.close();
});

test('a process killed while it writes loses nothing that it had reported as stored', async () => {
  const writer = spawn(process.execPath, [
    '--import', 'tsx', '-e',
    script(`
      const casebook = await openCasebook(${JSON.stringify(book())});
      for (let i = 0; ; i++) {
        const manifestSha256 = String(i).padStart(12, '0').padEnd(64, 'f');
        await casebook.putCase({ manifestSha256, title: 't' + i, language: 'en', recommendation: { kind: 'none', why: [] }, candidates: [], hosts: [], installation: { id: 'unknown', etcdVersion: null }, outage: { start: {} }, filler: 'x'.repeat(20000) }, new Date(i));
        console.log(i);
      }`),
  ]);
  let stored = -1;
  writer.stdout?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) stored = Number(line);
    if (stored > 20) writer.kill('SIGKILL');
  });
  await once(writer, 'close');
  const casebook = await openCasebook(book());
  const cases = await casebook.cases();
  expect(cases.length).toBeGreaterThan(stored);
  expect((await casebook.readCase(String(stored).padStart(12, '0'))).value.title).toBe(`t${stored}`);
  await casebook.close();
});

/** A mount of its own for one test: root needs no user namespace. */
const ownMounts = process.getuid?.() === 0 ? ['-m', '--propagation', 'private'] : ['-rm', '--propagation', 'private'];
const mayMount = spawnSync('unshare', [...ownMounts, 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;

test.skipIf(!mayMount)('a full disk is said, and what was stored before is there again when the disk has room', async () => {
  mkdirSync(book());
  const child = spawn('unshare', [...ownMounts, 'sh', '-c', `mount -t tmpfs -o size=600k none ${book()} && exec ${process.execPath} --import tsx -e "$1"`, 'sh', script(`
    const { execFileSync } = await import('node:child_process');
    const folder = ${JSON.stringify(book())};
    const full = await openCasebook(folder);
    let stored = 0;
    let said = '';
    while (said === '') {
      const value = { manifestSha256: String(stored).padStart(12, '0').padEnd(64, 'f'), title: 't', language: 'en', recommendation: { kind: 'none', why: [] }, candidates: [], hosts: [], installation: { id: 'unknown', etcdVersion: null }, outage: { start: {} }, filler: 'x'.repeat(50000) };
      await full.putCase(value, new Date(stored)).then(() => { stored += 1; }, (e) => { said = e.code; });
    }
    await full.close();
    execFileSync('mount', ['-o', 'remount,size=20m', folder]);
    const roomy = await openCasebook(folder);
    console.log(JSON.stringify([said, stored > 3, (await roomy.cases()).length === stored]));
    await roomy.close();`)]);
  expect(await output(child)).toBe('["casebook.no-space",true,true]');
});

test('a store of a newer version and a folder of something else are left alone', async () => {
  const casebook = await openCasebook(book());
  await casebook.close();
  const db = new Level<string, string>(book());
  await db.put('meta!version', '99');
  await db.close();
  await expect(openCasebook(book())).rejects.toMatchObject({ code: 'casebook.newer-version', params: { found: '99', known: 1 } });
  writeFileSync(join(folder, 'letter.txt'), 'dear');
  await expect(openCasebook(folder)).rejects.toMatchObject({ code: 'casebook.not-a-casebook' });
});

function script(body: string): string {
  return `import('./src/casebook/index.ts').then(async ({ openCasebook }) => { ${body} });`;
}

async function output(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.trim();
}
