import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case } from '../../src/case/model.js';
import { writeRestoreFolder } from '../../src/recovery/plan-folder.js';
import { makePlan } from '../../src/recovery/plan.js';
import { chooseServer, plannedRestore, rehearse, serverIn, type EtcdServer } from '../../src/rehearsal/index.js';
import { candidateOf, draftOf, recommend } from '../recovery/hand-draft.js';
import { layouts } from '../recovery/layouts.js';
import { etcdFolder } from '../recovery/scratch-hosts.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const snapshot = join(root, 'samples/kubespray-transcript/bundle/snapshot (1).db');
const lacking = ['3.5.16', '3.5.30', '3.6.16'].filter((version) => etcdFolder(version) === null);
const reason = lacking.length > 0 ? `etcd ${lacking.join(', ')} is missing: node scripts/test-setup.mjs` : null;
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

/** Writes `case.json` and `restore/` of one layout as an analysis would. */
function caseFolder(folder: string, id: keyof typeof layouts, members: number, version: string): Case {
  const layout = layouts[id];
  const names = Array.from({ length: members }, (_, i) => ({ name: `${id}-${i + 1}`, address: `10.88.0.${i + 1}` }));
  const cluster = names.map((host, i) => `${layout.memberName(host, i)}=https://${host.address}:2380`).join(',');
  const facts = names.flatMap((host, i) => layout.facts(host, Object.fromEntries(Object.entries(layout.files(host, layout.memberName(host, i), cluster)).map(([path, text]) => [path, text.replace('VERSION', version)]))));
  const candidate = candidateOf(snapshot, { revision: 8385, liveKeys: 153 });
  const draft = draftOf(facts, names, [candidate], version);
  const plan = makePlan(draft, recommend('restore-snapshot', candidate));
  const bytes = readFileSync(snapshot);
  writeRestoreFolder(plan, join(folder, 'restore'), { snapshot: { byteLength: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }, language: 'en' });
  const value = { tool: { name: 'etcd-autopsy', version: '0' }, candidates: [], members: draft.members, installation: draft.installation, plan, rehearsal: null } as unknown as Case;
  writeFileSync(join(folder, 'case.json'), JSON.stringify(value));
  return value;
}

describe('reading the plan back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planned-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('all members, their URLs, token and flags come from the printed commands', () => {
    expect(plannedRestore(caseFolder(folder, 'kubeasz', 3, '3.5.30'))).toEqual({
      members: [1, 2, 3].map((i) => ({ name: `etcd-10.88.0.${i}`, peerUrl: `https://10.88.0.${i}:2380`, hasWalDir: true })),
      initialCluster: [1, 2, 3].map((i) => `etcd-10.88.0.${i}=https://10.88.0.${i}:2380`).join(','), token: 'etcd-cluster-0', bump: 1_000_000_000, skipHashCheck: false,
    });
  });

  test('a plan without restore steps gives nothing', () => {
    expect(plannedRestore({ plan: null } as Case)).toBeNull();
  });
});

test('the server: exactly the wanted version, else the nearest of its line, else a newer line', () => {
  const servers = ['3.3.25', '3.4.23', '3.5.16', '3.5.30', '3.6.16'].map((version): EtcdServer => ({ version, etcd: '', restorer: '' }));
  const chosen = (wanted: string, from = servers): string | null => chooseServer(from, wanted)?.version ?? null;
  expect(['3.5.16', '3.5.20', '3.5.99', '3.4.13', '3.2.18'].map((wanted) => chosen(wanted))).toEqual(['3.5.16', '3.5.30', '3.5.30', '3.4.23', '3.3.25']);
  expect(chosen('3.4.13', servers.slice(2))).toBe('3.5.16');
  expect(chosen('3.7.1')).toBeNull();
  expect(chosen('3.5.1', [])).toBeNull();
});

interface Ran { readonly status: number | null; readonly out: string; readonly err: string }

