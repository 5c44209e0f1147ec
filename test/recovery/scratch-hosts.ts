import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const standIns = join(root, 'test/recovery/stand-ins');

/** Folder of a real etcd of this version, or null. */
export function etcdFolder(version: string): string | null {
  const folder = join(root, '.cache/etcd', version);
  return existsSync(join(folder, 'etcd')) ? folder : null;
}

/** Why scratch hosts cannot be made here; null when they can. In CI a reason is a failure of the caller. */
export function noScratchHosts(...versions: readonly string[]): string | null {
  const lacking = versions.find((version) => etcdFolder(version) === null);
  if (lacking !== undefined) return `etcd ${lacking} is missing: node scripts/test-setup.mjs`;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux for private namespaces';
  const probe = spawnSync('unshare', ['-m', '-n', '--propagation', 'private', 'ip', 'link', 'add', 'b0', 'type', 'bridge'], { encoding: 'utf8' });
  return probe.status === 0 ? null : `namespaces are refused here: ${probe.stderr || probe.error?.message || ''}`;
}

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** One host: its own mounts and network, real addresses, a scratch root, and only stand-ins for the managers of processes. */
export interface ScratchHost {
  readonly name: string;
  readonly address: string;
  /** The host's file on the real machine: `at('/etc/etcd.env')`. */
  at(path: string): string;
  write(path: string, text: string, mode?: number): void;
  /** Runs words on the host and gives output and status. */
  run(words: readonly string[]): Promise<Ran>;
  /** Starts words in the background and leaves them running. */
  launch(words: readonly string[]): void;
  readonly standIn: string;
}

const scratched = ['/etc', '/var/lib', '/var/backups', '/var/spool', '/root', '/opt', '/usr/local/bin', '/usr/local/sbin', '/srv'];

/** A set of hosts on one bridge that leads nowhere. `close` ends all that runs in them. */
export class ScratchNetwork {
  private readonly holders: ChildProcess[] = [];
  private readonly folder = mkdtempSync('/dev/shm/scratch-hosts-');
  private readonly fabric: number;

  constructor() {
    process.once('exit', this.closeAtExit);
    this.fabric = this.hold(['-n'], (pid) => this.inside(pid, '-n', 'ip link add br0 type bridge && ip link set br0 up'));
  }

  private readonly closeAtExit = (): void => this.close();

  private hold(flags: readonly string[], setUp: (pid: number) => void): number {
    const holder = spawn('unshare', [...flags, 'sleep', '3600'], { stdio: 'ignore' });
    const pid = holder.pid ?? 0;
    this.holders.push(holder);
    const own = readlinkSync('/proc/self/ns/net');
    for (let i = 0; i < 200 && readlinkSync(`/proc/${pid}/ns/net`) === own; i++) execFileSync('sleep', ['0.02']);
    setUp(pid);
    return pid;
  }

  private inside(pid: number, flags: string, script: string): void {
    execFileSync('nsenter', ['-t', String(pid), ...flags.split(' '), 'sh', '-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  host(name: string, address: string, etcd: string, bin = '/usr/local/bin'): ScratchHost {
    const base = join(this.folder, name);
    const standIn = join(base, 'stand-in');
    mkdirSync(standIn, { recursive: true });
    const at = (path: string): string => join(base, 'root', path);
    for (const path of scratched) mkdirSync(at(path), { recursive: true });
    for (const path of ['/etc/passwd', '/etc/group', '/etc/nsswitch.conf', '/etc/ssl/openssl.cnf', '/etc/alternatives', '/etc/ld.so.cache']) {
      if (existsSync(path)) cpSync(path, at(path), { recursive: true, verbatimSymlinks: true });
    }
    mkdirSync(at(bin), { recursive: true });
    for (const tool of readdirSync(etcd)) symlinkSync(join(etcd, tool), join(at(bin), tool));
    const pid = this.hold(['-m', '-n', '-u', '--propagation', 'private'], (holder) => {
      this.inside(holder, '-u', `hostname '${name}'`);
      const index = this.holders.length;
      this.inside(this.fabric, '-n', `ip link add v${index} type veth peer name eth0 netns ${holder} && ip link set v${index} master br0 up`);
      this.inside(holder, '-n', `ip link set lo up && ip link set eth0 up && ip addr add ${address}/16 dev eth0`);
      this.inside(holder, '-m', scratched.map((path) => `{ [ -d ${path} ] && mount --bind '${at(path)}' ${path}; }`).join(' && '));
    });
    const path = `${standIns}:${bin}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    const words = (command: readonly string[]): string[] => ['-t', String(pid), '-m', '-n', '-u', 'env', '-i', `PATH=${path}`, `STANDIN=${standIn}`, 'HOME=/root', ...command];
    return {
      name, address, at, standIn,
      write: (file, text, mode = 0o644) => {
        mkdirSync(dirname(at(file)), { recursive: true });
        writeFileSync(at(file), text, { mode });
      },
      run: (command) => new Promise((resolve) => {
        const child = spawn('nsenter', words(command), { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString(); });
        child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString(); });
        child.on('exit', (status) => setTimeout(() => resolve({ status, output }), 20));
      }),
      launch: (command) => {
        spawn('nsenter', words(command), { stdio: 'ignore', detached: true, cwd: '/' }).unref();
      },
    };
  }

  /** Ends every process in the namespaces of these hosts, by its id, and removes the scratch folder. */
  close(): void {
    process.off('exit', this.closeAtExit);
    const spaces = new Set(this.holders.flatMap((holder) => {
      try {
        return [readlinkSync(`/proc/${holder.pid ?? 0}/ns/net`)];
      } catch {
        return []; // It has ended already.
      }
    }));
    for (const entry of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      try {
        if (spaces.has(readlinkSync(`/proc/${entry}/ns/net`)) && Number(entry) !== process.pid) process.kill(Number(entry), 'SIGKILL');
      } catch {
        continue; // The process ended meanwhile.
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Certificates of one small authority, at the paths that the configuration names. */
export function makeCertificates(host: ScratchHost, authority: string, files: { readonly ca: string; readonly pairs: readonly (readonly [string, string])[] }): void {
  mkdirSync(authority, { recursive: true });
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: 'ignore', cwd: authority });
  if (!existsSync(join(authority, 'ca.pem'))) openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj', '/CN=scratch-ca', '-keyout', 'ca-key.pem', '-out', 'ca.pem');
  writeFileSync(join(authority, 'san'), `subjectAltName=IP:127.0.0.1,IP:${host.address},DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n`);
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${host.name}`, '-keyout', 'k.pem', '-out', 'r.pem');
  openssl('x509', '-req', '-in', 'r.pem', '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-days', '30', '-extfile', 'san', '-out', 'c.pem');
  host.write(files.ca, readFileSync(join(authority, 'ca.pem'), 'utf8'));
  for (const [certificate, key] of files.pairs) {
    host.write(certificate, readFileSync(join(authority, 'c.pem'), 'utf8'));
    host.write(key, readFileSync(join(authority, 'k.pem'), 'utf8'), 0o600);
  }
}

/**
 * Names, kinds, modes, owners, and of files size, time and SHA-256, of everything below a folder: equal
 * text, equal folder. Times of directories are left out: an etcd that dies at its start changes them.
 */
export function fingerprint(folder: string): string {
  return execFileSync('sh', ['-c', 'cd "$1" && find . -type d -printf "%p %y %m %U %G\\n" -o -printf "%p %y %m %U %G %s %T@\\n" | sort && find . -type f -exec sha256sum {} + | sort', 'sh', folder], { encoding: 'utf8' });
}
