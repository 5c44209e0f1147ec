import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Plan } from '../../src/case/model.js';
import { writeRestoreFolder } from '../../src/recovery/plan-folder.js';
import type { ScratchHost } from './scratch-hosts.js';

interface PlanFile {
  readonly schemaVersion: 1;
  readonly candidate: { readonly path: string; readonly sha256: string; readonly revision: number };
  readonly steps: readonly { readonly id: string; readonly host: string; readonly script: string; readonly phase: string; readonly needs: readonly string[] }[];
}

/** Writes `restore/` to every host as it is. */
export function deliver(plan: Plan, snapshot: string | null, hosts: readonly ScratchHost[]): void {
  const bytes = snapshot === null ? null : readFileSync(snapshot);
  for (const host of hosts) {
    writeRestoreFolder(plan, host.at('/root/restore'), {
      snapshot: bytes === null ? null : { byteLength: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) },
      language: 'en',
    });
  }
}

/** Runs the steps of `plan.json`: as soon as its `needs` are done, a step runs, side by side with others. */
export async function runPlan(hosts: readonly ScratchHost[], until: string | null = null): Promise<string> {
  const [first] = hosts;
  if (first === undefined) throw new Error('no host');
  const plan = JSON.parse(readFileSync(join(first.at('/root/restore'), 'plan.json'), 'utf8')) as PlanFile;
  const done = new Set<string>();
  let log = '';
  while (done.size < plan.steps.length) {
    const ready = plan.steps.filter((step) => !done.has(step.id) && step.needs.every((need) => done.has(need)));
    if (ready.length === 0 || ready[0]?.phase === until) break;
    const began = Date.now();
    const results = await Promise.all(ready.map(async (step) => {
      const host = hosts.find((one) => one.name === step.host);
      if (host === undefined) throw new Error(`plan.json names an unknown host ${step.host}`);
      return { step, result: await host.run(['sh', `/root/restore/${step.script}`, step.phase, '--yes']) };
    }));
    for (const { step, result } of results) {
      log += `== ${step.id} (${Date.now() - began} ms)\n${result.output}`;
      if (result.status !== 0) throw new Error(`${step.id} ended with ${result.status}\n${log}`);
      done.add(step.id);
    }
  }
  return log;
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** What a cluster serves: revision-independent digest of all keys with values, and their count. */
export function servedBy(json: string): { readonly keys: number; readonly digest: string } {
  const answer = JSON.parse(json) as { kvs?: { key?: string; value?: string; mod_revision: number | string }[] };
  const rows = (answer.kvs ?? []).map((row) => `${row.key ?? ''} ${row.value ?? ''} ${row.mod_revision}`).sort();
  return { keys: rows.length, digest: createHash('sha256').update(rows.join('\n')).digest('hex') };
}

export interface Content {
  readonly keys: number;
  readonly digest: string;
  readonly revision: number;
}

/** Independent answer: restores the file with the real tool alone on loopback and asks for all keys. */
export async function contentOf(etcd: string, snapshot: string, skipHash = false): Promise<Content> {
  const folder = mkdtempSync('/dev/shm/content-');
  const port = await freePort();
  const peer = await freePort();
  const has = (tool: string): boolean => { try { return statSync(join(etcd, tool)).isFile(); } catch { return false; } };
  const env = { ...process.env, ETCDCTL_API: '3' };
  execFileSync(join(etcd, has('etcdutl') ? 'etcdutl' : 'etcdctl'), ['snapshot', 'restore', snapshot, '--data-dir', join(folder, 'd'), ...(skipHash ? ['--skip-hash-check'] : [])], { env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(join(etcd, 'etcd'), ['--data-dir', join(folder, 'd'), '--listen-client-urls', url, '--advertise-client-urls', url, '--listen-peer-urls', `http://127.0.0.1:${peer}`], { stdio: 'ignore' });
  try {
    const ask = (...words: string[]): string => execFileSync(join(etcd, 'etcdctl'), [`--endpoints=${url}`, ...words], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
    for (let i = 0; ; i++) {
      try { ask('get', '', '--from-key', '--limit=1'); break; } catch (error) { if (i > 30) throw error; await new Promise((resolve) => setTimeout(resolve, 200)); }
    }
    const json = ask('get', '', '--from-key', '-w', 'json');
    return { ...servedBy(json), revision: (JSON.parse(json) as { header: { revision: number } }).header.revision };
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
