import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, kill, memberOf, programOf, put, start, stop, type Member } from './server.js';

/**
 * Breaks real servers and writes down what they say: test/fixtures/broken-servers/NAME-VERSION.log.
 * Run as root (one server writes to a small tmpfs, one runs as another user): npx tsx scripts/broken-servers/record.ts
 */
const out = fileURLToPath(new URL('../../test/fixtures/broken-servers/', import.meta.url));
const versions = ['3.3.25', '3.4.23', '3.5.30', '3.6.16', '3.7.3'];
/** Recordings that only these versions tell something in. */
const versionsOf: Readonly<Record<string, readonly string[]>> = { 'member-removed': ['3.4.23', '3.5.30'] };
const scratch = mkdtempSync(join(tmpdir(), 'broken-servers-'));
let folders = 0;
const folder = (name: string): string => join(scratch, `${name}-${++folders}`);
const mostLines = 120;

function keep(name: string, version: string, log: string): void {
  const lines = log.replaceAll(new RegExp(`${scratch}/[\\w.-]+`, 'g'), '/var/lib/etcd').replaceAll(programOf(version.split('-').at(-1)!, 'etcd'), '/usr/local/bin/etcd').split('\n').filter((line) => line !== '');
  const kept = lines.length <= mostLines ? lines : [...lines.slice(0, 20), ...lines.slice(-(mostLines - 20))];
  writeFileSync(join(out, `${name}-${version}.log`), `${kept.map((line) => line.slice(0, 1200)).join('\n')}\n`);
  process.stdout.write(`${name} ${version}: ${lines.length} lines\n`);
}

/** A stopped single member with some keys. */
async function filled(version: string, how: 'kill' | 'stop', flags: readonly string[] = []): Promise<Member> {
  const member = await memberOf('m1', folder('data'));
  const server = await start(version, member, { flags: ['--snapshot-count', '50', ...flags] });
  for (let i = 0; i < 180; i++) await put(member.client, version, `key-${i % 90}`);
  await (how === 'kill' ? kill(server) : stop(server));
  return member;
}

const again = async (version: string, member: Member, options: Parameters<typeof start>[2] = {}): Promise<string> => {
  const server = await start(version, member, { until: /never said/, forMs: 6000, ...options });
  await kill(server);
  return server.log();
};

/** Three members of one cluster, not started yet. */
async function trio(): Promise<readonly Member[]> {
  return Promise.all(['m1', 'm2', 'm3'].map((name) => memberOf(name, folder(name))));
}
const clusterOf = (members: readonly Member[]): string => members.map(({ name, peer }) => `${name}=${peer}`).join(',');

