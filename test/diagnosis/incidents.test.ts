import { describe, expect, it } from 'vitest';
import { diagnosed, type Files } from './diagnosed.js';

interface Incident {
  readonly name: string;
  readonly files: Files;
  /** Likely or proven. */
  readonly firm?: readonly string[];
  /** Spoken of, however sure. */
  readonly named?: readonly string[];
  /** Neither likely nor proven. */
  readonly never?: readonly string[];
}

const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const expired = 'x509: certificate has expired or is not yet valid: current time 2022-03-04T00:12:01Z is after 2022-03-03T09:00:00Z';
const noneId = '2021-08-01 03:00:00.000000 C | etcdserver: read wal error (walpb: crc mismatch) and cannot be repaired\n';

/** Small bundles as people send them. */
const incidents: readonly Incident[] = [
  {
    name: 'a Chinese transcript in UTF-16 with Windows line ends', firm: ['db-damaged'], named: ['power-loss'],
    files: { '记录.txt': utf16('机房断电后 etcd 起不来\r\n[root@k8s-master01 ~]# journalctl -u etcd -n 5\r\n-- Logs begin at 一 2024-05-06 09:12:01 CST, end at 一 2024-05-06 10:21:52 CST. --\r\n5月 06 10:20:11 k8s-master01 etcd[3321]: panic: freepages: failed to get all reachable pages (page 15493: multiple references (stack: [10971 15493]))\r\n') },
  },
  {
    name: 'two hosts of one power cut, each damaged otherwise', firm: ['db-damaged', 'snap-db-mismatch'], never: ['foreign-file-in-wal'],
    files: {
      'm1.log': "May 26 22:00:14 m1 etcd[6323]: 2020-05-26 14:00:14.680926 W | etcdmain: found invalid file/dir .bash_logout under data dir /var/lib/etcd (Ignore this if you are upgrading etcd)\nMay 26 22:00:14 m1 etcd[6323]: 2020-05-26 14:00:14.716801 C | etcdserver: recovering backend from snapshot error: failed to find database snapshot file (snap: snapshot file doesn't exist)\n",
      'm2.log': 'May 26 22:01:20 m2 etcd[12345]: panic: freepages: failed to get all reachable pages (page 6148914691236517205: out of bounds: 36000)\n',
    },
  },
  { name: 'a message typed by hand', named: ['db-damaged'], never: ['db-damaged'], files: { 'note.txt': 'phoned the operator, he read from the screen:\netcd panic: freepages faild to get all reachable pages, page 12 multiple refrences\nthen it restarts every few seconds, nothing else to be seen\n' } },
  { name: 'the power failure of an application', never: ['power-loss'], files: { 't.txt': '[root@m1 ~]# tail -2 /var/log/app.log\n2024-03-03 08:00:00 INFO alert=power failure detected in sensor 12 of the greenhouse controller\n2024-03-03 08:00:01 INFO power failure cleared\n', 'etcd.log': noneId } },
  { name: 'full file systems that etcd does not use', firm: ['wal-damaged'], never: ['disk-full'], files: { 'df.txt': '[root@m1 ~]# df -h\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/sda1       497M  497M     0 100% /boot\n/dev/sda2        39G   20G   19G  52% /\n/dev/sdb1        99G   99G     0 100% /mnt/videos\n/dev/sr0        4.4G  4.4G     0 100% /mnt/cdrom\n', 'etcd.log': noneId } },
  { name: 'kubectl describe says OOMKilled', firm: ['oom-killed'], files: { 'pod.txt': 'root@m1:~# kubectl -n kube-system describe pod etcd-m1\nName:                 etcd-m1\nNamespace:            kube-system\nContainers:\n  etcd:\n    State:          Waiting\n      Reason:       CrashLoopBackOff\n    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n' } },
  { name: 'expired certificates of others', never: ['certificate-expired'], files: { 'kube-apiserver.log': `W0901 10:00:00.123456       1 dispatcher.go:142] Failed calling webhook, failing open v.example.com: failed calling webhook "v.example.com": Post "https://hook.default.svc:443/?timeout=10s": ${expired}\nE0901 10:00:00.123456       1 authentication.go:63] "Unable to authenticate the request" err="[${expired}, verifying certificate SN=123, SKID=, AKID= failed]"\n` } },
  { name: 'an orderly reboot, then another address', firm: ['address-changed|network-not-ready'], never: ['power-loss'], files: { 'messages': 'Mar  3 08:00:00 m1 systemd[1]: Stopping etcd...\nMar  3 08:00:05 m1 systemd[1]: Reached target Shutdown.\nMar  3 08:01:00 m1 kernel: Linux version 3.10.0-1160.el7.x86_64 (mockbuild@kbuilder)\nMar  3 08:01:19 m1 etcd[900]: failed to detect default host (could not find default route)\nMar  3 08:01:20 m1 etcd[900]: listen tcp 10.0.0.1:2380: bind: cannot assign requested address\n' } },
  { name: 'only the panic after the panic', never: ['db-damaged', 'wal-damaged'], files: { 'etcd.log': 'panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x20 pc=0xb8c7e9]\n\ngoroutine 1 [running]:\ngo.etcd.io/etcd/etcdserver.NewServer.func1(0xc0)\n' } },
  { name: 'a learner that is not in sync yet', never: ['upgrade-learner', 'stale-member-rejoined'], files: { 'etcd.log': '{"level":"warn","ts":"2022-07-04T03:00:00.000Z","caller":"etcdserver/server.go:1","msg":"rejecting promote learner: learner is not ready","error":"etcdserver: can only promote a learner member which is in sync with leader"}\n' } },
  { name: 'the log removed between Chinese comments', firm: ['wal-removed', 'log-shorter-than-promised'], files: { '操作记录.txt': '[root@node1 ~]# systemctl stop etcd     # 停止etcd\n[root@node1 ~]# cd /var/lib/etcd/member/wal\n[root@node1 wal]# rm -rf *    # 删除wal文件\n[root@node1 wal]# systemctl start etcd\n[root@node1 wal]# journalctl -u etcd -n 1\n7月 10 14:06:18 node1 etcd[123]: tocommit(5502) is out of range [lastIndex(5001)]. Was the raft log corrupted, truncated, or lost?\n' } },
  { name: 'a full quota that only kubelets speak of', firm: ['nospace-alarm'], files: { 'x.txt': 'kubelet[1495]: W1204 11:17:02.533588    1495 status_manager.go:446] Failed to update status for pod "custom-pod-A": etcdserver: mvcc: database space exceeded\n' } },
  { name: 'an alarm that stands because the quota is full', firm: ['nospace-alarm'], never: ['alarm-left-behind'], files: { 'etcd.log': '{"level":"warn","ts":"2022-07-04T03:00:00.000Z","caller":"etcdserver/apply.go:1","msg":"failed to apply request","error":"etcdserver: no space"}\n', 't.txt': '[root@cp1 ~]# etcdctl endpoint status\n127.0.0.1:2379, bf9071f4639c75cc, 3.4.13, 2.1 GB, true, false, 4, 30413, 30413, \n' } },
  { name: 'a journal that breaks off at a reboot', firm: ['power-loss', 'wal-damaged'], files: { 'j.txt': 'Apr 08 02:04:38 m1 systemd[1]: Started etcd - highly-available key value store.\nApr 08 02:04:38 m1 etcd[1262]: 134af6e5d3e35861 became leader at term 272\n-- Reboot --\nApr 08 02:15:01 m1 systemd[1]: Starting etcd - highly-available key value store...\nApr 08 02:15:04 m1 etcd[1205]: read wal error (walpb: crc mismatch) and cannot be repaired\n' } },
  { name: 'a broken message from a peer while etcd runs', named: ['wal-damaged'], never: ['wal-damaged'], files: { 'x.txt': 'Mar 25 16:39:00 g etcd[615]: finished scheduled compaction at 67845142 (took 26.872156ms)\nMar 25 16:40:58 g etcd[615]: failed to read 41059887617477c2 on stream MsgApp v2 (failed to parse type 110 in msgappv2 stream)\nMar 25 16:40:58 g etcd[615]: unmarshal should never fail (proto: Entry: illegal tag 0 (wire type 6))\n' } },
  { name: 'a line that a pager cut inside its last word', firm: ['disk-full'], files: { 't.txt': 'root@m1:~# journalctl -u etcd -n 2\nOct 15 10:01:33 m1 etcd[315]: {"level":"fatal","ts":"2021-10-15T10:01:33.123+0800","caller":"backend/batch_tx.go:282","msg":"failed to commit tx","error":"write /var/lib/etcd/member/snap/db: no space left on dev>\nlines 1-2/2 (END)\n' } },
  { name: 'a page with bare lines and commands in fences', firm: ['db-damaged', 'data-dir-emptied'], named: ['power-loss'], files: { 'page.md': '在一次突发的 机房断电事件 后,我们所在的 Kubernetes 集群节点在重启过程中,发现 etcd 无法正常启动。\n```\nstarting an etcd server\netcd-version: 3.5.18\npanic: freepages: failed to get all reachable pages (page 15493: multiple references (stack: [10971 15493]))\n```\n步骤 2:删除 member 目录\n```bash\n$ docker stop etcd\n$ rm -rf /etcd/member\n```\n' } },
  { name: 'a power cut, then repairs that made it worse', firm: ['power-loss', 'db-damaged', 'wal-removed', 'data-dir-emptied'], files: { 't.txt': '[root@m ~]# last -x | head -3\nreboot   system boot  3.10.0-1160.el7. Tue Mar  5 08:11   still running\nreboot   system boot  3.10.0-1160.el7. Mon Jan  1 09:00   still running\n[root@m ~]# systemctl status etcd -l\n● etcd.service - etcd\n   Loaded: loaded (/etc/systemd/system/etcd.service; enabled; vendor preset: disabled)\n   Active: activating (auto-restart) (Result: exit-code) since 二 2024-03-05 08:20:18 CST; 3s ago\n Main PID: 4921 (code=exited, status=2)\n\n3月 05 08:20:18 m etcd[4921]: panic: freepages: failed to get all reachable pages (page 42: multiple references)\n[root@m ~]# rm -f /var/lib/etcd/member/wal/*.wal\n[root@m ~]# systemctl restart etcd\n[root@m ~]# rm -rf /var/lib/etcd/*\n[root@m ~]# systemctl restart etcd\n' } },
  { name: 'three endpoints, none healthy', firm: ['quorum-lost'], files: { 't.txt': '[root@m1 ~]# etcdctl member list\n10e3217716d063ad, started, m1, https://10.0.0.1:2380, https://10.0.0.1:2379, false\n4deabed4669383cc, started, m2, https://10.0.0.2:2380, https://10.0.0.2:2379, false\n5deabed4669383cc, started, m3, https://10.0.0.3:2380, https://10.0.0.3:2379, false\n[root@m1 ~]# etcdctl endpoint health --cluster\nhttps://10.0.0.1:2379 is unhealthy: failed to commit proposal: context deadline exceeded\nhttps://10.0.0.2:2379 is unhealthy: failed to commit proposal: context deadline exceeded\nhttps://10.0.0.3:2379 is unhealthy: failed to commit proposal: context deadline exceeded\n' } },
  { name: 'a mail of cron', firm: ['backups-failing-silently'], files: { 'mail.txt': 'From root@m1  Mon Jul 10 02:00:05 2023\nSubject: Cron <root@m1> /usr/local/bin/etcd-backup.sh\nError: snapshot must be requested to one selected node, not multiple [https://10.0.0.1:2379 https://10.0.0.2:2379]\n' } },
];

describe('incidents as they are sent', () => {
  it.each(incidents)('$name', async ({ files, firm = [], named = [], never = [] }) => {
    const { causes } = await diagnosed(files);
    const sure = causes.filter((cause) => cause.confidence === 'proven' || cause.confidence === 'likely').map(({ id }) => id);
    expect(firm.filter((ids) => !ids.split('|').some((id) => sure.includes(id))), sure.join(' ')).toEqual([]);
    expect(named.filter((id) => !causes.some((cause) => cause.id === id && cause.confidence !== 'rejected'))).toEqual([]);
    expect(never.filter((id) => sure.includes(id))).toEqual([]);
  });
});
