import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataDirectory } from '../../src/artifacts/databases.js';
import type { Fact } from '../../src/artifacts/fact.js';
import { joinSeparateLogs } from '../../src/artifacts/separate-log.js';
import type { BundleFile } from '../../src/intake/bundle.js';
import { zipOf } from '../intake/archives.js';
import { casesOf, killed, pick, saved, settingsOf, statusOf } from './scenario.js';
import { emptied, wentOn } from './went-on.js';

const late = saved('v3.5.16', 'kubesphere-single-late');
const midnight = saved('v3.5.16', 'kubesphere-single-midnight');
/** The files of a data directory of the fixtures, under another folder. */
function directory(life: string, place: string): Record<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'directory-'));
  try {
    execFileSync('tar', ['xJf', '-', '-C', folder], { input: killed(life) });
    const files = execFileSync('find', ['data', '-type', 'f'], { cwd: folder, encoding: 'utf8' }).trim().split('\n');
    return Object.fromEntries(files.map((path) => [`${place}/${path.slice('data/'.length)}`, readFileSync(join(folder, path))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A broken single member at the address of the fixtures' `kubesphere` life. */
const broken = { ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('master1', false) };

describe('turns that lead astray', () => {
  it('says that k3s on SQLite, or on a database elsewhere, has no etcd, and never shows its password', async () => {
    const status = '[root@srv1 ~]# systemctl status k3s\n● k3s.service - Lightweight Kubernetes\n     Loaded: loaded (/etc/systemd/system/k3s.service; enabled; preset: enabled)\n     Active: activating (auto-restart) (Result: exit-code) since Tue 2025-03-04 09:12:35 UTC; 5s ago\n';
    const sqlite = await casesOf({ 'srv1/s.txt': `${status}[root@srv1 ~]# ls -l --full-time /var/lib/rancher/k3s/server/db\ntotal 4\n-rw-r--r-- 1 root root 18432000 2025-03-04 08:00:00.000000000 +0000 state.db\n` });
    expect(sqlite.recommendation.why.map((one) => one.key)).toEqual(['recommend.why.sqlite']);
    const elsewhere = await casesOf({ 'srv1/s.txt': status, 'srv1/etc/rancher/k3s/config.yaml': 'datastore-endpoint: "mysql://user:hunter2@tcp(10.9.7.5:3306)/k3s"\n' });
    expect(elsewhere.recommendation.why.map((one) => one.key)).toEqual(['recommend.why.external-datastore']);
    expect(JSON.stringify(elsewhere)).not.toContain('hunter2');
    const etcd = await casesOf({ 'srv1/s.txt': status, 'srv1/etc/rancher/k3s/config.yaml': 'datastore-endpoint: "https://10.9.7.5:2379"\n' });
    expect(etcd.recommendation.why.map((one) => one.key)).not.toContain('recommend.why.external-datastore');
  });

  it('believes the log of k3s that it keeps its objects in SQLite', async () => {
    const value = await casesOf({ 'srv1/k3s.log': 'Mar 05 09:10:01 srv1 k3s[900]: time="2024-03-05T09:10:01Z" level=info msg="Configuring sqlite3 database connection pooling: maxIdleConns=2, maxOpenConns=0, connMaxLifetime=0s"\nMar 05 09:10:02 srv1 k3s[900]: time="2024-03-05T09:10:02Z" level=fatal msg="starting kubernetes: preparing server: start managed database: creating storage endpoint: building kine: database disk image is malformed"\n' });
    expect(value.recommendation.why.map((one) => one.key)).toEqual(['recommend.why.sqlite']);
  });

  it('does not let another cluster\'s newer backup say that the clock of the host was behind', async () => {
    const value = await casesOf({ ...broken, 'master1/etcd.log': '{"level":"info","ts":"2023-07-07T17:45:00.000Z","caller":"mvcc/kvstore_compaction.go:68","msg":"finished scheduled compaction","compact-revision":11600}\n', 'master1/b/late.db': late, 'master1/b/other.db': saved('v3.5.30', 'billing-single-before-delete'), 'master1/d.txt': '[root@master1 ~]# date\nSat Jul  8 00:30:00 UTC 2023\n' });
    expect(pick(value)).toBe('master1/b/late.db');
    expect(value.findings.map((one) => one.code)).not.toContain('host.clock-behind');
    expect(value.outage.lastKnownGood?.time.best).toMatch(/^2023-07-07T17:45/);
  });

  it('takes the raised revision after a restore for no time that passed', async () => {
    const raised = wentOn(late, [{ key: '/registry/configmaps/default/x', value: Buffer.from('x') }], 1_000_000_000);
    const value = await casesOf({ ...broken, 'b/1.db': late, 'b/2.db': raised });
    const two = value.candidates.find((one) => one.path === 'b/2.db')!;
    expect([pick(value), two.takenAt.best?.slice(0, 16), two.takenAt.notAfter]).toEqual(['b/2.db', '2023-07-07T17:29', null]);
    expect(value.candidates.find((one) => one.path === 'b/1.db')!.loss?.seconds ?? 0).toBeLessThan(60);
  });

  it('warns of the only file when Kubernetes had not used that etcd yet', async () => {
    const value = await casesOf({ ...broken, 'b/only.db': emptied(late) });
    expect([value.recommendation.kind, value.recommendation.confidence]).toEqual(['restore-snapshot', 'possible']);
    expect(value.recommendation.conditions.map((one) => one.key)).toContain('recommend.condition.no-kubernetes');
    expect((await casesOf({ ...broken, 'b/late.db': late })).recommendation.conditions.map((one) => one.key)).not.toContain('recommend.condition.no-kubernetes');
  });

  it('keeps the second etcd, which holds Events alone, apart', async () => {
    const value = await casesOf({ ...broken, 'backups/main/a.db': midnight, 'backups/events/b.db': emptied(late, '/registry/events/') });
    expect(pick(value)).toBe('backups/main/a.db');
    expect(value.findings.filter((one) => /cluster|events/.test(one.code)).map((one) => one.code)).toEqual(['candidate.events-only']);
    expect(value.candidates.find((one) => one.path === 'backups/events/b.db')?.usable).toBe(false);
  });

  it('restores the cluster that broke, where a management cluster that runs lies in the same bundle', async () => {
    const value = await casesOf({
      ...settingsOf('mgmt1', 'mgmt1', '192.168.8.11', 'mgmt1=https://192.168.8.11:2380'), ...statusOf('mgmt1', true), 'mgmt1/backup/s.db': late,
      'mgmt1/health.txt': '[root@mgmt1 ~]# etcdctl endpoint health\nhttps://127.0.0.1:2379 is healthy: successfully committed proposal: took = 8.1ms\n',
      ...settingsOf('work1', 'work1', '172.16.4.11', 'work1=https://172.16.4.11:2380'), ...statusOf('work1', false), 'work1/backup/s.db': saved('v3.5.30', 'billing-single-before-delete'),
    });
    expect([pick(value), value.members.map((one) => one.host)]).toEqual(['work1/backup/s.db', ['work1']]);
    expect(Object.keys(value.plan?.scripts ?? {})).toEqual(['restore-work1.sh']);
    expect(value.findings.map((one) => one.code)).toContain('host.other-cluster');
    expect(value.causes.filter((one) => one.id === 'quorum-lost' || one.id === 'two-members')).toEqual([]);
  });

  it('makes no members of one cluster out of two clusters that are both down', async () => {
    const value = await casesOf({
      ...settingsOf('dev1', 'master1', '172.16.4.11', 'master1=https://172.16.4.11:2380'), ...statusOf('dev1', false), 'dev1/s.db': saved('v3.5.30', 'billing-single-before-delete'),
      ...settingsOf('prod1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('prod1', false), 'prod1/s.db': late,
    });
    expect([value.recommendation.kind, value.recommendation.why.map((one) => one.key)]).toEqual(['none', ['recommend.why.two-clusters']]);
    expect(value.causes.filter((one) => one.id === 'quorum-lost' || one.id === 'two-members')).toEqual([]);
  });

  it('has the clock checked before certificates are renewed, where the hosts are years ahead of the data', async () => {
    const at = (year: number): Record<string, string> => ({
      'd.txt': `root@master1:~# date\nSat Jan  5 08:12:00 CST ${year}\n`,
      'etcd.log': `{"level":"warn","ts":"${year}-01-05T00:10:01.000Z","caller":"embed/config_logging.go:169","msg":"rejected connection","error":"tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${year}-01-05T00:10:01Z is after 2023-07-08T00:00:00Z"}\n`,
    });
    const conditions = async (year: number): Promise<string[]> => (await casesOf({ ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), 'b/late.db': late, ...at(year) })).recommendation.conditions.map((one) => one.key);
    expect(await conditions(2036)).toContain('recommend.condition.clock-first');
    expect(await conditions(2024)).not.toContain('recommend.condition.clock-first');
  });

  it('tells machines of one name apart by their folders', async () => {
    const three = 'etcd1=https://10.0.0.1:2380,etcd2=https://10.0.0.2:2380,etcd3=https://10.0.0.3:2380';
    const machine = (n: number): Record<string, string> => Object.fromEntries(Object.entries({ ...settingsOf('m', `etcd${n}`, `10.0.0.${n}`, three), ...statusOf('localhost', false) }).map(([path, text]) => [path.replace(/^[^/]+/, `10.0.0.${n}`), text]));
    const named = (n: number): Record<string, string> => ({ ...machine(n), [`10.0.0.${n}/hostname.txt`]: '[root@localhost ~]# hostname\nlocalhost.localdomain\n' });
    for (const one of [machine, named]) expect((await casesOf({ ...one(1), ...one(2), ...one(3) })).members.map(({ name, host }) => [name, host])).toEqual([['etcd1', '10.0.0.1'], ['etcd2', '10.0.0.2'], ['etcd3', '10.0.0.3']]);
  });

  it('never starts the directory of a member that was removed, nor makes a cluster of it', async () => {
    const three = 'master1=https://10.30.0.11:2380,master2=https://10.30.0.12:2380,master3=https://10.30.0.13:2380';
    const hosts = [1, 2, 3].map((n) => ({ ...settingsOf(`master${n}`, `master${n}`, `10.30.0.1${n}`, three), ...(n < 3 ? statusOf(`master${n}`, false) : {}) }));
    const value = await casesOf({
      ...hosts[0], ...hosts[1], ...hosts[2], ...directory('v3.5.30-shop-three-member3', 'master3/var/lib/etcd'), 'b/older.db': saved('v3.5.30', 'shop-three-late-m1'),
      'master3/etcd.log': '{"level":"warn","ts":"2024-06-01T05:12:04.000Z","caller":"etcdserver/server.go:1156","msg":"server error","error":"the member has been permanently removed from the cluster"}\n',
      'master1/etcd.log': '{"level":"info","ts":"2024-06-01T06:00:00.000Z","caller":"embed/etcd.go:310","msg":"starting an etcd server","etcd-version":"3.5.30"}\npanic: freepages: failed to get all reachable pages (page 318: multiple references (stack: [201 318]))\n',
    });
    expect([value.recommendation.kind, pick(value)]).toEqual(['use-data-dir', 'master3/var/lib/etcd']);
    expect(value.recommendation.conditions.map((one) => one.key)).toEqual(expect.arrayContaining(['recommend.condition.removed-member', 'recommend.condition.skip-hash']));
    expect(value.members.map((one) => one.name)).toEqual(['master1', 'master2']);
    // The others went on without it: its end is not the begin of the outage.
    expect(Date.parse(value.outage.start.notAfter!)).toBeGreaterThan(Date.parse('2024-06-01T05:30:00Z'));
    expect(Object.keys(value.plan?.scripts ?? {}).sort()).toEqual(['restore-master1.sh', 'restore-master2.sh']);
    expect(value.recommendation.loss).toMatchObject({ revisions: null, seconds: null, objects: null });
    expect(value.causes.filter((one) => one.role === 'trigger').map((one) => one.id)).toEqual(['unknown']);
  }, 60_000);

  it('says nothing of a need while it is open whether to restore', async () => {
    const value = await casesOf({ 'a/x.db': late, 'b/y.db': saved('v3.5.30', 'billing-single-early') });
    expect(value.recommendation.kind).toBe('none');
    expect(new Set(value.recommendation.whyNot.map((one) => one.said.key))).toEqual(new Set(['recommend.whynot.open']));
  });

  it('has the data directory copied as the installation keeps it', async () => {
    const collect = async (files: Record<string, string>): Promise<string | null | undefined> => (await casesOf({ ...files, 'srv1/etcd.log': 'panic: freepages: failed to get all reachable pages (page 318: multiple references (stack: [201 318]))\n' })).recommendation.missingFacts.find((one) => one.fact === 'data directory')?.collect;
    expect(await collect(settingsOf('srv1', 'srv1', '10.0.0.1', 'srv1=https://10.0.0.1:2380'))).toBe('systemctl stop etcd; tar -C /var/lib -czf /root/etcd-data.tgz etcd');
    expect(await collect({ 'srv1/s.txt': '[root@srv1 ~]# ls /var/lib/rancher/k3s/server/db/etcd\nconfig  member  name\n[root@srv1 ~]# systemctl status k3s\n● k3s.service - Lightweight Kubernetes\n     Loaded: loaded (/etc/systemd/system/k3s.service; enabled; preset: enabled)\n     Active: activating (auto-restart) (Result: exit-code) since Tue 2025-03-04 09:12:35 UTC; 5s ago\n' })).toBe('systemctl stop k3s; tar -C /var/lib/rancher/k3s/server/db -czf /root/etcd-data.tgz etcd');
    expect(await collect({ 'srv1/talos.txt': '$ talosctl -n 10.0.0.1 service etcd\nNODE       10.0.0.1\nID         etcd\n' })).toBe('talosctl cp /var/lib/etcd ./etcd-data');
  });

  it('takes the directory of k3s from its config.yaml', async () => {
    const name = 'etcd-snapshot-srv1-1688751000';
    const value = await casesOf({
      'srv1/etc/rancher/k3s/config.yaml': 'cluster-init: true\ndata-dir: /data/k3s\n', [`srv1/snapshots/${name}`]: late,
      'srv1/s.txt': `[root@srv1 ~]# systemctl status k3s\n● k3s.service - Lightweight Kubernetes\n     Loaded: loaded (/etc/systemd/system/k3s.service; enabled; preset: enabled)\n     Active: activating (auto-restart) (Result: exit-code) since Fri 2023-07-07 18:10:35 UTC; 5s ago\n[root@srv1 ~]# ls -l --full-time /data/k3s/server/db/snapshots\ntotal 4\n-rw------- 1 root root ${late.length} 2023-07-07 17:30:00.000000000 +0000 ${name}\n`,
    });
    const lines = (value.plan?.manual ?? []).flatMap((step) => step.commands);
    expect(lines).toContain(`k3s server --data-dir=/data/k3s --cluster-reset --cluster-reset-restore-path=/data/k3s/server/db/snapshots/${name}`);
    expect(lines.join('\n')).not.toContain('/var/lib/rancher');
  });

  it('names a checksum file that speaks of other bytes, and still takes the newest whole snapshot', async () => {
    const other = createHash('sha256').update(midnight).digest('hex');
    const value = await casesOf({ ...broken, 'b/late.db': late, 'b/late.db.sha256': `${other}  late.db\n`, 'b/old.db': midnight, 'b/old.db.sha256': `${other}  old.db\n` });
    expect(pick(value)).toBe('b/late.db');
    expect(value.findings.filter((one) => one.code === 'candidate.checksum-differs').map((one) => one.message)).toEqual([expect.stringContaining('b/late.db')]);
    expect(value.recommendation.conditions.map((one) => one.key)).toContain('recommend.condition.checksum-differs');
  });

  it('does not start what took the place of a directory that was put aside and is fresher', async () => {
    const value = await casesOf({
      ...settingsOf('master1', 'master1', '172.16.4.11', 'master1=https://172.16.4.11:2380'), ...directory('v3.5.30-billing-single', 'master1/var/lib/etcd.bak'), 'b/early.db': saved('v3.5.30', 'billing-single-early'),
      'master1/s.txt': '[root@master1 ~]# systemctl status etcd\n● etcd.service - etcd\n     Loaded: loaded (/etc/systemd/system/etcd.service; enabled; vendor preset: enabled)\n     Active: inactive (dead) since Thu 2024-02-29 19:30:00 UTC; 10min ago\n',
    });
    expect(value.recommendation.kind).toBe('use-data-dir');
    expect(value.recommendation.conditions.map((one) => one.key)).toContain('recommend.condition.put-in-place');
    expect(value.plan?.steps.find((step) => step.phase === 'restore')?.commands[0]).toBe('cp -a /var/lib/etcd.bak /var/lib/etcd');
  }, 60_000);

  it('takes a directory with keys for the newest state, though its folder has a date and snapshots lie beside it', async () => {
    const value = await casesOf({ ...broken, ...directory('v3.5.16-kubesphere-single', 'incident-2024-03-01/etcd-data'), 'incident-2024-03-01/midnight.db': midnight });
    expect(pick(value)).toBe('incident-2024-03-01/etcd-data');
  }, 60_000);

  it('counts no learner, and asks for every member that only a database names', async () => {
    const list = '[root@n1 ~]# etcdctl member list\n1a2b3c4d5e6f7081, started, n1, https://10.0.0.1:2380, https://10.0.0.1:2379, false\n2b3c4d5e6f708192, started, n2, https://10.0.0.2:2380, https://10.0.0.2:2379, true\n';
    const value = await casesOf({ ...settingsOf('n1', 'n1', '10.0.0.1', 'n1=https://10.0.0.1:2380'), ...statusOf('n1', false), 'n1/members.txt': list });
    expect(value.members.map((one) => one.name)).toEqual(['n1']);
  });

  it('replaces the member that a CORRUPT alarm names, though all answer', async () => {
    const three = 'etcd1=https://10.0.0.1:2380,etcd2=https://10.0.0.2:2380,etcd3=https://10.0.0.3:2380';
    const hosts = [1, 2, 3].map((n) => ({ ...settingsOf(`n${n}`, `etcd${n}`, `10.0.0.${n}`, three), ...statusOf(`n${n}`, true) }));
    const said = ['[root@n1 ~]# etcdctl alarm list', `memberID:${BigInt('0x3c4d5e6f708192a3')} alarm:CORRUPT`, '[root@n1 ~]# etcdctl member list', ...[1, 2, 3].map((n) => `${['1a2b3c4d5e6f7081', '2b3c4d5e6f708192', '3c4d5e6f708192a3'][n - 1]!}, started, etcd${n}, https://10.0.0.${n}:2380, https://10.0.0.${n}:2379, false`),
      '[root@n1 ~]# etcdctl endpoint health --cluster', ...[1, 2, 3].map((n) => `https://10.0.0.${n}:2379 is healthy: successfully committed proposal: took = 12.1ms`), ''];
    const value = await casesOf({ ...hosts[0], ...hosts[1], ...hosts[2], 'n1/asked.txt': said.join('\n') });
    expect(value.recommendation.kind).toBe('replace-member');
    expect(value.recommendation.why.map((one) => one.text).join()).toContain('etcd3');
  });

  it('gives k3s the zip that it wrote, and takes no opened archive for a snapshot', async () => {
    const name = 'etcd-snapshot-srv1-1688751000';
    const zip = zipOf({ name, content: late });
    const value = await casesOf({
      [`srv1/snapshots/${name}.zip`]: zip,
      'srv1/s.txt': `[root@srv1 ~]# systemctl status k3s\n● k3s.service - Lightweight Kubernetes\n     Loaded: loaded (/etc/systemd/system/k3s.service; enabled; preset: enabled)\n     Active: activating (auto-restart) (Result: exit-code) since Fri 2023-07-07 18:10:35 UTC; 5s ago\n[root@srv1 ~]# ls -l --full-time /var/lib/rancher/k3s/server/db/snapshots\ntotal 4\n-rw------- 1 root root ${zip.length} 2023-07-07 17:30:00.000000000 +0000 ${name}.zip\n`,
    });
    expect(value.candidates).toHaveLength(1);
    const lines = (value.plan?.manual ?? []).flatMap((step) => step.commands);
    expect(lines).toContain(`unzip -p /var/lib/rancher/k3s/server/db/snapshots/${name}.zip | sha256sum`);
    expect(lines).toContain(`k3s server --cluster-reset --cluster-reset-restore-path=/var/lib/rancher/k3s/server/db/snapshots/${name}.zip`);
  });

  it('restores nothing over members that run for long, though nobody asked etcd', async () => {
    const three = 'etcd1=https://10.0.0.1:2380,etcd2=https://10.0.0.2:2380,etcd3=https://10.0.0.3:2380';
    const hosts = [1, 2, 3].map((n) => ({ ...settingsOf(`n${n}`, `etcd${n}`, `10.0.0.${n}`, three), ...statusOf(`n${n}`, n < 3) }));
    const value = await casesOf({ ...hosts[0], ...hosts[1], ...hosts[2] });
    expect(value.recommendation.kind).toBe('replace-member');
    expect(value.recommendation.confidence).toBe('likely');
    expect(value.recommendation.missingFacts.map((one) => one.fact)).toContain('health');
    const alone = await casesOf({ ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'), ...statusOf('master1', true), 'b/s.db': midnight });
    expect(alone.recommendation.why.map((one) => one.key)).toEqual(['recommend.why.runs-long']);
    expect(alone.plan?.scripts ?? {}).toEqual({});
  });

  it('joins a log to its directory where the settings say so, and leaves one alone that somebody moved', () => {
    const file = (path: string): BundleFile => ({ path }) as BundleFile;
    const group = (directory: string, over: Partial<DataDirectory>): DataDirectory => ({ kind: 'data-dir', directory, complete: true, db: null, snapFiles: [], walFiles: [], otherFiles: [], links: [], host: 'kz1', hostPath: null, ...over });
    const groups = [group('kz1/var/lib/etcd', { db: file('kz1/var/lib/etcd/member/snap/db') }), group('kz1/ssd', { walFiles: [file('kz1/ssd/wal/0000000000000000-0000000000000000.wal')] })];
    const unit: Fact = { kind: 'unit', at: { artifact: 'u', line: 1, text: '' }, host: 'kz1', unit: 'etcd.service', section: 'Service', key: 'ExecStart', value: '/opt/kube/bin/etcd --data-dir=/var/lib/etcd --wal-dir=/ssd/wal', path: null, dropIn: null };
    expect(joinSeparateLogs(groups, [unit]).map((one) => (one.kind === 'data-dir' ? one.walFiles.length : -1))).toEqual([1]);
    expect(joinSeparateLogs(groups, [])).toEqual(groups);
    expect(joinSeparateLogs(groups, [{ ...unit, host: 'kz2' }])).toEqual(groups);
  });
});
