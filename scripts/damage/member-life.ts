// Lives of single members: everything that clients and administrators do, at random, until the server is killed.
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Files } from '../../test/damage/edits.js';
import { kill, memberOf, start, stop, type Running } from '../broken-servers/server.js';
import type { Dice } from './dice.js';
import { ask, runTool, served, type Client, type RealBoot } from './real-etcd.js';

/** What is left of a member, and what its clients saw last. */
export interface MemberLife {
  readonly version: string;
  readonly words: string;
  /** `member/…`, `extra/db.t1`, `extra/db.t2`, `extra/older.db`, and `snapshot.db`, saved right before the end. */
  readonly files: Files;
  readonly served: NonNullable<RealBoot['served']>;
}

const encoded = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

function filesBelow(folder: string, prefix = ''): Files {
  const files: Files = new Map();
  for (const name of readdirSync(join(folder, prefix)).sort()) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    if (statSync(join(folder, path)).isDirectory()) for (const [inner, bytes] of filesBelow(folder, path)) files.set(inner, bytes);
    else files.set(path, readFileSync(join(folder, path)));
  }
  return files;
}

type Act = (client: Client, random: Dice) => Promise<unknown>;

const name = (random: Dice): string => `${random.of(['/app/', '/cfg/', '/registry/pods/', 'x'])}${random.below(70)}`;
const value = (random: Dice): string => `${random.below(1e6)}${'v'.repeat(random.of([0, 3, 40, 40, 300, 300, 1500, 6000]))}`;
const leases: readonly string[] = ['101', '102', '103', '104'];

const put = (random: Dice): object => ({ key: encoded(name(random)), value: encoded(value(random)), ...(random.below(6) === 0 ? { lease: random.of(leases) } : {}) });
const deletion = (random: Dice): object => (random.below(4) === 0 ? { key: encoded('/app/1'), range_end: encoded(`/app/${1 + random.below(2)}${random.below(9)}`) } : { key: encoded(name(random)) });
const compare = (random: Dice): object =>
  random.of<() => object>([
    () => ({ target: 'VERSION', result: random.of(['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL']), key: encoded(name(random)), version: String(random.below(3)) }),
    () => ({ target: 'CREATE', result: random.of(['EQUAL', 'GREATER']), key: encoded(name(random)), create_revision: String(random.below(40)) }),
    () => ({ target: 'MOD', result: random.of(['EQUAL', 'GREATER']), key: encoded(name(random)), mod_revision: String(random.below(100)) }),
    () => ({ target: 'VALUE', result: random.of(['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL']), key: encoded(name(random)), value: encoded('5') }),
    () => ({ target: 'VERSION', result: 'GREATER', key: encoded('/app/'), range_end: encoded('/app/3'), version: '1' }),
    () => ({ target: 'LEASE', result: 'EQUAL', key: encoded(name(random)), lease: random.of(['0', ...leases]) }),
  ])();
const operation = (random: Dice, depth = 0): object =>
  random.of<() => object>([
    () => ({ request_put: put(random) }), () => ({ request_put: put(random) }), () => ({ request_delete_range: deletion(random) }),
    () => ({ request_range: { key: encoded(name(random)) } }), () => (depth > 0 ? { request_put: put(random) } : { request_txn: transaction(random, 1) }),
  ])();
const operations = (random: Dice, depth: number): object[] => Array.from({ length: random.below(4) }, () => operation(random, depth));
const transaction = (random: Dice, depth = 0): object => ({ compare: Array.from({ length: random.below(3) }, () => compare(random)), success: operations(random, depth), failure: operations(random, depth) });

const writes: readonly Act[] = [
  ...Array.from({ length: 8 }, (): Act => (client, random) => ask(client, 'kv/put', put(random))),
  (client, random) => ask(client, 'kv/put', { key: encoded(name(random)), ignore_value: true, lease: random.of(['0', ...leases]) }),
  (client, random) => ask(client, 'kv/put', { key: encoded(name(random)), value: encoded('kept'), ignore_lease: true }),
  (client, random) => ask(client, 'kv/deleterange', deletion(random)),
  (client, random) => ask(client, 'kv/deleterange', deletion(random)),
  (client, random) => ask(client, 'kv/txn', transaction(random)),
  (client, random) => ask(client, 'kv/txn', transaction(random)),
  (client, random) => ask(client, 'lease/grant', { ID: random.of(leases), TTL: '9000' }),
  (client, random) => (random.below(4) === 0 ? ask(client, random.below(2) === 0 ? 'lease/revoke' : 'kv/lease/revoke', { ID: random.of(leases) }) : ask(client, 'kv/put', put(random))),
];

