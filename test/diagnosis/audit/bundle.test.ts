import { describe, expect, it } from 'vitest';
import { auditBackups } from '../../../src/diagnosis/audit/index.js';
import { reconstruct } from '../../../src/timeline/index.js';
import { draftOf, sample } from '../../timeline/text-bundle.js';

async function audited(name: string) {
  const { draft } = await sample(name);
  return auditBackups(draft, reconstruct(draft, 'en').outage, 'en');
}

async function auditedTexts(texts: Readonly<Record<string, string>>) {
  const draft = await draftOf(texts);
  return auditBackups(draft, reconstruct(draft, 'zh-CN').outage, 'zh-CN');
}

const codes = (result: { readonly findings: readonly { readonly code: string }[] }): readonly string[] => result.findings.map((f) => f.code);
const count = (states: readonly { readonly state: string }[], state: string): number => states.filter((run) => run.state === state).length;

describe('audit of the samples', () => {
  it('KubeKey: good, cut, hung and missed runs, and a script that would delete the last good copies', async () => {
    const result = await audited('kubekey-powercut');
    const runs = result.audit?.runs ?? [];
    expect([count(runs, 'good'), count(runs, 'cut'), count(runs, 'hung')]).toEqual([3, 1, 3]);
    expect(runs.filter((run) => run.state === 'hung').map((run) => run.due)).toEqual(['2024-05-13T01:00:00Z', '2024-05-13T01:30:00Z', '2024-05-13T02:00:00Z']);
    expect(count(runs, 'missed')).toBe(108);
    expect(result.audit?.jobs).toMatchObject([{ host: 'ks-master1', schedule: '*/30 * * * *', keep: 4, periodSeconds: 1800 }]);
    expect(codes(result)).toEqual(expect.arrayContaining(['audit.no-timeout', 'audit.api-v2-too', 'audit.rotation-after-failure', 'audit.rotation-deletes-good', 'audit.same-disk', 'audit.hung', 'audit.overlapping', 'audit.missed']));
    expect(result.findings.every((f) => f.evidence.length > 0 && !f.message.includes('{'))).toBe(true);
  });

  it('kubeadm: a copy that nobody checks is cut, then empty; the promise of an hour became two and a half', async () => {
    const result = await audited('kubeadm-disk-full');
    expect(result.audit?.runs.map((run) => run.state)).toEqual(['good', 'good', 'good', 'good', 'good', 'good', 'cut', 'empty', 'missed', 'missed', 'missed', 'missed']);
    expect(result.audit?.promisedSeconds).toBe(3600);
    // From the write at 02:14:24 (02:15 in the name) to the last one at 04:41:06.
    expect(result.audit?.realSeconds).toBeGreaterThan(8_760);
    expect(result.audit?.realSeconds).toBeLessThan(8_830);
    expect(codes(result)).toEqual(expect.arrayContaining(['audit.copy-unchecked', 'audit.promise-broken', 'audit.same-disk']));
    expect(codes(result)).not.toContain('audit.no-timeout');
  });

  it('Kubespray: copies, but no schedule', async () => {
    const result = await audited('kubespray-transcript');
    expect(result.audit?.runs.map((run) => run.state)).toEqual(['good', 'good']);
    expect(codes(result)).toContain('audit.no-schedule');
    expect(result.audit?.promisedSeconds).toBeNull();
  });
});