function certificates(dir: string): { readonly ca: string; readonly cert: string; readonly key: string } {
  mkdirSync(dir, { recursive: true });
  const run = (...words: readonly string[]): void => void execFileSync('openssl', words, { cwd: dir, stdio: 'ignore' });
  run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=etcd-ca', '-days', '30');
  run('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'peer.key', '-out', 'peer.csr', '-subj', '/CN=m1');
  writeFileSync(join(dir, 'ext'), 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n');
  writeFileSync(join(dir, 'index.txt'), '');
  writeFileSync(join(dir, 'serial'), '01\n');
  writeFileSync(join(dir, 'ca.cnf'), '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ncertificate=ca.crt\nprivate_key=ca.key\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n');
  run('ca', '-batch', '-config', 'ca.cnf', '-in', 'peer.csr', '-out', 'peer.crt', '-startdate', '20230101000000Z', '-enddate', '20240101000000Z', '-extfile', 'ext', '-notext');
  return { ca: join(dir, 'ca.crt'), cert: join(dir, 'peer.crt'), key: join(dir, 'peer.key') };
}

const recordings: Readonly<Record<string, (version: string) => Promise<string>>> = {
  'expired-certificate': async (version) => {
    const { ca, cert, key } = certificates(folder('pki'));
    const members = await Promise.all(['m1', 'm2'].map((name) => memberOf(name, folder(name), 'https')));
    const flags = ['--peer-cert-file', cert, '--peer-key-file', key, '--peer-trusted-ca-file', ca, '--peer-client-cert-auth'];
    const first = await start(version, members[0]!, { cluster: clusterOf(members), flags, until: /never said/, forMs: 1500 });
    const second = await start(version, members[1]!, { cluster: clusterOf(members), flags, until: /never said/, forMs: 7000 });
    await kill(first, second);
    return second.log();
  },
  'full-disk': async (version) => {
    const dir = folder('tmpfs');
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=150m,mode=700', 'tmpfs', dir]);
    try {
      const member = await memberOf('m1', join(dir, 'etcd'));
      const server = await start(version, member);
      for (let i = 0; i < 400 && server.child.exitCode === null; i++) await put(member.client, version, `big-${i}`, 900_000);
      await kill(server);
      return server.log();
    } finally {
      execFileSync('umount', [dir]);
    }
  },
  'no-permission': async (version) => again(version, await filled(version, 'stop'), { uid: 65_534 }),
  'log-removed': async (version) => {
    const member = await filled(version, 'kill');
    for (const name of readdirSync(join(member.dir, 'member/wal'))) rmSync(join(member.dir, 'member/wal', name));
    return again(version, member, { forMs: 9000 });
  },
  'log-folder-removed-in-cluster': async (version) => {
    const members = await trio();
    const servers = await Promise.all(members.map((member) => start(version, member, { cluster: clusterOf(members) })));
    await put(members[0]!.client, version, 'a');
    await kill(servers[2]!);
    rmSync(join(members[2]!.dir, 'member/wal'), { recursive: true });
    const log = await again(version, members[2]!, { cluster: clusterOf(members) });
    await kill(servers[0]!, servers[1]!);
    return log;
  },
  'rolled-back-in-cluster': async (version) => {
    const members = await trio();
    const servers = await Promise.all(members.map((member) => start(version, member, { cluster: clusterOf(members) })));
    await put(members[0]!.client, version, 'a');
    await stop(servers[2]!);
    const before = folder('before');
    cpSync(members[2]!.dir, before, { recursive: true });
    const third = await start(version, members[2]!, { cluster: clusterOf(members) });
    for (let i = 0; i < 60; i++) await put(members[0]!.client, version, `k${i}`);
    await kill(third);
    rmSync(members[2]!.dir, { recursive: true });
    cpSync(before, members[2]!.dir, { recursive: true });
    const log = await again(version, members[2]!, { cluster: clusterOf(members) });
    await kill(servers[0]!, servers[1]!);
    return log;
  },
  /** Newer servers go on for a while before they notice. */
  'member-removed': async (version) => {
    const members = await trio();
    const servers = await Promise.all(members.map((member) => start(version, member, { cluster: clusterOf(members) })));
    const list = await ask(members[0]!.client, version, 'cluster/member/list', {});
    const id = (JSON.parse(list) as { members: readonly { ID: string; name: string }[] }).members.find(({ name }) => name === 'm3')!.ID;
    await kill(servers[2]!);
    await ask(members[0]!.client, version, 'cluster/member/remove', { ID: id });
    const log = await again(version, members[2]!, { cluster: clusterOf(members) });
    await kill(servers[0]!, servers[1]!);
    return log;
  },
  'member-list-differs': async (version) => {
    const members = await trio();
    const two = clusterOf(members.slice(0, 2));
    const servers = await Promise.all(members.slice(0, 2).map((member) => start(version, member, { cluster: two })));
    const log = await again(version, members[2]!, { cluster: clusterOf(members), flags: ['--initial-cluster-state', 'existing'] });
    await kill(...servers);
    return log;
  },
  'wrong-peer-url': async (version) => {
    const member = await memberOf('m1', folder('data'));
    return again(version, member, { cluster: 'm1=http://127.0.0.1:1' });
  },
  'address-not-here': async (version) => {
    const member = await memberOf('m1', folder('data'));
    return again(version, { ...member, peer: 'http://192.0.2.7:2380' }, { cluster: 'm1=http://192.0.2.7:2380' });
  },
  'database-of-another-moment': async (version) => {
    const member = await filled(version, 'stop');
    const young = await memberOf('m1', folder('young'));
    const server = await start(version, young);
    await put(young.client, version, 'a');
    await stop(server);
    cpSync(join(young.dir, 'member/snap/db'), join(member.dir, 'member/snap/db'));
    return again(version, member);
  },
};

/** Recordings with two versions: the one that wrote the data, and the one that meets it. */
const meetings: readonly (readonly [name: string, writer: string, reader: string, flags?: readonly string[]])[] = [
  ['downgrade', '3.6.16', '3.5.30'], ['downgrade', '3.7.3', '3.6.16'], ['downgrade', '3.5.30', '3.4.23'], ['downgrade', '3.4.23', '3.3.25'],
  ['v2-content', '3.5.30', '3.6.16', ['--enable-v2']],
];

mkdirSync(out, { recursive: true });
const only = process.argv[2];
for (const [name, record] of Object.entries(recordings)) {
  for (const version of versionsOf[name] ?? versions) if (only === undefined || `${name}-${version}`.includes(only)) keep(name, version, await record(version));
}
for (const [name, writer, reader, flags = []] of meetings) {
  if (only !== undefined && !name.includes(only)) continue;
  const member = await memberOf('m1', folder('data'));
  const server = await start(writer, member, { flags });
  await put(member.client, writer, 'a');
  if (name === 'v2-content') spawnSync('curl', ['-s', '-XPUT', `${member.client}/v2/keys/old`, '-d', 'value=x']);
  await stop(server);
  keep(name, `${writer}-to-${reader}`, await again(reader, member));
}
rmSync(scratch, { recursive: true, force: true });