/** Makes root and a user who may write below /app/ only, and puts locks on. */
async function enableAuth(client: Client): Promise<void> {
  for (const [path, body] of [
    ['auth/user/add', { name: 'root', password: 'rootpw' }], ['auth/role/add', { name: 'root' }], ['auth/user/grant', { user: 'root', role: 'root' }],
    ['auth/user/add', { name: 'ann', password: 'annpw' }], ['auth/role/add', { name: 'writer' }], ['auth/user/grant', { user: 'ann', role: 'writer' }],
    ['auth/role/grant', { name: 'writer', perm: { permType: 'READWRITE', key: encoded('/app/'), range_end: encoded('/app0') } }], ['auth/enable', {}],
  ] as const) await ask(client, path, body);
}

const administration: Readonly<Record<string, Act>> = {
  compacted: async (client, random) => {
    const revision = Number((await served(client))?.revision ?? 1);
    await ask(client, 'kv/compaction', { revision: String(Math.max(1, revision - random.below(40))), physical: random.below(2) === 0 });
  },
  defragmented: (client) => ask(client, 'maintenance/defragment', {}),
  auth: (client) => enableAuth(client),
  'other users': async (client, random) => {
    await ask(client, 'auth/role/add', { name: 'reader' });
    await ask(client, 'auth/role/grant', { name: 'reader', perm: { permType: 'READ', key: encoded('/cfg/'), range_end: encoded('/cfg0') } });
    await ask(client, 'auth/user/add', { name: 'bob', password: 'bobpw' });
    await ask(client, 'auth/user/grant', { user: 'bob', role: random.of(['reader', 'writer']) });
    await ask(client, 'auth/user/changepw', { name: 'bob', password: 'other' });
    if (random.below(2) === 0) await ask(client, 'auth/user/revoke', { name: 'ann', role: 'writer' });
    if (random.below(2) === 0) await ask(client, 'auth/role/revoke', { role: 'writer', key: encoded('/app/'), range_end: encoded('/app0') });
    if (random.below(3) === 0) await ask(client, 'auth/user/delete', { name: 'ann' });
    if (random.below(3) === 0) await ask(client, 'auth/role/delete', { role: 'writer' });
  },
  'auth off': (client) => ask(client, 'auth/disable', {}),
  alarm: (client, random) => ask(client, 'maintenance/alarm', { action: 'ACTIVATE', memberID: '0', alarm: random.of(['NOSPACE', 'NOSPACE', 'CORRUPT']) }),
  'alarm off': async (client) => {
    for (const alarm of ['NOSPACE', 'CORRUPT']) await ask(client, 'maintenance/alarm', { action: 'DEACTIVATE', memberID: '0', alarm });
  },
  learner: (client, random) => ask(client, 'cluster/member/add', { peerURLs: [`http://127.0.0.1:${1 + random.below(1000)}`], isLearner: true }),
  'learner removed': async (client) => {
    const list = await ask(client, 'cluster/member/list', {});
    const learner = ((list?.['members'] ?? []) as readonly { readonly ID: string; readonly isLearner?: boolean }[]).find(({ isLearner }) => isLearner === true);
    if (learner !== undefined) await ask(client, 'cluster/member/remove', { ID: learner.ID });
  },
  'member updated': async (client) => {
    const list = await ask(client, 'cluster/member/list', {});
    const [own] = (list?.['members'] ?? []) as readonly { readonly ID: string; readonly peerURLs: readonly string[] }[];
    if (own !== undefined) await ask(client, 'cluster/member/update', { ID: own.ID, peerURLs: [...own.peerURLs, 'http://127.0.0.1:7'] });
  },
  'downgrade begun': (client) => ask(client, 'maintenance/downgrade', { action: 'ENABLE', version: client.version.startsWith('3.5') ? '3.4.0' : client.version.startsWith('3.6') ? '3.5.0' : '3.6.0' }),
  'downgrade given up': (client) => ask(client, 'maintenance/downgrade', { action: 'CANCEL', version: '' }),
  'as ann': async (client, random) => {
    const token = (await ask(client, 'auth/authenticate', { name: 'ann', password: 'annpw' }))?.['token'];
    if (typeof token === 'string') for (let i = 0; i < 8; i++) await random.of(writes)({ ...client, token }, random);
  },
  'api v2': async (client, random) => {
    for (let i = random.below(4); i >= 0; i--) await fetch(`http://127.0.0.1:${client.port}/v2/keys/old/${random.below(9)}`, { method: random.below(4) === 0 ? 'DELETE' : 'PUT', body: new URLSearchParams({ value: String(i) }), signal: AbortSignal.timeout(8000) });
  },
  'long log': async (client) => {
    // More than one segment of 64 MB, by transactions that change nothing.
    const large = Buffer.alloc(1_400_000, 'w').toString('base64');
    for (let i = 0; i < 50; i++) await ask(client, 'kv/txn', { compare: [{ target: 'VERSION', result: 'EQUAL', key: encoded('never'), version: '7' }], success: [{ request_put: { key: encoded('never'), value: large } }] });
  },
};

