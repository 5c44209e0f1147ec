import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { removeFolder } from '../remove-folder.js';
import { restoreToolOf } from '../recovery/plan-restore-tool.js';
import type { PlannedRestore } from './planned-restore.js';
import type { EtcdServer } from './servers.js';

/** One member of the rehearsal, on loopback. */
export interface ScratchMember {
  readonly name: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  readonly dataDir: string;
  readonly walDir: string | null;
  readonly logFile: string;
}

/** A private folder with the members of one rehearsal and the processes that it started. */
export interface ScratchCluster {
  readonly folder: string;
  readonly members: readonly ScratchMember[];
  /** Restores one member with the real tool. Gives null, or what the tool said when it failed. */
  restore(member: ScratchMember): Promise<string | null>;
  /** Starts all members together. */
  start(): void;
  /** The last lines of a member that has ended by itself; null while all run. */
  ended(): { readonly member: ScratchMember; readonly tail: string } | null;
  stop(): Promise<void>;
  /** Puts the old directory back, as the roll-back does; true when every byte is as before. */
  rollBack(member: ScratchMember): boolean;
  /** Ends every process at once and removes the folder. Safe to call from a signal handler. */
  remove(): void;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map(async (server) => new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  })));
  await Promise.all(servers.map(async (server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** No setting of the operator's shell may reach the tools. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ETCDCTL_API: '3', ETCD_UNSUPPORTED_ARCH: process.arch === 'arm64' ? 'arm64' : '' };
}

const oldFile = 'member/snap/db';

/** Makes the scratch folder and, for each member, an old directory that the restore must keep. */
export async function scratchCluster(server: EtcdServer, plan: PlannedRestore, snapshot: string): Promise<ScratchCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-rehearsal-'));
  const ports = await freePorts(plan.members.length * 2);
  const members = plan.members.map((member, i): ScratchMember => {
    const base = join(folder, `m${i + 1}`);
    mkdirSync(join(base, 'data/member/snap'), { recursive: true, mode: 0o700 });
    writeFileSync(join(base, 'data', oldFile), `old data of ${member.name}\n`);
    return {
      name: member.name, peerUrl: `http://127.0.0.1:${ports[i * 2] ?? 0}`, clientUrl: `http://127.0.0.1:${ports[i * 2 + 1] ?? 0}`,
      dataDir: join(base, 'data'), walDir: member.hasWalDir ? join(base, 'wal') : null, logFile: join(base, 'etcd.log'),
    };
  });
  const mapped = new Map(plan.members.map((member, i) => [member.peerUrl, members[i]?.peerUrl ?? '']));
  const cluster = plan.initialCluster.split(',').map((entry) => {
    const at = entry.indexOf('=');
    return `${entry.slice(0, at)}=${mapped.get(entry.slice(at + 1)) ?? entry.slice(at + 1)}`;
  }).join(',');
  const processes = new Map<ScratchMember, ChildProcess>();
  const tools = new Set<ChildProcess>();
  const knowsBump = restoreToolOf(server.version)?.bumps === true;

  const run = async (program: string, words: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> => new Promise((resolve) => {
    const child = spawn(program, words, { cwd: folder, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    tools.add(child);
    let text = '';
    const keep = (chunk: Buffer): void => { text = (text + chunk.toString()).slice(-4000); };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: null, text: error.message }));
    child.on('close', (code) => resolve({ code, text }));
  });

  return {
    folder, members,
    async restore(member) {
      renameSync(member.dataDir, `${member.dataDir}.broken`);
      const words = [
        'snapshot', 'restore', snapshot, '--name', member.name, '--initial-cluster', cluster, '--initial-cluster-token', plan.token, '--initial-advertise-peer-urls', member.peerUrl,
        '--data-dir', member.dataDir, ...(member.walDir === null ? [] : ['--wal-dir', member.walDir]),
        ...(plan.bump === null || !knowsBump ? [] : ['--bump-revision', String(plan.bump), '--mark-compacted']),
        ...(plan.skipHashCheck ? ['--skip-hash-check'] : []),
      ];
      const { code, text } = await run(server.restorer, words);
      return code === 0 ? null : text.trim().split('\n').slice(-3).join(' | ');
    },
    start() {
      for (const member of members) {
        const words = [
          '--name', member.name, '--data-dir', member.dataDir, ...(member.walDir === null ? [] : ['--wal-dir', member.walDir]),
          '--listen-client-urls', member.clientUrl, '--advertise-client-urls', member.clientUrl, '--listen-peer-urls', member.peerUrl,
          '--initial-advertise-peer-urls', member.peerUrl, '--initial-cluster', cluster, '--initial-cluster-token', plan.token, '--quota-backend-bytes', String(8 * 2 ** 30),
        ];
        // A shell redirects, so that a talkative server never waits for a reader.
        const child = spawn('sh', ['-c', 'log=$1; shift; exec "$@" >"$log" 2>&1', 'sh', member.logFile, server.etcd, ...words], { cwd: folder, env: cleanEnvironment(), stdio: 'ignore' });
        child.on('error', () => undefined);
        processes.set(member, child);
      }
    },
    ended() {
      for (const member of members) {
        const child = processes.get(member);
        if (child !== undefined && (child.exitCode !== null || child.signalCode !== null)) return { member, tail: tailOf(member.logFile) };
      }
      return null;
    },
    async stop() {
      const alive = [...processes.values()].filter((child) => child.exitCode === null && child.signalCode === null && child.pid !== undefined);
      await Promise.all(alive.map(async (child) => new Promise<void>((resolve) => {
        const hard = setTimeout(() => child.kill('SIGKILL'), 5000);
        child.once('exit', () => {
          clearTimeout(hard);
          resolve();
        });
        child.kill('SIGTERM');
      })));
    },
    rollBack(member) {
      renameSync(member.dataDir, `${member.dataDir}.restored`);
      renameSync(`${member.dataDir}.broken`, member.dataDir);
      const digest = createHash('sha256').update(readFileSync(join(member.dataDir, oldFile))).digest('hex');
      return digest === createHash('sha256').update(`old data of ${member.name}\n`).digest('hex') && !existsSync(join(member.dataDir, 'member/wal'));
    },
    remove() {
      for (const child of [...processes.values(), ...tools]) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      removeFolder(folder);
    },
  };
}

function tailOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(-1500);
  } catch {
    return '';
  }
}
