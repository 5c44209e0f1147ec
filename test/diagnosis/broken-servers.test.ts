import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/broken-servers/server.js';
import type { Cause } from '../../src/case/model.js';
import { etcdFolder } from '../recovery/scratch-hosts.js';
import { diagnosed } from './diagnosed.js';

const versions = ['3.4.23', '3.6.16'] as const;
const lacking = [...versions, '3.5.30'].filter((version) => etcdFolder(version) === null);
const reason = lacking.length > 0 ? `etcd ${lacking.join(', ')} is missing: node scripts/test-setup.mjs` : null;
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

const scratch = mkdtempSync(join(tmpdir(), 'broken-'));
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly client: string;
  readonly peer: string;
  /** What it said until it ended, or said `until`. */
  readonly log: () => string;
  readonly ended: Promise<void>;
}

interface Start {
  readonly dir: string;
  readonly flags?: readonly string[];
  readonly until?: RegExp;
  readonly ports?: readonly [number, number];
  readonly name?: string;
  readonly cluster?: string | null;
}

const ready = /ready to serve client requests|serving (?:client traffic )?insecure/;

/** Starts a real server on loopback and waits until it ends, says `until`, or ten seconds have passed. */
async function start(version: string, { dir, flags = [], until = ready, ports, name = 'default', cluster }: Start): Promise<Run> {
  const [clientPort, peerPort] = ports ?? [await freePort(), await freePort()];
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const members = cluster === null ? [] : ['--initial-cluster', cluster ?? `${name}=${peer}`];
  const child = spawn(join(etcdFolder(version)!, 'etcd'), ['--name', name, '--data-dir', dir, '--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, ...members, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let said = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve(void running.delete(child))));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 10_000);
    const more = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      if (until.test(said)) resolve(clearTimeout(timer));
    };
    child.stdout!.on('data', more);
    child.stderr!.on('data', more);
    void ended.then(() => resolve(clearTimeout(timer)));
  });
  return { child, client, peer, log: () => said, ended };
}

async function kill(run: Run): Promise<void> {
  run.child.kill('SIGKILL');
  await run.ended;
}

/** Writes one key; null, or the words of the refusal. */
async function put(client: string, key: string, bytes = 200): Promise<string | null> {
  const answer = await fetch(`${client}/v3/kv/put`, { method: 'POST', body: JSON.stringify({ key: Buffer.from(key).toString('base64'), value: Buffer.alloc(bytes, 'v').toString('base64') }) });
  const body = (await answer.json()) as { readonly error?: string; readonly message?: string };
  return answer.status === 200 ? null : (body.error ?? body.message ?? '');
}

/** The log under the name that `journalctl -u etcd` or a pod would give it, and what the diagnosis makes of it. */
async function causesOf(log: string): Promise<readonly Cause[]> {
  return (await diagnosed({ 'etcd.log': log })).causes;
}

/** What broke it, without what merely let it happen. */
const firm = (causes: readonly Cause[]): readonly string[] => causes.filter((cause) => (cause.confidence === 'proven' || cause.confidence === 'likely') && cause.role !== 'contributing').map((cause) => cause.id);