describe('audit of jobs', () => {
  const listing = (zone: string): string => `root@cp1:~# date\nMon Mar  2 12:10:00 ${zone} 2026\nroot@cp1:~# ls -l /var/backups/etcd\ntotal 3\n-rw------- 1 root root 536608 Mar  2 10:00 etcd-snapshot-20260302_100001.db\n-rw------- 1 root root 536608 Mar  2 11:00 etcd-snapshot-20260302_110001.db\n-rw------- 1 root root 0 Mar  2 12:00 etcd-snapshot-20260302_120001.db\n`;

  it('a systemd timer with its service and a script', async () => {
    const result = await auditedTexts({
      'cp1/listing.txt': listing('UTC'),
      'cp1/etc/systemd/system/backup-etcd.timer': '[Unit]\nDescription=Timer to backup ETCD\n[Timer]\nOnCalendar=*-*-* *:00:00\nUnit=backup-etcd.service\n[Install]\nWantedBy=multi-user.target\n',
      'cp1/etc/systemd/system/backup-etcd.service': '[Unit]\nDescription=Backup ETCD\n[Service]\nType=oneshot\nExecStart=/usr/local/bin/kube-scripts/etcd-backup.sh\n',
      'cp1/etcd-backup.sh': '#!/bin/bash\nset -e\nETCDCTL_API=3 etcdctl --command-timeout=60s --endpoints=https://10.0.0.1:2379,https://10.0.0.2:2379 snapshot save /var/backups/etcd/etcd-snapshot-$(date +%Y%m%d_%H%M%S).db\n',
    });
    expect(result.audit?.jobs).toMatchObject([{ schedule: '*-*-* *:00:00', periodSeconds: 3600 }]);
    expect(result.audit?.runs.map((run) => run.state)).toEqual(['unchecked', 'unchecked', 'empty']);
    expect(codes(result)).toEqual(expect.arrayContaining(['audit.many-endpoints', 'audit.empty', 'audit.never-verified']));
    expect(codes(result)).not.toContain('audit.no-errexit');
  });

  it('the schedule, number and folder in the config.yaml of k3s', async () => {
    const result = await auditedTexts({
      'srv1/etc/rancher/k3s/config.yaml': 'token: "x"\ncluster-init: true\netcd-snapshot-schedule-cron: "0 */6 * * *"\netcd-snapshot-retention: 10\netcd-snapshot-dir: /mnt/backup/k3s\n',
      'srv1/journal.txt': 'Jun 15 09:58:18 srv1 k3s[7781]: {"level":"info","ts":"2026-06-15T09:58:18.001Z","caller":"embed/etcd.go:310","msg":"starting an etcd server","etcd-version":"3.5.13","name":"srv1-1a2b3c41","data-dir":"/var/lib/rancher/k3s/server/db/etcd"}\n',
    });
    expect(result.audit?.jobs).toMatchObject([{ host: 'srv1', schedule: '0 */6 * * *', keep: 10, target: '/mnt/backup/k3s', periodSeconds: 21_600 }]);
  });

  it('a CronJob, a disabled crontab line, and the v2 API', async () => {
    const result = await auditedTexts({
      'cronjob.yaml': 'apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: etcd-backup\n  namespace: kube-system\nspec:\n  schedule: "0 */6 * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n          - name: backup\n            image: registry.k8s.io/etcd:3.5.16-0\n            command: ["etcdctl", "snapshot", "save", "/backup/etcd.db"]\n',
      'cp1/crontab.txt': 'root@cp1:~# crontab -l\n# 0 1 * * * /opt/old/etcd-backup.sh\n',
      'cp1/etcd-backup.sh': '#!/bin/sh\nETCDCTL_API=2 etcdctl backup --data-dir /var/lib/etcd --backup-dir /var/backups/etcd\n',
    });
    expect(result.audit?.jobs.map((job) => [job.schedule, job.periodSeconds])).toEqual([['0 1 * * *', 86_400], ['0 */6 * * *', 21_600]]);
    expect(codes(result)).toEqual(expect.arrayContaining(['audit.job-disabled', 'audit.api-v2-only']));
  });

  it('the Backup object of OpenShift, in its own zone', async () => {
    const result = await auditedTexts({ 'must-gather/backup.yaml': 'apiVersion: config.openshift.io/v1alpha1\nkind: Backup\nmetadata:\n  name: etcd-recurring-backup\nspec:\n  etcd:\n    schedule: "20 4 * * *"\n    timeZone: "Asia/Shanghai"\n    pvcName: etcd-backup-pvc\n    retentionPolicy:\n      retentionType: RetentionNumber\n' });
    expect(result.audit?.jobs).toMatchObject([{ schedule: '20 4 * * *', periodSeconds: 86_400 }]);
    expect(codes(result)).not.toContain('audit.no-schedule');
  });

  it('names in UTC on a host that is not', async () => {
    const good = await auditedTexts({ 'cp1/listing.txt': listing('CST'), 'cp1/tz.txt': 'root@cp1:~# timedatectl\n      Local time: Mon 2026-03-02 12:10:00 CST\n  Universal time: Mon 2026-03-02 04:10:00 UTC\n        Time zone: Asia/Shanghai (CST, +0800)\n' });
    expect(good.audit?.runs[0]?.due).toBe('2026-03-02T02:00:01Z');
  });

  it('a bundle without any trace of backups says so', async () => {
    const result = await auditedTexts({ 'cp1/date.txt': 'root@cp1:~# date\nMon Mar  2 12:10:00 UTC 2026\n' });
    expect([result.audit, codes(result)]).toEqual([null, ['audit.no-backups']]);
  });
});