/** Runs the command in a process of its own with a private folder for scratch files. */
async function run(words: readonly string[], scratch: string, whenPrinted?: (text: string, kill: () => void) => void): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'rehearse', ...words], { cwd: root, env: { ...process.env, TMPDIR: scratch, PATH: '/usr/bin:/bin', LANG: 'C' } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      whenPrinted?.(out, () => child.kill('SIGINT'));
    });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    child.on('close', (status) => resolve({ status, out, err }));
  });
}

/** Processes whose command line names the folder. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).flatMap((entry) => {
    try {
      const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
      return line.includes(folder) && line.includes('--listen-peer-urls') ? [line] : [];
    } catch {
      return [];
    }
  });
}

describe.skipIf(reason !== null)(`etcd-autopsy rehearse${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let folder = '';
  let scratch = '';
  const bin = join(root, '.cache/etcd');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
    scratch = join(folder, 'scratch');
    mkdirSync(scratch);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const clean = async (): Promise<void> => {
    await expect.poll(() => processesOf(scratch), { timeout: 10_000 }).toEqual([]);
    expect(readdirSync(scratch).filter((name) => name.startsWith('etcd-'))).toEqual([]);
  };

  test('three members pass, the result stands in the case, and nothing stays', async () => {
    caseFolder(folder, 'kubeasz', 3, '3.5.30');
    const ran = await run([folder, '--etcd-bin', bin, '--json'], scratch);
    expect(ran.err + ran.out).toContain('"passed": true');
    expect(ran.status).toBe(0);
    const value = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Case;
    expect(value.rehearsal).toMatchObject({ etcdVersion: '3.5.30', passed: true });
    const checks = new Map(value.rehearsal?.checks.map((one) => [one.what, one.actual]));
    expect(checks.get('revision')).toBe('1000008385');
    expect(checks.get('live keys')).toBe('153');
    expect([...checks.keys()]).toEqual(expect.arrayContaining(['every key, its revision and its value (SHA-256)', 'the same hash on all members', 'a write commits', 'roll-back brings the old directory back']));
    await clean();
  }, 60_000);

  test('Ctrl-C in the middle, pressed more than once, leaves no process and no file', async () => {
    caseFolder(folder, 'kubekey', 3, '3.5.16');
    const ran = await run([join(folder, 'case.json'), '--etcd-bin', bin], scratch, (text, kill) => {
      if (!text.includes('leader')) return;
      kill();
      kill();
    });
    expect(ran.status).toBe(130);
    await clean();
  }, 60_000);

  test('another version is used with a warning; none at all is said, with what was found', async () => {
    caseFolder(folder, 'systemd', 1, '3.5.20');
    const near = await run([folder, '--etcd-bin', bin], scratch);
    expect(near.err).toContain('No etcd 3.5.20 here; rehearsed with 3.5.30 instead. This does not prove');
    expect(near.status).toBe(0);
    caseFolder(folder, 'systemd', 1, '3.7.1');
    const none = await run([folder, '--etcd-bin', join(bin, '3.6.16')], scratch);
    expect(none).toMatchObject({ status: 3 });
    expect(none.err).toContain('Found: 3.6.16');
    await clean();
  }, 60_000);

  test('a snapshot that is not the planned one is refused', async () => {
    caseFolder(folder, 'systemd', 1, '3.5.16');
    writeFileSync(join(folder, 'other.db'), createHash('sha256').update('x').digest());
    expect(await run([folder, '--snapshot', join(folder, 'other.db')], scratch)).toMatchObject({ status: 2 });
  }, 60_000);

  test('a cluster that serves something else than predicted fails', async () => {
    const plan = plannedRestore(caseFolder(folder, 'systemd', 1, '3.6.16'));
    const server = serverIn(etcdFolder('3.6.16') ?? '');
    if (plan === null || server === null) throw new Error('no plan or no server');
    const result = await rehearse({ server, plan, snapshot, predicted: { revision: 8385, keys: 154, keysHash: 'f'.repeat(64), alarms: 0 }, language: 'en' });
    expect(result.passed).toBe(false);
    expect(result.checks.filter((one) => !one.passed).map((one) => one.what)).toEqual(['live keys', 'every key, its revision and its value (SHA-256)']);
  }, 60_000);
});
