// Lives of real clusters of three members on loopback, with a record of every write that was acknowledged.
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../../test/damage/edits.js';
import { ask, kill, memberOf, start, stop, type Member, type Running } from '../broken-servers/server.js';
import type { Dice } from './dice.js';
import { runTool, type RealBoot } from './real-etcd.js';

/** A put, or a deletion where `value` is null. */
interface Write {
  readonly key: string;
  readonly value: string | null;
}

/** What is left of a cluster, and what its clients know. */
export interface Life {
  readonly version: string;
  readonly words: string;
  readonly members: readonly Member[];
  /** Each member's files: `member/…` as of the end, `earlier/member/…` and `extra/db.t1` as of a moment before. */
  readonly files: readonly Files[];
  /** Acknowledged writes by revision. */
  readonly acknowledged: ReadonlyMap<number, Write>;
  readonly lastAcknowledged: number;
  /** A snapshot that was saved on the way, and its revision. */
  readonly snapshot: { readonly bytes: Buffer; readonly revision: number } | null;
}

export const clusterOf = (members: readonly Member[]): string => members.map(({ name, peer }) => `${name}=${peer}`).join(',');

/** Flags that make a start quick; the log of 3.4 is always synced. */
export const quick = (version: string): readonly string[] => (Number(version.split('.')[1]) >= 5 ? ['--unsafe-no-fsync'] : []);

/** All files below a folder, by path. */
function filesBelow(folder: string, prefix = ''): Files {
  const files: Files = new Map();
  for (const name of readdirSync(join(folder, prefix)).sort()) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    if (statSync(join(folder, path)).isDirectory()) for (const [inner, bytes] of filesBelow(folder, path)) files.set(inner, bytes);
    else files.set(path, path.endsWith('.wal') ? shortened(readFileSync(join(folder, path))) : readFileSync(join(folder, path)));
  }
  return files;
}

/** A segment without most of the zeros that wait for records: 64 MB of them are many to copy. */
function shortened(segment: Buffer): Buffer {
  let end = segment.length;
  while (end > 0 && segment[end - 1] === 0) end -= 1;
  return Buffer.from(segment.subarray(0, Math.min(segment.length, Math.ceil(end / 4096) * 4096 + 65_536)));
}

/** Revision of a write; null when it was refused, changed nothing, or nobody answered. */
async function send(client: string, version: string, { key, value }: Write): Promise<number | null> {
  const name = Buffer.from(key).toString('base64');
  const answer = value === null ? await ask(client, version, 'kv/deleterange', { key: name }) : await ask(client, version, 'kv/put', { key: name, value: Buffer.from(value).toString('base64') });
  const revision = /"revision":"(\d+)"/.exec(answer)?.[1];
  // The deletion of a key that is not there makes no revision.
  const changed = value !== null || answer.includes('"deleted"');
  return revision === undefined || !changed || answer.includes('"error"') ? null : Number(revision);
}

/** The state after all writes up to a revision, as `keysHash` of the fixtures is defined; null when one of them is not known. */
export function stateAt(life: Life, revision: number): NonNullable<RealBoot['served']> | null {
  const live = new Map<string, { readonly revision: number; readonly value: string }>();
  for (let at = 2; at <= revision; at++) {
    const write = life.acknowledged.get(at);
    if (write === undefined) return null;
    if (write.value === null) live.delete(write.key);
    else live.set(write.key, { revision: at, value: write.value });
  }
  const hash = createHash('sha256');
  for (const [key, { revision: at, value }] of [...live].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) hash.update(`${Buffer.from(key).toString('hex')}\t${at}\t${createHash('sha256').update(value).digest('hex')}\n`);
  return { revision: String(revision), keys: live.size, keysHash: hash.digest('hex') };
}