/** Lets a member live in a folder, and kills it. */
export async function liveAlone(version: string, folder: string, random: Dice): Promise<MemberLife> {
  const minor = Number(version.split('.')[1]);
  const member = { ...(await memberOf('default', join(folder, 'd'))), name: 'default' };
  const client: Client = { version, port: Number(new URL(member.client).port) };
  const flags = [
    '--snapshot-count', random.of(['15', '60', '200', '100000']),
    ...(minor >= 4 && random.below(2) === 0 ? ['--backend-batch-interval', '4s'] : []),
    ...(minor >= 6 && random.below(2) === 0 ? ['--snapshot-catchup-entries', '10'] : []),
    ...(minor >= 5 ? ['--unsafe-no-fsync'] : []),
    ...(minor === 4 || minor === 5 ? ['--enable-v2'] : []),
  ];
  const words = [version, `snapshot-count ${flags[1] ?? ''}`, ...(flags.includes('4s') ? ['lag'] : [])];
  let server: Running = await start(version, member, { flags });
  const files: Files = new Map();
  const copy = (as: string): void => void files.set(as, readFileSync(join(member.dir, 'member/snap/db')));
  const rounds = 2 + random.below(6);
  for (let round = 0; round < rounds; round++) {
    for (let i = 5 + random.below(60); i > 0; i--) await random.of(writes)(client, random);
    if (random.below(3) > 0) {
      const act = random.of(Object.keys(administration).filter((one) => one !== 'long log' || random.below(3) === 0));
      words.push(act);
      await administration[act]!(client, random);
    }
    if (random.below(3) === 0) {
      const ending = random.of(['stopped', 'killed']);
      words.push(ending);
      await (ending === 'stopped' ? stop(server) : kill(server));
      server = await start(version, member, { flags });
    }
    if (round === 0) copy('extra/db.t1');
    if (round === rounds - 2) {
      copy('extra/db.t2');
      runTool(version, ['--endpoints', member.client, '--user', 'root:rootpw', 'snapshot', 'save', join(folder, 'older.db')], 'etcdctl');
    }
  }
  // A restart in the middle of a downgrade ends some versions.
  const last = await served(client) ?? { revision: '-1', keys: 0, keysHash: '' };
  for (const login of [[], ['--user', 'root:rootpw']]) if (runTool(version, ['--endpoints', member.client, ...login, 'snapshot', 'save', join(folder, 'snapshot.db')], 'etcdctl').ok) break;
  await sleep(random.of([0, 200]));
  if (random.below(6) === 0) {
    words.push('stopped at the end');
    await stop(server);
  } else await kill(server);
  cpSync(member.dir, join(folder, 'end'), { recursive: true });
  for (const [path, bytes] of filesBelow(join(folder, 'end'))) files.set(path, bytes);
  for (const [from, as] of [['snapshot.db', 'snapshot.db'], ['older.db', 'extra/older.db']] as const) {
    try {
      files.set(as, readFileSync(join(folder, from)));
    } catch {
      // It was not saved.
    }
  }
  return { version, words: words.join(', '), files, served: last };
}
