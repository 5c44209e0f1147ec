import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/case/model.js';
import { baseFiles } from '../damage/cases.js';
import { casesOf, killed, pick, saved, settingsOf, statusOf } from './scenario.js';

const billing = (when: 'early' | 'before-delete' | 'after-delete'): Buffer => saved('v3.5.30', `billing-single-${when}`);
const codes = (value: Case): string[] => value.findings.map((one) => one.code);
const one = (address: string): string => `etcd-master1=https://${address}:2380`;
const health = (host: string, lines: readonly string[]): string => [`[root@${host} ~]# etcdctl endpoint health --cluster`, ...lines, ''].join('\n');

/** A broken single member at the address of the fixtures' `billing` life. */
const brokenBilling = { ...settingsOf('master1', 'master1', '172.16.4.11', one('172.16.4.11').replace('etcd-master1', 'master1')), ...statusOf('master1', false) };

describe('what people deleted is put back, not restored over', () => {
  it.each(['en', 'zh-CN'] as const)('takes the objects out of the snapshot before the deletion (%s)', async (language) => {
    const value = await casesOf({ 'early.db': billing('early'), 'a.db': billing('before-delete'), 'b.db': billing('after-delete') }, language);
    expect(value.recommendation.kind).toBe('reapply-objects');
    expect(pick(value)).toBe('a.db');
    expect(value.recommendation.nextBest?.kind).toBe('restore-snapshot');
    expect(value.recommendation.why[0]!.text).toContain('billing');
    expect(/[\u4e00-\u9fff]/.test(value.recommendation.why[0]!.text)).toBe(language === 'zh-CN');
    expect(codes(value)).toContain('candidate.namespace-deleted');
  });

  it('restores the newest state of a dead etcd and says where the deleted objects are', async () => {
    const value = await casesOf({ ...brokenBilling, 'b/a.db': billing('before-delete'), 'b/b.db': billing('after-delete') });
    expect(value.recommendation.kind).toBe('restore-snapshot');
    expect(pick(value)).toBe('b/b.db');
    expect(value.recommendation.conditions.some((said) => said.key === 'recommend.condition.deleted-before' && said.text.includes('b/a.db'))).toBe(true);
  });
});

describe('the content decides, not names and file times', () => {
  const midnight = saved('v3.5.16', 'kubesphere-single-midnight');
  const late = saved('v3.5.16', 'kubesphere-single-late');

  it.each(['en', 'zh-CN'] as const)('sees through frozen backups (%s)', async (language) => {
    const value = await casesOf({ 'b/etcd-2026-06-10-01-00-01.db': midnight, 'b/etcd-2026-06-11-01-00-01.db': midnight, 'b/etcd-2026-06-12-01-00-01.db': midnight, 'b/by-hand.db': late }, language);
    expect(pick(value)).toBe('b/by-hand.db');
    expect(codes(value).some((code) => code === 'candidate.frozen' || code === 'audit.frozen')).toBe(true);
    expect(codes(value)).toContain('candidate.name-not-content');
  });

  it('ranks by content when all file times are one', async () => {
    const value = await casesOf({ 'x/1.db': late, 'x/2.db': midnight }, 'en', new Date('2026-06-15T10:00:00Z'));
    expect(pick(value)).toBe('x/1.db');
    expect(value.candidates.find((candidate) => candidate.path === 'x/2.db')?.takenAt.best).toMatch(/^2023-07-07T15:59/);
    expect(value.recommendation.whyNot[0]!.said.key).toBe('recommend.whynot.older');
  });
});

