import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/commands/analyze.js';
import { openOutFolder, refusal } from '../../src/cli/analysis/out-folder.js';
import type { Case } from '../../src/case/model.js';
import { longLogs } from '../long-log.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sample = join(root, 'samples/kubespray-transcript/bundle');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program from its source; `onErr` sees progress as it comes. */
function run(args: readonly string[], folder: string, onErr: (text: string, stop: () => void) => void = () => undefined): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), ...args], { cwd: root, env: { ...process.env, TMPDIR: folder, LANG: 'C.UTF-8', NO_COLOR: '1' } });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      err += text.toString();
      onErr(err, () => child.kill('SIGINT'));
    });
    child.on('error', failed);
    child.on('close', (code) => done({ code, out, err }));
  });
}

let folder: string;
let scratch: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'analyze-cli-'));
  scratch = join(folder, 'tmp');
  mkdirSync(scratch);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the program may have left in its temporary folder (the loader of the tests has a cache of its own). */
const leftovers = (): string[] => readdirSync(scratch).filter((name) => !name.startsWith('tsx') && !name.startsWith('node-compile-cache'));

describe('etcd-autopsy analyze', () => {
  it('writes the whole report and says the verdict in about ten lines', async () => {
    const out = join(folder, 'report');
    const { code, out: said, err } = await run(['analyze', sample, '--out', out, '--no-pdf'], scratch);
    expect(code).toBe(0);
    expect(said).toContain('snapshot (1).db');
    expect(said.trim().split('\n').length).toBeLessThanOrEqual(14);
    expect(err.split('\n')[0]).toMatch(/Opening the bundle/);
    for (const name of ['postmortem.md', 'postmortem.html', 'case.json', 'timeline.csv', 'restore/RUNBOOK.md', 'restore/plan.json', 'restore/restore-node1.sh', 'restore/snapshot.db']) expect(existsSync(join(out, name)), name).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['report', 'tmp']);
    expect(leftovers()).toEqual([]);
    const again = await run(['analyze', sample, '--out', out, '--no-pdf'], scratch);
    expect(again.code).toBe(2);
    expect(again.err).toContain('--force');
  });

  it('prints the case as JSON, in Chinese, without writing anything', async () => {
    const { code, out } = await run(['analyze', sample, '--json', '--lang', 'zh-CN'], scratch);
    expect(code).toBe(0);
    const value = JSON.parse(out) as Case;
    expect(value.language).toBe('zh-CN');
    expect(value.recommendation.why[0]!.text).toMatch(/[\u4e00-\u9fff]/);
    expect(readdirSync(folder)).toEqual(['tmp']);
  });

  it('refuses what it cannot read with exit code 2', async () => {
    const missing = await run(['analyze', join(folder, 'nowhere')], scratch);
    expect([missing.code, missing.err.includes('does not exist')]).toEqual([2, true]);
    mkdirSync(join(folder, 'empty'));
    const empty = await run(['analyze', join(folder, 'empty')], scratch);
    expect([empty.code, empty.err.includes('holds no files')]).toEqual([2, true]);
    const zone = await run(['analyze', sample, '--zone', 'Mars/Olympus'], scratch);
    expect(zone.code).toBe(2);
    const language = await run(['analyze', sample, '--lang', 'fr'], scratch);
    expect([language.code, language.err.includes('en, zh-CN')]).toEqual([2, true]);
  });

  it.each([['once', 0], ['by an impatient user', 50]])('leaves nothing behind when it is interrupted %s', async (_how, times) => {
    const out = join(folder, 'report');
    let stopped = false;
    const { code } = await run(['analyze', longLogs(scratch), '--out', out, '--no-pdf'], scratch, (err, stop) => {
      if (stopped || !err.includes('Reading artifacts')) return;
      stopped = true;
      for (let i = 0; i <= times; i++) setTimeout(stop, i);
    });
    // The last of many signals may come when all is done and the program has stopped to listen.
    expect(times === 0 ? [130] : [130, null]).toContain(code);
    expect(readdirSync(folder)).toEqual(['tmp']);
    expect(leftovers()).toEqual(['long-logs']);
  });
});

describe('the folder of a report', () => {
  it('is refused when it holds something, and kept but for our own files with --force', () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    expect(refusal(out, false)).toBeNull();
    writeFileSync(join(out, 'mine.txt'), 'kept');
    writeFileSync(join(out, 'case.json'), 'old');
    expect(refusal(out, false)).toBe('not-empty');
    expect(refusal(out, true)).toBeNull();
    expect(refusal(join(out, 'mine.txt'), true)).toBe('not-a-folder');
    const work = openOutFolder(out);
    writeFileSync(join(work.work, 'case.json'), 'new');
    work.commit();
    expect(readdirSync(out).sort()).toEqual(['case.json', 'mine.txt']);
    expect(readFileSync(join(out, 'case.json'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['out', 'tmp']);
  });

  it('does not exist before everything is written', () => {
    const out = join(folder, 'deep', 'out');
    const work = openOutFolder(out);
    writeFileSync(join(work.work, 'case.json'), '{}');
    expect(existsSync(out)).toBe(false);
    work.discard();
    expect(readdirSync(join(folder, 'deep'))).toEqual([]);
  });
});

describe('the exit code', () => {
  const ended = (kind: Case['recommendation']['kind'], why: string): number => exitCodeOf({ recommendation: { kind, why: [{ key: why, params: {}, text: '' }] } } as unknown as Case);
  it.each([
    ['restore-snapshot', 'recommend.why.etcd-down', 0],
    ['none', 'recommend.why.healthy', 0],
    ['none', 'recommend.why.none-safe', 1],
    ['none', 'recommend.why.two-clusters', 3],
    ['none', 'recommend.why.no-candidates', 3],
  ] as const)('of %s because of %s is %i', (kind, why, code) => {
    expect(ended(kind, why)).toBe(code);
  });
});