/** Runs a cluster until it ends in one of several ways: in good order, killed at once, one after the other, or with a leader alone. */
export async function live(version: string, folder: string, random: Dice): Promise<Life> {
  const members = await Promise.all(['m1', 'm2', 'm3'].map((name) => memberOf(name, join(folder, name))));
  const snapshotCount = random.of(['30', '100', '10000']);
  const flags = ['--snapshot-count', snapshotCount, ...quick(version)];
  const startOne = (member: Member, forMs?: number): Promise<Running> => start(version, member, { cluster: clusterOf(members), flags, ...(forMs === undefined ? {} : { forMs }) });
  let servers = await Promise.all(members.map((member) => startOne(member)));
  const acknowledged = new Map<number, Write>();
  let count = 0;
  const next = (): Write => {
    count += 1;
    return { key: `key-${random.below(60)}`, value: random.below(8) === 0 ? null : `value ${count} ${'x'.repeat(random.below(3) === 0 ? 3000 : random.below(300))}` };
  };
  const note = async (write: Write, member: number): Promise<void> => {
    const revision = await send(members[member]!.client, version, write);
    if (revision !== null) acknowledged.set(revision, write);
  };
  const write = async (writes: number, among: readonly number[]): Promise<void> => {
    for (let i = 0; i < writes; i++) await note(next(), random.of(among));
  };
  const all = [0, 1, 2];
  await write(40 + random.below(160), all);
  const earlierOf = random.below(2) === 0 ? 'stopped' : 'running';
  const earlier = random.below(3);
  if (earlierOf === 'stopped') await stop(servers[earlier]!);
  for (const at of all) cpSync(join(members[at]!.dir, 'member'), join(folder, `earlier-${at}`, 'member'), { recursive: true });
  if (earlierOf === 'stopped') servers[earlier] = await startOne(members[earlier]!);
  let snapshot: Life['snapshot'] = null;
  if (random.below(2) === 0) {
    const path = join(folder, 'snapshot.db');
    if (runTool(version, ['--endpoints', members[0]!.client, 'snapshot', 'save', path], 'etcdctl').ok) snapshot = { bytes: readFileSync(path), revision: Math.max(1, ...acknowledged.keys()) };
  }
  const compacted = random.below(3) === 0;
  if (compacted) await ask(members[0]!.client, version, 'kv/compaction', { revision: String(Math.max(...acknowledged.keys()) - 5) });
  await write(20 + random.below(120), all);
  const [first, second, third] = [...all].sort(() => random.below(3) - 1) as [number, number, number];
  const ending = random.of(['stopped', 'killed', 'killed', 'one-earlier', 'one-earlier', 'leader-alone', 'two-alone']);
  if (ending === 'stopped') await Promise.all(servers.map(stop));
  if (ending === 'killed' || ending === 'one-earlier') {
    if (ending === 'one-earlier') {
      await kill(servers[first]!);
      await write(5 + random.below(80), [second, third]);
    }
    const open = Array.from({ length: 4 }, () => note(next(), third));
    await new Promise((resolve) => setTimeout(resolve, random.below(12)));
    await kill(...servers);
    await Promise.all(open);
  }
  if (ending === 'leader-alone') {
    // Entries that nobody else gets: another leader goes on with others at the same indexes.
    const leader = await leaderOf(members, version);
    const others = all.filter((at) => at !== leader);
    await kill(...others.map((at) => servers[at]!));
    const open = Array.from({ length: 12 }, () => note(next(), leader));
    await new Promise((resolve) => setTimeout(resolve, 150));
    await kill(servers[leader]!);
    await Promise.all(open);
    servers = await Promise.all(members.map((member, at) => (at === leader ? servers[at]! : startOne(member, 12_000))));
    await write(1 + random.below(8), others);
    await kill(...servers);
  }
  if (ending === 'two-alone') {
    await kill(servers[first]!);
    await write(10 + random.below(60), [second, third]);
    await kill(servers[second]!);
    servers[first] = await startOne(members[first]!, 12_000);
    await write(10 + random.below(60), [first, third]);
    await kill(...servers);
  }
  const files = all.map((at): Files => {
    const before = filesBelow(join(folder, `earlier-${at}`));
    const db = before.get('member/snap/db');
    return new Map([...filesBelow(members[at]!.dir), ...[...before].map(([path, bytes]) => [`earlier/${path}`, bytes] as const), ...(db === undefined ? [] : [['extra/db.t1', db] as const])]);
  });
  const words = `${version} ${ending}, snapshot-count ${snapshotCount}, earlier copy of ${earlier} ${earlierOf}${compacted ? ', compacted' : ''}`;
  return { version, words, members, files, acknowledged, lastAcknowledged: Math.max(1, ...acknowledged.keys()), snapshot };
}

/** Position of the leader. */
async function leaderOf(members: readonly Member[], version: string): Promise<number> {
  for (const [at, { client }] of members.entries()) {
    const status = JSON.parse(await ask(client, version, 'maintenance/status', {})) as { readonly leader?: string; readonly header?: { readonly member_id?: string } };
    if (status.leader !== undefined && status.leader === status.header?.member_id) return at;
  }
  throw new Error('nobody leads');
}
