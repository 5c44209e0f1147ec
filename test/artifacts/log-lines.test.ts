import { describe, expect, it } from 'vitest';
import { factsOf } from './read-text.js';

interface Expected {
  readonly id: string;
  readonly source?: string;
  readonly time?: string | null;
  readonly fields?: Readonly<Record<string, string>>;
  readonly level?: string | null;
}

const shown = (stamp: unknown): string | null => {
  const s = stamp as { kind: string; ms?: number; year?: number | null; month?: number; day?: number; hour?: number; minute?: number; second?: number; seconds?: number } | null;
  if (s === null) return null;
  if (s.kind === 'instant') return new Date(s.ms ?? 0).toISOString().slice(0, 19);
  if (s.kind === 'since-boot') return `boot+${s.seconds ?? 0}`;
  const two = (n: number | undefined): string => String(n ?? 0).padStart(2, '0');
  return `${s.year ?? '????'}-${two(s.month)}-${two(s.day)} ${two(s.hour)}:${two(s.minute)}:${two(s.second)}`;
};

/** One line, as the program or the log system prints it, must give exactly this. */
const cases: readonly (readonly [name: string, line: string, expected: Expected, path?: string])[] = [
  // capnslog
  ['capnslog in a journal', 'Jul 10 14:06:18 master etcd[123]: 2023-07-10 14:06:18.123456 C | etcdserver: recovering backend from snapshot error: failed to find database snapshot file (snap: snapshot file doesn\'t exist)', { id: 'etcd.snap-db-mismatch', source: 'etcd', time: '????-07-10 14:06:18', level: 'fatal' }],
  ['capnslog without time, level and package', 'Jul 10 14:06:18 master etcd[123]: read wal error (walpb: crc mismatch) and cannot be repaired', { id: 'etcd.wal-crc', source: 'etcd' }],
  ['capnslog without pid in syslog', 'Jul 10 14:06:18 master etcd: read wal error (walpb: crc mismatch) and cannot be repaired', { id: 'etcd.wal-crc', source: 'etcd' }],
  ['capnslog with an RFC 3339 time', '2019-05-14T05:47:37.483099Z C | etcdserver: open wal error: wal: file not found', { id: 'etcd.wal-missing', source: 'etcd', time: '2019-05-14T05:47:37' }],
  ['capnslog with a file between time and level', '2019-05-14 05:47:37.483099 [server.go:512] C | etcdserver: open wal error: wal: file not found', { id: 'etcd.wal-missing', source: 'etcd', time: '2019-05-14 05:47:37' }],
  ['capnslog, rejected connection at level I', '2021-03-02 08:11:45.123456 I | embed: rejected connection from "10.0.0.9:51544" (error "remote error: tls: bad certificate", ServerName "")', { id: 'etcd.rejected-connection', source: 'etcd', level: 'info' }],
  ['capnslog alone', '2021-03-02 08:11:45.123456 W | wal: sync duration of 1.463552183s, expected less than 1s', { id: 'etcd.slow-fsync', source: 'etcd', fields: { took: '1.463552183s' } }],
  // zap
  ['zap JSON', '{"level":"fatal","ts":"2023-07-10T07:06:18.123Z","caller":"membership/cluster.go:795","msg":"invalid downgrade; server version is lower than determined cluster version","current-server-version":"3.5.16"}', { id: 'etcd.downgrade', source: 'etcd', time: '2023-07-10T07:06:18', level: 'fatal' }],
  ['zap JSON with +0800', '{"level":"warn","ts":"2023-07-10T15:06:18.123+0800","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s","expected-duration":"1s"}', { id: 'etcd.slow-fsync', time: '2023-07-10T07:06:18' }],
  ['zap JSON with +08:00', '{"level":"warn","ts":"2023-07-10T15:06:18.123+08:00","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', time: '2023-07-10T07:06:18' }],
  ['zap JSON with -0500', '{"level":"warn","ts":"2026-10-19T07:58:51.809362-0500","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', time: '2026-10-19T12:58:51' }],
  ['zap JSON with a float epoch', '{"level":"warn","ts":1688972778.123456,"caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', time: '2023-07-10T07:06:18' }],
  ['zap JSON with other keys', '{"severity":"ERROR","timestamp":"2023-07-10T07:06:18.123Z","caller":"wal/wal.go:805","message":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', time: '2023-07-10T07:06:18', level: 'error' }],
  ['zap JSON without ts', '{"level":"warn","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', time: null }],
  ['zap console with tabs', '2023-07-10T07:06:18.123Z\twarn\twal/wal.go:805\tslow fdatasync\t{"took": "1.2s", "expected-duration": "1s"}', { id: 'etcd.slow-fsync', source: 'etcd', time: '2023-07-10T07:06:18', level: 'warning' }],
  ['zap JSON cut at the right by a pager', '{"level":"fatal","ts":"2023-07-10T07:06:18.123Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"wal: max entry size limit exceeded, recBytes: 412, fileSize(24576) - offset(24320) - padBytes(4) = entryLimit(252)","stackt>', { id: 'etcd.wal-entry-limit', fields: { bytes: '412' } }],
  ['zap JSON cut at the left by a terminal', 'caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"walpb: crc mismatch","stacktrace":"go.etcd.io/etcd/server/v3/etcdmain.startEtcdOrProxyV2"}', { id: 'etcd.wal-crc' }, 'etcd.log'],
  ['zap JSON with masked values', '{"level":"fatal","ts":"2023-07-10T07:06:18.123Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","name":<redacted>,"error":"member 7e831466f2aebc5c has already been bootstrapped"}', { id: 'etcd.member-bootstrapped', time: '2023-07-10T07:06:18' }],
  // prefixes
  ['CRI with nine digits', '2026-10-15T04:41:07.020404512+02:00 stderr F {"level":"fatal","ts":"2026-10-15T02:41:07.020351Z","caller":"backend/batch_tx.go:282","msg":"failed to commit tx","error":"write /var/lib/etcd/member/snap/db: no space left on device"}', { id: 'etcd.disk-full', source: 'etcd', time: '2026-10-15T02:41:07' }],
  ['CRI with eight digits', '2026-10-15T04:41:07.02040451Z stderr F {"level":"warn","ts":"2026-10-15T04:41:07.020Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', time: '2026-10-15T04:41:07' }],
  ['CRI whose time was cut off', 'stderr F {"level":"warn","ts":"2026-10-15T04:41:07.020Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', time: '2026-10-15T04:41:07' }],
  ['compose', 'etcd-1  | {"level":"warn","ts":"2026-10-15T04:41:07.020Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', source: 'etcd' }],
  ['docker json-file', '{"log":"2021-03-02 08:11:45.123456 C | etcdserver: open wal error: wal: file not found\\n","stream":"stderr","time":"2021-03-02T08:11:45.124Z"}', { id: 'etcd.wal-missing', source: 'etcd', time: '2021-03-02T08:11:45' }],
  ['docker json-file with zap inside', '{"log":"{\\"level\\":\\"warn\\",\\"ts\\":\\"2021-03-02T08:11:45.123Z\\",\\"caller\\":\\"wal/wal.go:805\\",\\"msg\\":\\"slow fdatasync\\",\\"took\\":\\"1.2s\\"}\\n","stream":"stderr","time":"2021-03-02T08:11:45.124Z"}', { id: 'etcd.slow-fsync', time: '2021-03-02T08:11:45' }],
  ['logfmt of Talos', '172.20.0.2: {"level":"fatal","ts":"2023-07-10T07:06:18.123Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"walpb: crc mismatch"}', { id: 'etcd.wal-crc' }, 'etcd.log'],
  ['k3s around etcd', 'Jul 10 14:06:18 k3s-1 k3s[881]: time="2023-07-10T14:06:18+08:00" level=fatal msg="this server is a not a member of the etcd cluster. Found [n1=https://10.0.0.1:2380], expect: n1=https://10.0.0.2:2380"', { id: 'k3s.not-a-member', source: 'k3s' }],
  ['etcd inside k3s', 'Jul 10 14:06:18 k3s-1 k3s[881]: {"level":"warn","ts":"2023-07-10T14:06:18.101+0800","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', source: 'etcd' }],
  // journal forms
  ['journal short-iso', '2025-07-14T10:39:35+0800 vmw253 etcd[4921]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '2025-07-14T02:39:35', source: 'etcd' }],
  ['journal short-iso with a colon in the zone', '2025-07-14T10:39:35+08:00 vmw253 etcd[4921]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '2025-07-14T02:39:35' }],
  ['journal short-full', 'Mon 2023-07-10 14:06:18 CST master etcd[123]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '2023-07-10 14:06:18' }],
  ['journal short-precise', 'Jul 10 14:06:18.000123 master etcd[123]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '????-07-10 14:06:18' }],
  ['journal short-unix', '1688969178.000000 master etcd[123]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '2023-07-10T06:06:18' }],
  ['journal short-monotonic', '[    5.000123] master systemd[1]: etcd.service: Main process exited, code=exited, status=2/INVALIDARGUMENT', { id: 'systemd.exited', source: 'systemd', time: 'boot+5.000123' }],
  ['journal in Chinese', '7月 10 14:06:18 master etcd[123]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '????-07-10 14:06:18' }],
  ['journal in Russian', 'июл 10 14:06:18 master etcd[123]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '????-07-10 14:06:18' }],
  ['journal in French', 'juil. 10 14:06:18 master etcd[123]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '????-07-10 14:06:18' }],
  ['journal in German', 'Okt 10 14:06:18 master etcd[123]: panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)', { id: 'etcd.db-freepages', time: '????-10-10 14:06:18' }],
  ['journal JSON', '{"__REALTIME_TIMESTAMP":"1688969178000000","_HOSTNAME":"master","SYSLOG_IDENTIFIER":"etcd","_PID":"123","PRIORITY":"2","MESSAGE":"panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)"}', { id: 'etcd.db-freepages', source: 'etcd', time: '2023-07-10T06:06:18', level: 'fatal' }],
  ['journal JSON with the message as bytes', `{"__REALTIME_TIMESTAMP":"1688969178000000","_HOSTNAME":"master","SYSLOG_IDENTIFIER":"etcd","MESSAGE":[${[...Buffer.from('panic: cannot use none as id \u001b[0m')].join(',')}]}`, { id: 'etcd.wal-none-id', source: 'etcd' }],
  ['rsyslog with RFC 3339', '2023-07-10T14:06:18.123456+08:00 master etcd[123]: panic: cannot use none as id', { id: 'etcd.wal-none-id', time: '2023-07-10T06:06:18' }],
  // kernel
  ['dmesg', '[4812221.118032] blk_update_request: I/O error, dev sda, sector 41263104 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0', { id: 'kernel.io-error', source: 'kernel', time: 'boot+4812221.118032' }],
  ['dmesg -T', '[Sun Oct 18 21:40:03 2026] EXT4-fs (sda3): recovery complete', { id: 'kernel.fs-recovery', source: 'kernel', time: '2026-10-18 21:40:03' }],
  ['kernel in syslog', 'Oct 18 21:12:46 node1 kernel: [4812223.118046] EXT4-fs (sda3): Remounting filesystem read-only', { id: 'kernel.remount-read-only', source: 'kernel', time: '????-10-18 21:12:46' }],
  ['oom in a docker cgroup', 'Oct 18 21:12:46 node1 kernel: Task in /docker/4f5e killed as a result of limit of /docker/4f5e', { id: 'kernel.oom', source: 'kernel' }],
  ['etcd invoked the oom killer', 'Oct 18 21:12:46 node1 kernel: etcd invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null), order=0, oom_score_adj=-998', { id: 'kernel.oom-etcd', source: 'kernel' }],
  // kubernetes
  ['klog of the apiserver', 'W0513 10:18:11.623162       1 clientconn.go:1223] grpc: addrConn.createTransport failed to connect to {https://127.0.0.1:2379  <nil> 0 <nil>}. Err :connection error: desc = "transport: Error while dialing dial tcp 127.0.0.1:2379: connect: connection refused". Reconnecting...', { id: 'apiserver.etcd-refused', source: 'kube-apiserver', time: '????-05-13 10:18:11' }, 'kube-apiserver.log'],
  ['klog as JSON', '{"ts":1688969178123.4,"caller":"rest/request.go:1","msg":"etcdserver: request timed out","v":0}', { id: 'apiserver.etcd-errors', source: 'kube-apiserver', time: '2023-07-10T06:06:18' }, 'kube-apiserver.log'],
  ['apiserver: file missing', 'E0714 01:00:00.000000       1 run.go:72] "command failed" err="open /etc/kubernetes/audit/policy.yaml: no such file or directory"', { id: 'apiserver.misconfigured', source: 'kube-apiserver' }, 'kube-apiserver.log'],
  ['apiserver: bad value', 'Error: invalid argument "Foo=yes" for "--feature-gates" flag: invalid value of Foo=yes, err: strconv.ParseBool: parsing "yes": invalid syntax', { id: 'apiserver.misconfigured', source: 'kube-apiserver' }, 'kube-apiserver.log'],
  ['apiserver: port taken', 'E0714 01:00:00.000000       1 run.go:72] "command failed" err="failed to create listener: failed to listen on 0.0.0.0:6443: listen tcp 0.0.0.0:6443: bind: address already in use"', { id: 'apiserver.port-in-use', source: 'kube-apiserver' }, 'kube-apiserver.log'],
  ['talosctl dmesg', '10.35.0.11: kern:     err: [2026-06-15T09:40:10.101Z]: Memory cgroup out of memory: Killed process 2291 (etcd) total-vm:11000000kB, anon-rss:2000000kB', { id: 'kernel.oom-etcd', source: 'kernel' }],
  ['kubelet in a journal', 'Oct 15 05:53:49 kube-cp1 kubelet[873]: E1015 05:53:49.000000     873 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"etcd\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=etcd pod=etcd-kube-cp1_kube-system(b9792d)\\"" pod="kube-system/etcd-kube-cp1"', { id: 'kubelet.crash-loop', source: 'kubelet' }],
  ['scheduler', 'E0513 10:18:11.623162       1 leaderelection.go:325] error retrieving resource lock kube-system/kube-scheduler: Get "https://10.0.0.1:6443/apis": dial tcp 10.0.0.1:6443: connect: connection refused', { id: 'client.apiserver-refused', source: 'kube-scheduler' }, 'kube-scheduler.log'],
  ['kubectl logs --prefix', '[pod/etcd-cp1/etcd] {"level":"warn","ts":"2026-10-15T04:41:07.020Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.2s"}', { id: 'etcd.slow-fsync', source: 'etcd' }],
  ['dockerd in a journal', 'Jul 10 14:06:18 master dockerd[99]: time="2023-07-10T14:06:18.123456789+08:00" level=error msg="Handler for POST /start returned error: no space left on device"', { id: 'runtime.no-space', source: 'dockerd' }],
  ['cron mail of a backup script', '/usr/local/bin/kube-scripts/etcd-backup.sh: line 12: ENDPOINTS: unbound variable', { id: 'backup.shell-error' }, 'etcd-backup.log'],
  // stack traces
  ['only a frame of the stack', 'go.etcd.io/bbolt.(*freelist).free(0xc0001a4d80, 0x2a, 0x7f3c1c0b5000)', { id: 'stack.db-freepages' }, 'etcd.log'],
  ['only a frame of raft', 'go.etcd.io/etcd/raft.(*raftLog).commitTo(0xc0001b0000, 0x157e)', { id: 'stack.raft-commit' }, 'etcd.log'],
];

describe('lines of logs as they are sent', () => {
  it.each(cases.map(([name, line, expected, path]) => ({ name, line, expected, path: path ?? 'artifact.log' })))('$name', async ({ line, expected, path }) => {
    const facts = await factsOf('log', `${line}\n`, path);
    expect(facts.map((fact) => fact.messageId)).toEqual([expected.id]);
    const [fact] = facts;
    if (expected.source !== undefined) expect(fact?.source).toBe(expected.source);
    if (expected.time !== undefined) expect(shown(fact?.time ?? null)).toBe(expected.time);
    if (expected.level !== undefined) expect(fact?.level).toBe(expected.level);
    for (const [key, value] of Object.entries(expected.fields ?? {})) expect(fact?.fields[key], key).toBe(value);
  });
});
