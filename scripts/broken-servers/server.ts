import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Where `node scripts/test-setup.mjs` puts the programs of one version. */
export const programOf = (version: string, name: string): string => fileURLToPath(new URL(`../../.cache/etcd/${version}/${name}`, import.meta.url));

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export interface Member {
  readonly name: string;
  readonly dir: string;
  readonly client: string;
  readonly peer: string;
}

/** A member on two free ports of loopback; `scheme` is that of its peer URL. */
export async function memberOf(name: string, dir: string, scheme: 'http' | 'https' = 'http'): Promise<Member> {
  return { name, dir, client: `http://127.0.0.1:${await freePort()}`, peer: `${scheme}://127.0.0.1:${await freePort()}` };
}

export interface Running {
  readonly child: ChildProcess;
  /** Everything that it has said. */
  readonly log: () => string;
  readonly ended: Promise<void>;
}

export interface Options {
  readonly cluster?: string;
  readonly flags?: readonly string[];
  /** Waits until it says this, ends, or `forMs` have passed. */
  readonly until?: RegExp;
  readonly forMs?: number;
  readonly uid?: number;
}

export const ready = /ready to serve client requests|serving (?:client traffic )?insecure/;

/** Starts a real etcd. */
export async function start(version: string, member: Member, { cluster, flags = [], until = ready, forMs = 8000, uid }: Options = {}): Promise<Running> {
  const words = ['--name', member.name, '--data-dir', member.dir, '--listen-client-urls', member.client, '--advertise-client-urls', member.client, '--listen-peer-urls', member.peer, '--initial-advertise-peer-urls', member.peer, '--initial-cluster', cluster ?? `${member.name}=${member.peer}`, ...flags];
  const child = spawn(programOf(version, 'etcd'), words, { stdio: ['ignore', 'pipe', 'pipe'], ...(uid === undefined ? {} : { uid, gid: uid }) });
  let said = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, forMs);
    const more = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      if (until.test(said)) resolve(clearTimeout(timer));
    };
    child.stdout.on('data', more);
    child.stderr.on('data', more);
    void ended.then(() => resolve(clearTimeout(timer)));
  });
  return { child, log: () => said, ended };
}

/** Ends it at once, as a power cut does. */
export async function kill(...servers: readonly Running[]): Promise<void> {
  for (const { child } of servers) child.kill('SIGKILL');
  await Promise.all(servers.map(({ ended }) => ended));
}

/** Ends it in good order. */
export async function stop(server: Running): Promise<void> {
  server.child.kill('SIGTERM');
  await server.ended;
}

/** A request to the JSON gateway; the answer as text, or the error. */
export async function ask(client: string, version: string, path: string, body: unknown): Promise<string> {
  const prefix = version.startsWith('3.3') ? 'v3beta' : 'v3';
  try {
    const answer = await fetch(`${client}/${prefix}/${path}`, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(8000) });
    return await answer.text();
  } catch (error) {
    return String(error);
  }
}

export const put = (client: string, version: string, key: string, bytes = 200): Promise<string> => ask(client, version, 'kv/put', { key: Buffer.from(key).toString('base64'), value: Buffer.alloc(bytes, 'v').toString('base64') });