describe('clusters are told apart', () => {
  it('refuses to choose between two when nothing says which one broke', async () => {
    const value = await casesOf({ 'b/x.db': billing('early'), 'b/y.db': saved('v3.4.23', 'erp-single-late') });
    expect(value.recommendation.kind).toBe('none');
    expect(value.recommendation.missingFacts.map((lack) => lack.fact)).toContain('cluster id');
    expect(codes(value)).toContain('candidate.mixed-clusters');
  });

  it('takes the one whose addresses the broken host has, though the other is newer', async () => {
    const value = await casesOf({ ...brokenBilling, 'b/x.db': billing('early'), 'b/y.db': saved('v3.4.23', 'erp-single-late') });
    expect(pick(value)).toBe('b/x.db');
    expect(value.candidates.find((candidate) => candidate.path === 'b/y.db')?.usable).toBe(false);
    expect(codes(value)).toContain('candidate.other-cluster');
  });

  it('takes the one that has a node for each of the broken hosts, where both have a master1', async () => {
    const names = ['master1', 'master2', 'master3'];
    const cluster = names.map((name, i) => `${name}=https://10.0.8.1${i + 1}:2380`).join(',');
    const hosts = Object.assign({}, ...names.map((name, i) => ({ ...settingsOf(name, name, `10.0.8.1${i + 1}`, cluster), ...statusOf(name, false) }))) as Record<string, string>;
    const value = await casesOf({ ...hosts, 'master1/s.db': saved('v3.4.23', 'erp-three-late-m1'), 'master2/s.db': saved('v3.4.23', 'erp-single-late') });
    expect(pick(value)).toBe('master1/s.db');
    expect(codes(value)).toContain('candidate.other-cluster');
  });

  it('never restores a stranger, even when it is all there is', async () => {
    const value = await casesOf({ ...settingsOf('edge7', 'edge7', '10.77.0.7', 'edge7=https://10.77.0.7:2380'), ...statusOf('edge7', false), 'b/y.db': saved('v3.4.23', 'erp-single-late') });
    expect(value.recommendation.kind).toBe('none');
    expect(value.recommendation.candidate).toBeNull();
  });
});

describe('equal host names prove little', () => {
  it.each(['en', 'zh-CN'] as const)('asks whether the addresses changed before a file of other addresses is restored (%s)', async (language) => {
    const here = { ...settingsOf('master1', 'master1', '192.168.0.11', 'master1=https://192.168.0.11:2380'), ...statusOf('master1', false) };
    const value = await casesOf({ ...here, 'b/y.db': saved('v3.5.16', 'kubesphere-single-late') }, language);
    expect([value.recommendation.kind, value.recommendation.confidence]).toEqual(['restore-snapshot', 'possible']);
    const said = value.recommendation.conditions.find((one) => one.key === 'recommend.condition.other-addresses');
    expect(said?.text).toMatch(/192\.168\.8\.11.*192\.168\.0\.11/);
    expect(/[\u4e00-\u9fff]/.test(said!.text)).toBe(language === 'zh-CN');
  });
});

