// Runs real etcd programs on damaged files and says what they did.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Files } from '../../test/damage/edits.js';
import { freePort } from '../broken-servers/server.js';

const programs = fileURLToPath(new URL('../../.cache/etcd/', import.meta.url));

/** What a start came to. `log` is all that it wrote. */
export interface RealBoot {
  readonly result: 'ready' | 'dies' | 'hangs';
  /** Of every key, as `keysHash` of the fixtures is defined; null when it did not answer. */
  readonly served: { readonly revision: string; readonly keys: number; readonly keysHash: string } | null;
  readonly writable: boolean | null;
  /** What `endpoint hashkv` says; null when it did not answer. */
  readonly hashKv: { readonly hash: number; readonly compactRevision: string } | null;
  readonly log: string;
}

/** What a program that ends did. */
export interface RealRun {
  readonly ok: boolean;
  /** False when it was still at it after 25 seconds. */
  readonly ended: boolean;
  readonly output: string;
}

const program = (version: string, name: string): string => join(programs, version, name);
export const isThere = (version: string): boolean => existsSync(program(version, 'etcd'));

export function writeFiles(folder: string, files: Files, keep: (path: string) => boolean): void {
  for (const [path, bytes] of files) {
    if (!keep(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const used = usedLength(bytes);
    writeFileSync(join(folder, path), bytes.subarray(0, used));
    // The zeros of a preallocated segment need not be written.
    if (used < bytes.length) truncateSync(join(folder, path), bytes.length);
  }
}

const zeros = Buffer.alloc(1 << 20);

/** Length without whole megabytes of zeros at the end. */
function usedLength(bytes: Buffer): number {
  let end = bytes.length;
  while (end >= zeros.length && bytes.subarray(end - zeros.length, end).equals(zeros)) end -= zeros.length;
  return end;
}

export const scratchFolder = (): string => mkdtempSync(join(tmpdir(), 'etcd-autopsy-hunt-'));
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

const minor = (version: string): number => Number(version.split('.')[1]);

/** Where a member answers, and as whom it is asked. */
export interface Client {
  readonly version: string;
  readonly port: number;
  readonly token?: string;
}

/** One request to the JSON gateway, as root where the server wants to know who asks; null when it failed or took too long. */
export async function ask(client: Client, path: string, body: object, milliseconds = 8000): Promise<Record<string, unknown> | null> {
  const answer = await request(client, path, body, milliseconds);
  if (client.token !== undefined || !/user name is empty/.test(String(answer?.['error']))) return answer === null || 'error' in answer ? null : answer;
  const token = (await request(client, 'auth/authenticate', { name: 'root', password: 'rootpw' }, milliseconds))?.['token'];
  return typeof token === 'string' ? ask({ ...client, token }, path, body, milliseconds) : null;
}

async function request({ version, port, token }: Client, path: string, body: object, milliseconds: number): Promise<Record<string, unknown> | null> {
  const prefix = minor(version) === 3 ? 'v3beta' : 'v3';
  try {
    const response = await fetch(`http://127.0.0.1:${port}/${prefix}/${path}`, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(milliseconds), ...(token === undefined ? {} : { headers: { Authorization: token } }) });
    const answer = await response.json() as Record<string, unknown>;
    // Later versions call it a message.
    return response.ok ? answer : { error: answer['error'] ?? answer['message'] };
  } catch {
    return null;
  }
}

/** The key of the one write that is tried; it does not count as served. */
const probe = Buffer.from('zz-probe').toString('base64');

interface Kv {
  readonly key: string;
  readonly value?: string;
  /** Left out when it is 0. */
  readonly mod_revision?: string;
}

/** Every key, as a client reads it; null when it did not answer. */
export async function served(client: Client): Promise<RealBoot['served']> {
  const answer = await ask(client, 'kv/range', { key: 'AA==', range_end: 'AA==' });
  if (answer === null) return null;
  const kvs = ((answer['kvs'] ?? []) as readonly Kv[]).filter(({ key }) => key !== probe);
  const hash = createHash('sha256');
  const rows = kvs.map((kv) => ({ key: Buffer.from(kv.key, 'base64'), kv })).sort((a, b) => Buffer.compare(a.key, b.key));
  for (const { key, kv } of rows) hash.update(`${key.toString('hex')}\t${kv.mod_revision ?? '0'}\t${createHash('sha256').update(Buffer.from(kv.value ?? '', 'base64')).digest('hex')}\n`);
  return { revision: (answer['header'] as { revision: string }).revision, keys: kvs.length, keysHash: hash.digest('hex') };
}

/** `endpoint hashkv`. 3.3 and 3.4 give it no path of its own in the gateway. */
async function hashKvOf(client: Client): Promise<RealBoot['hashKv']> {
  const { version, port } = client;
  let answer = minor(version) < 5 ? null : await ask(client, 'maintenance/hashkv', { revision: '0' });
  if (minor(version) < 5) {
    const { ok, output } = runTool(version, ['--endpoints', `http://127.0.0.1:${port}`, 'endpoint', 'hashkv', '-w', 'json'], 'etcdctl');
    const [first] = ok ? JSON.parse(output) as readonly { readonly HashKV: Record<string, unknown> }[] : [];
    answer = first?.HashKV ?? null;
  }
  return answer === null ? null : { hash: Number(answer['hash']), compactRevision: String(answer['compact_revision'] ?? 0) };
}

/** Starts a single member on a data directory, waits until it is ready or dead, reads every key and tries one write. Of a flag given twice the last counts. */
export async function bootReal(version: string, folder: string, fsync: boolean, flags: readonly string[] = [], milliseconds = 15_000): Promise<RealBoot> {
  const [client, peer] = [await freePort(), await freePort()];
  const argv = ['--name', 'default', '--data-dir', folder, '--listen-client-urls', `http://127.0.0.1:${client}`, '--advertise-client-urls', `http://127.0.0.1:${client}`,
    '--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`, '--initial-cluster', `default=http://127.0.0.1:${peer}`];
  if (!fsync && minor(version) >= 5) argv.push('--unsafe-no-fsync');
  argv.push(...flags);
  const child = spawn(program(version, 'etcd'), argv, { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
  let log = '';
  let ended = false;
  child.stdout.on('data', (part: Buffer) => (log += part.toString('utf8')));
  child.stderr.on('data', (part: Buffer) => (log += part.toString('utf8')));
  const exit = new Promise<void>((resolve) => child.once('close', () => { ended = true; resolve(); }));
  const isReady = (): boolean => /ready to serve client requests/.test(log);
  const until = async (condition: () => boolean, milliseconds: number): Promise<void> => {
    for (const stop = Date.now() + milliseconds; Date.now() < stop && !ended && !condition();) await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, 50))]);
  };
  await until(isReady, milliseconds);
  let [data, hashKv, writable]: [RealBoot['served'], RealBoot['hashKv'], boolean | null] = [null, null, null];
  if (isReady() && !ended) {
    await until(() => false, 300);
    data = await served({ version, port: client });
    if (!ended) {
      hashKv = await hashKvOf({ version, port: client });
    }
    if (!ended) writable = await ask({ version, port: client }, 'kv/put', { key: probe, value: 'eA==' }, 2500) !== null;
    await until(() => false, 200);
  }
  const result = ended ? 'dies' : isReady() ? 'ready' : 'hangs';
  child.kill('SIGKILL');
  await exit;
  // Paths as the predictions and the fixtures write them.
  return { result, served: data, hashKv, writable, log: log.replaceAll(folder, '<D>') };
}

/** One run of `etcdutl`, or of `etcdctl` where that does not exist. */
export function runTool(version: string, argv: readonly string[], tool = minor(version) >= 5 ? 'etcdutl' : 'etcdctl'): RealRun {
  const run = spawnSync(program(version, tool), argv, { encoding: 'utf8', timeout: 25_000, env: { ...process.env, ETCDCTL_API: '3' } });
  return { ok: run.status === 0, ended: run.error === undefined, output: `${run.stdout}\n${run.stderr}` };
}