describe.skipIf(reason !== null).each(versions)('a real etcd %s, broken', (version) => {
  const base = join(scratch, version);

  beforeAll(async () => {
    const run = await start(version, { dir: base, flags: ['--snapshot-count', '50'] });
    for (let i = 0; i < 180; i++) await put(run.client, `key-${i % 90}`);
    await kill(run);
  });

  const copy = (): string => {
    const dir = mkdtempSync(join(scratch, 'run-'));
    cpSync(base, dir, { recursive: true });
    return dir;
  };
  const rerun = async (dir: string): Promise<readonly Cause[]> => {
    const run = await start(version, { dir });
    await kill(run);
    return causesOf(run.log());
  };

  it('bad pages: the database is damaged', async () => {
    const dir = copy();
    const db = join(dir, 'member/snap/db');
    const bytes = readFileSync(db);
    bytes.fill(0, 2 * 4096);
    writeFileSync(db, bytes);
    expect(firm(await rerun(dir))[0]).toBe('db-damaged');
  });

  it('a flipped bit in the log: the log is damaged', async () => {
    const dir = copy();
    const wal = join(dir, 'member/wal', readdirSync(join(dir, 'member/wal')).find((name) => name.endsWith('.wal'))!);
    const bytes = readFileSync(wal);
    bytes[9000] = bytes[9000]! ^ 0x10;
    writeFileSync(wal, bytes);
    expect(firm(await rerun(dir))[0]).toBe('wal-damaged');
  });

  it('an emptied database: it does not fit the raft snapshot', async () => {
    const dir = copy();
    truncateSync(join(dir, 'member/snap/db'), 0);
    expect(firm(await rerun(dir))[0]).toBe('snap-db-mismatch');
  });

  it('a damaged raft snapshot: etcd falls back and starts, nothing is called damage', async () => {
    const dir = copy();
    const newest = readdirSync(join(dir, 'member/snap')).filter((name) => name.endsWith('.snap')).sort().at(-1)!;
    truncateSync(join(dir, 'member/snap', newest), 0);
    expect(firm(await rerun(dir))).toEqual([]);
  });

  it('undamaged: nothing is firm', async () => {
    expect(firm(await rerun(copy()))).toEqual([]);
  });

  it('a name that the cluster does not have', async () => {
    const run = await start(version, { dir: join(scratch, `name-${version}`), name: 'node9', cluster: 'node1=http://127.0.0.1:1' });
    await kill(run);
    expect(firm(await causesOf(run.log()))[0]).toBe('member-address-wrong');
  });

  it('a member that shall join a cluster that does not answer', async () => {
    const peer = await freePort();
    const run = await start(version, { dir: join(scratch, `join-${version}`), name: 'b', ports: [await freePort(), peer], cluster: `a=http://127.0.0.1:1,b=http://127.0.0.1:${peer}`, flags: ['--initial-cluster-state', 'existing'] });
    await kill(run);
    expect(firm(await causesOf(run.log()))[0]).toBe('wrong-cluster-state');
  });

  it('a second etcd on the same port', async () => {
    const first = await start(version, { dir: copy() });
    const ports = [Number(new URL(first.client).port), Number(new URL(first.peer).port)] as const;
    const second = await start(version, { dir: copy(), ports });
    await kill(second);
    await kill(first);
    expect(firm(await causesOf(second.log()))[0]).toBe('second-etcd');
  });

  it('a database over its quota', async () => {
    const run = await start(version, { dir: join(scratch, `quota-${version}`), flags: ['--quota-backend-bytes', '262144'] });
    let refused: string | null = null;
    for (let i = 0; i < 40 && refused === null; i++) refused = await put(run.client, `big-${i}`, 40_000);
    expect(refused).not.toBeNull();
    await kill(run);
    // 3.6 keeps silent about it in its own log: the words of the client tell.
    const { causes } = await diagnosed({ 'etcd.log': run.log(), 'terminal.txt': `[root@cp1 ~]# etcdctl put a b\nError: ${refused!}\n` });
    expect(firm(causes)[0]).toBe('nospace-alarm');
  });
});

describe.skipIf(reason !== null)('real servers that do not fit together', () => {
  it('an older etcd on the data of a newer one', async () => {
    const dir = join(scratch, 'newer');
    const newer = await start('3.5.30', { dir });
    await put(newer.client, 'a');
    newer.child.kill('SIGTERM');
    await newer.ended;
    const older = await start('3.4.23', { dir });
    await kill(older);
    expect(firm(await causesOf(older.log()))[0]).toBe('version-mismatch');
  });

  it('members of two clusters', async () => {
    const [peerA, peerB] = [await freePort(), await freePort()];
    const cluster = `a=http://127.0.0.1:${peerA},b=http://127.0.0.1:${peerB}`;
    const a = await start('3.5.30', { dir: join(scratch, 'mixed-a'), name: 'a', ports: [await freePort(), peerA], cluster, flags: ['--initial-cluster-token', 'one'], until: /cluster ID mismatch|never/ });
    const b = await start('3.5.30', { dir: join(scratch, 'mixed-b'), name: 'b', ports: [await freePort(), peerB], cluster, flags: ['--initial-cluster-token', 'two'], until: /cluster ID mismatch/ });
    await kill(b);
    await kill(a);
    expect(firm(await causesOf(b.log()))[0]).toBe('snapshots-mixed');
  });
});