describe('the state decides the plan', () => {
  const three = 'etcd1=https://10.0.0.1:2380,etcd2=https://10.0.0.2:2380,etcd3=https://10.0.0.3:2380';
  const hosts = { ...settingsOf('n1', 'etcd1', '10.0.0.1', three), ...settingsOf('n2', 'etcd2', '10.0.0.2', three), ...settingsOf('n3', 'etcd3', '10.0.0.3', three) };
  const healthy = (address: string): string => `https://${address}:2379 is healthy: successfully committed proposal: took = 12.1ms`;

  it('replaces one member while a majority lives', async () => {
    const value = await casesOf({ ...hosts, ...statusOf('n1', true), ...statusOf('n2', true), ...statusOf('n3', false), 'n1/health.txt': health('n1', [healthy('10.0.0.1'), healthy('10.0.0.2'), 'https://10.0.0.3:2379 is unhealthy: failed to commit proposal: context deadline exceeded']), 'b/s.db': saved('v3.5.30', 'shop-three-late-m1') });
    expect(value.recommendation.kind).toBe('replace-member');
    expect(value.recommendation.candidate).toBeNull();
    expect(value.recommendation.why[0]!.text).toContain('etcd3');
  });

  it('leaves a healthy cluster alone', async () => {
    const value = await casesOf({ ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('master1', true), 'master1/health.txt': health('master1', [healthy('192.168.8.11')]), 'b/s.db': saved('v3.5.16', 'kubesphere-single-late') });
    expect(value.recommendation.kind).toBe('none');
    expect(value.recommendation.why[0]!.key).toBe('recommend.why.healthy');
    expect(value.outage.start).toEqual({ notBefore: null, notAfter: null });
  });

  it('repairs a NOSPACE alarm without a restore', async () => {
    const value = await casesOf({ ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('master1', true), 'master1/alarm.txt': '[root@master1 ~]# etcdctl alarm list\nmemberID:4339923168137331411 alarm:NOSPACE\n', 'master1/health.txt': health('master1', [healthy('192.168.8.11')]), 'b/s.db': saved('v3.5.16', 'kubesphere-single-late') });
    expect(value.recommendation.kind).toBe('repair-without-restore');
    expect(value.recommendation.why[0]!.key).toBe('recommend.repair.nospace-alarm');
  });

  it('renews expired certificates and restores nothing', async () => {
    const refused = 'W0615 10:00:59.000000       1 logging.go:59] [core] grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379"}. Err: connection error: desc = "transport: authentication handshake failed: x509: certificate has expired or is not yet valid: current time 2026-06-15T10:00:59Z is after 2026-06-14T08:00:00Z"';
    const value = await casesOf({ ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('master1', true), 'master1/apiserver.log': `${refused}\n${refused.replace('10:00:59', '10:01:59')}\n`, 'b/s.db': saved('v3.5.16', 'kubesphere-single-late') });
    expect(value.recommendation.kind).toBe('repair-without-restore');
    expect(value.recommendation.why[0]!.key).toBe('recommend.repair.certificate-expired');
  });

  it('uses a data directory that boots and is newer than every snapshot', async () => {
    const value = await casesOf({ 'd.tar.xz': killed('v3.4.23-erp-single'), 'b/late.db': saved('v3.4.23', 'erp-single-late') });
    expect(value.recommendation.kind).toBe('use-data-dir');
    expect(pick(value)).toBe('d.tar.xz!/data');
    expect(value.candidates.find((candidate) => candidate.path === 'd.tar.xz!/data')?.boot?.result).toBe('ready');
  });

  it('says that more may be lost than is known where the newest log ends damaged', async () => {
    const files = await baseFiles('dir-3.5.30-b');
    const cut = Object.fromEntries([...files].filter(([path]) => path.startsWith('member/')).map(([path, bytes]) => [`master1/var/lib/etcd/${path}`, path.endsWith('.wal') ? Buffer.from(bytes.subarray(0, 269_581)) : Buffer.from(bytes)]));
    const value = await casesOf({ ...cut, ...statusOf('master1', false) });
    expect(value.candidates[0]?.boot?.hazard).toBe('acknowledged-writes-lost');
    expect(value.recommendation.conditions.map((said) => said.key)).toContain('recommend.condition.loss-at-least');
  });

  it('starts the members together when a majority of directories is whole, and leaves the laggard out', { timeout: 240_000 }, async () => {
    const value = await casesOf({ 'm1.tar.xz': killed('v3.5.30-shop-three-member1'), 'm2.tar.xz': killed('v3.5.30-shop-three-member2'), 'm3.tar.xz': killed('v3.5.30-shop-three-member3'), 'b/m1.db': saved('v3.5.30', 'shop-three-late-m1') });
    expect(value.recommendation.kind).toBe('repair-without-restore');
    expect(value.recommendation.why[0]!.key).toBe('recommend.why.majority-starts');
    expect(value.candidates.find((candidate) => candidate.path === 'm3.tar.xz!/data')?.usable).toBe(false);
  });

  /** The three members of the fixtures' `shop-three` life, each on its own port. */
  const ports = { master1: 21548, master2: 21550, master3: 21552 };
  const shop = Object.entries(ports).map(([name, port]) => `${name}=http://127.0.0.1:${port}`).join(',');
  const shopHost = (name: keyof typeof ports): Record<string, string> =>
    Object.fromEntries(Object.entries({ ...settingsOf(name, name, '127.0.0.1', shop), ...statusOf(name, false) }).map(([path, text]) => [path, text.replaceAll('https://127.0.0.1:2380', `http://127.0.0.1:${ports[name]}`)]));

  it('offers the only surviving directory with its conditions when the others are down', async () => {
    const value = await casesOf({ ...shopHost('master1'), ...shopHost('master2'), ...shopHost('master3'), 'master1/m1.tar.xz': killed('v3.5.30-shop-three-member1'), 'master1/m1.db': saved('v3.5.30', 'shop-three-late-m1') });
    expect(value.recommendation.kind).toBe('force-new-cluster');
    expect(pick(value)).toBe('master1/m1.tar.xz!/data');
    expect(value.recommendation.conditions.map((said) => said.key)).toContain('recommend.condition.force-new-cluster');
  });

  it('asks for the other members before one of three is made the cluster', async () => {
    const value = await casesOf({ ...shopHost('master1'), 'master1/m1.tar.xz': killed('v3.5.30-shop-three-member1'), 'master1/m1.db': saved('v3.5.30', 'shop-three-late-m1') });
    expect(value.recommendation.kind).toBe('none');
    expect(value.recommendation.missingFacts.map((lack) => lack.fact)).toContain('other members');
    expect(value.recommendation.nextBest?.kind).toBe('force-new-cluster');
  });
});

