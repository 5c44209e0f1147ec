import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseFiles } from '../damage/cases.js';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const run = (...argv: string[]): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } =>
  spawnSync(process.execPath, ['--import', 'tsx', main, ...argv, '--lang', 'en'], { encoding: 'utf8' });

describe('the snapshot commands', { timeout: 180_000 }, () => {
  let folder = '';
  let good = '';
  let flipped = '';
  let cut = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'snapshot-commands-'));
    const bytes = (await baseFiles('snapshot-3.5.30-a')).get('snapshot.db') ?? Buffer.alloc(0);
    [good, flipped, cut] = ['good.db', 'flipped.db', 'cut.db'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(good, bytes);
    const changed = Buffer.from(bytes);
    changed[bytes.length - 1] = (changed[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(flipped, changed);
    writeFileSync(cut, bytes.subarray(0, 900_000));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says nothing when the reader of its output has enough', () => {
    const piped = spawnSync('bash', ['-c', 'set -o pipefail; "$@" | true', 'bash', process.execPath, '--import', 'tsx', main, 'snapshot', 'keys', good], { encoding: 'utf8' });
    expect([piped.status, piped.stderr]).toEqual([0, '']);
  });

  it('check: fixed names in JSON, and exit codes that a script can use', () => {
    const answer = run('snapshot', 'check', good, '--json');
    const json = JSON.parse(answer.stdout) as Record<string, unknown>;
    expect(answer.status).toBe(0);
    expect(Object.keys(json)).toEqual(['path', 'sha256', 'verdict', 'digest', 'revision', 'totalKeys', 'hash', 'clusterId', 'problems', 'restore', 'damage']);
    expect(Object.keys(json['restore'] as object)).toEqual(['3.3', '3.4', '3.5', '3.6', '3.7']);
    expect(run('snapshot', 'check', flipped).status).toBe(1);
    expect(run('snapshot', 'check', cut).stdout).toContain('CUT OFF');
    expect(run('snapshot', 'check', join(folder, 'no-such-file')).status).toBe(2);
  });

  it('takes the language before the words of the command, too', () => {
    const answer = run('--lang', 'zh-CN', 'snapshot', 'check', '--no-keys-hash', good);
    expect([answer.stdout.split('\n')[0], answer.stderr, answer.status]).toEqual([`${good}: 完好`, '', 0]);
  });

  it('status: the tool\'s own line, plus what the tool never reads', () => {
    const plain = run('snapshot', 'status', flipped, '--compat', '3.5.16');
    expect(plain.stdout).toBe(run('snapshot', 'status', good, '--compat', '3.5.16').stdout);
    expect(plain.status).toBe(1);
    expect(plain.stderr).toContain('digest is wrong');
    const theirs = run('snapshot', 'status', flipped, '--compat', '3.5.16', '--compat-exit');
    expect([theirs.status, theirs.stderr]).toEqual([0, '']);
    expect(run('snapshot', 'status', cut, '--compat-exit').status).toBe(2);
  });

  it('keys and salvage: list what survives, write what is whole', () => {
    const all = run('snapshot', 'keys', good).stdout.trim().split('\n');
    const surviving = run('snapshot', 'keys', cut, '--salvage', '--json').stdout.trim().split('\n').map((line) => JSON.parse(line) as { key: string; page: number; confidence: string });
    expect(surviving.length).toBeGreaterThan(10);
    expect(surviving.length).toBeLessThan(all.length);
    const out = join(folder, 'salvaged.db');
    expect(run('snapshot', 'salvage', cut, '--out', out).status).toBe(0);
    expect(run('snapshot', 'check', out).status).toBe(0);
    expect(run('snapshot', 'salvage', cut, '--out', out).status).toBe(2);
  });

  it('never touches an input, not even one that it could not write', () => {
    chmodSync(good, 0o400);
    const before = readFileSync(good);
    const mtime = statSync(good).mtimeMs;
    for (const argv of [['snapshot', 'check', good], ['snapshot', 'status', good], ['hashkv', good], ['snapshot', 'keys', good], ['snapshot', 'salvage', good, '--out', join(folder, 'copy.db')]]) expect(run(...argv).status).toBe(0);
    expect(Buffer.compare(readFileSync(good), before)).toBe(0);
    expect([statSync(good).mtimeMs, statSync(good).mode & 0o777]).toEqual([mtime, 0o400]);
  });
});