describe('three directories of which some are damaged', { timeout: 120_000 }, () => {
  /** Peer URLs of the members of the base `trio-3.6-l`. */
  const peers = { m1: 'http://127.0.0.1:39385', m2: 'http://127.0.0.1:35303', m3: 'http://127.0.0.1:44825' };
  const cluster = Object.entries(peers).map(([name, url]) => `${name}=${url}`).join(',');
  /** A bundle of three hosts that are down, each with the directory of a member. */
  async function bundle(directories: Readonly<Record<string, (files: Map<string, Buffer>) => Map<string, Buffer>>>): Promise<Record<string, Buffer | string>> {
    const files: Record<string, Buffer | string> = {};
    const base = await baseFiles('trio-3.6-l');
    for (const [name, url] of Object.entries(peers)) {
      for (const [path, text] of Object.entries({ ...settingsOf(name, name, '127.0.0.1', cluster), ...statusOf(name, false) })) files[path] = text.replaceAll('https://127.0.0.1:2380', url).replaceAll('3.5.30', '3.6.16');
      const own = new Map([...base].filter(([path]) => path.startsWith(`${name}/`)).map(([path, bytes]) => [path.slice(name.length + 1), bytes]));
      for (const [path, bytes] of (directories[name] ?? ((all) => all))(own)) files[`${name}/var/lib/etcd/${path}`] = bytes;
    }
    return files;
  }
  const onlyStart = (value: Case): unknown => value.recommendation.conditions.find((said) => said.key === 'recommend.condition.start-only')?.params['members'];
  const gone = (): Map<string, Buffer> => new Map();

  it('starts all of them together when nothing is damaged, and ranks them by their logs', async () => {
    const value = await casesOf(await bundle({}));
    expect(value.recommendation.why[0]!.key).toBe('recommend.why.majority-starts');
    expect(value.recommendation.conditions.map((said) => said.key)).toContain('recommend.condition.start-together');
    // The databases hold less than the logs that follow them.
    expect(value.candidates.map(({ path, revision }) => [path, revision])).toEqual([['m1/var/lib/etcd', 32], ['m2/var/lib/etcd', 32], ['m3/var/lib/etcd', 21]]);
  });

  it('keeps a member out whose vote could bring an older state back', async () => {
    // m2 comes back empty and would vote for the old leader.
    const value = await casesOf(await bundle({ m2: (files) => new Map([...files].filter(([path]) => path.endsWith('/db'))) }));
    expect(value.recommendation.why[0]!.key).toBe('recommend.why.majority-starts');
    expect(onlyStart(value)).toBe('m1, m3');
    const starts = value.plan!.manual.filter((step) => step.commands.some((command) => /systemctl start/.test(command)));
    expect(starts.map(({ host }) => host)).toEqual(['m1', 'm3']);
  });

  it('says what a lone survivor drops', async () => {
    const value = await casesOf(await bundle({ m2: gone, m3: gone }));
    expect(value.recommendation.kind).toBe('force-new-cluster');
    expect(pick(value)).toBe('m1/var/lib/etcd');
    expect(value.recommendation.risks.find((said) => said.key === 'recommend.risk.uncommitted')?.params['count']).toBe(1);
  });

  /** A byte of the newest value of one key changed, as a failing disk does. */
  const spoiled = (files: Map<string, Buffer>): Map<string, Buffer> => {
    const db = Buffer.from(files.get('member/snap/db')!);
    for (let at = db.indexOf('value 11'); at >= 0; at = db.indexOf('value 11', at + 1)) db.write('X', at);
    return new Map([...files, ['member/snap/db', db]]);
  };

  it('leaves out a member whose data differs from what the others agree on', async () => {
    const value = await casesOf(await bundle({ m1: spoiled }));
    expect(onlyStart(value)).toBe('m2, m3');
    expect(value.candidates.find(({ path }) => path === 'm1/var/lib/etcd')).toMatchObject({ usable: false, reasons: [{ key: 'recommend.reason.differs' }] });
  });

  it('says that one of two is wrong when no third one decides', async () => {
    const value = await casesOf(await bundle({ m1: spoiled, m3: gone }));
    expect(value.recommendation.kind).toBe('force-new-cluster');
    expect(value.recommendation.risks.map((said) => said.key)).toContain('recommend.risk.contradicts');
  });

  it('does not start a copy of another member in its place', async () => {
    const copied = await baseFiles('trio-3.6-l');
    const value = await casesOf(await bundle({ m3: () => new Map([...copied].filter(([path]) => path.startsWith('m1/')).map(([path, bytes]) => [path.slice(3), bytes])) }));
    expect(onlyStart(value)).toBe('m1, m2');
  });
});

describe('too little is said to be too little', () => {
  it('recommends nothing from logs alone, and says what to collect', async () => {
    const value = await casesOf({ 'etcd.log': '{"level":"panic","ts":"2026-06-15T10:02:31.000Z","caller":"wal/wal.go:1","msg":"failed to open WAL","error":"wal: crc mismatch"}\n', 'notes.txt': 'please help\n' });
    expect(value.recommendation.kind).toBe('none');
    expect(value.recommendation.missingFacts.every((lack) => lack.collect !== null)).toBe(true);
    expect(value.recommendation.missingFacts.length).toBeGreaterThan(0);
  });

  it('names the only snapshot but withholds commands whose words are not known', async () => {
    const value = await casesOf({ 'snapshot.db': saved('v3.5.16', 'kubesphere-single-late') });
    expect(value.recommendation.kind).toBe('restore-snapshot');
    expect(value.recommendation.confidence).toBe('possible');
    expect(value.recommendation.conditions.map((said) => said.key)).toContain('recommend.condition.only-if-down');
    expect(Object.keys(value.plan?.scripts ?? {})).toEqual([]);
    expect(value.recommendation.missingFacts.map((lack) => lack.fact)).toContain('etcd version');
  });

  it('refuses a cut, an empty and a false snapshot', async () => {
    const late = saved('v3.5.16', 'kubesphere-single-late');
    const flipped = Buffer.from(late);
    flipped[flipped.length - 40_000] = flipped[flipped.length - 40_000]! ^ 4;
    const value = await casesOf({ ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('master1', false), 'b/cut.db': late.subarray(0, late.length >> 1), 'b/empty.db': '', 'b/flipped.db': flipped, 'b/snapshot-note.db': Buffer.from(Array.from({ length: 40_960 }, (_, i) => (i * 7919) % 251)) });
    expect(value.recommendation.kind).toBe('none');
    expect(value.candidates.every((candidate) => !candidate.usable)).toBe(true);
    expect(value.candidates.map((candidate) => candidate.verdict).sort()).toEqual(['digest-wrong', 'empty', 'not-bbolt', 'truncated']);
  });

  it('does not take the copy of a running database', async () => {
    const db = saved('v3.5.16', 'kubesphere-single-late');
    const value = await casesOf({ ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('master1', true), 'master1/db': db.subarray(0, db.length - 32), 'b/old.db': saved('v3.5.16', 'kubesphere-single-midnight') });
    expect(value.candidates.find((candidate) => candidate.path === 'master1/db')?.usable).toBe(false);
    expect(pick(value)).not.toBe('master1/db');
  });
});
