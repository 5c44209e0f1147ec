import { describe, expect, it } from 'vitest';
import { diagnosed, type Files } from './diagnosed.js';

const journal = (...lines: readonly string[]): string => lines.map((line, i) => `2025-07-14T09:${String(i % 60).padStart(2, '0')}:00+0800 cp1 ${line}`).join('\n') + '\n';
const zap = (level: string, message: string, rest = ''): string => `etcd[811]: {"level":"${level}","ts":"2025-07-14T01:00:00.000Z","caller":"etcdserver/server.go:1","msg":"${message}"${rest}}`;
const ready = zap('info', 'ready to serve client requests');

/** What healthy control planes say every day: complaints that are no failure. */
const routine: Readonly<Record<string, Files>> = {
  'a kubelet beside other people\'s pods': { 'kubelet.log': journal(
    'kubelet[873]: E0714 09:00:00.000000     873 controller.go:144] failed to ensure lease exists, will retry in 200ms, error: Get "https://10.0.0.1:6443/apis": dial tcp 10.0.0.1:6443: connect: connection refused',
    'kubelet[873]: E0714 09:00:01.000000     873 kubelet.go:2263] node "cp1" not found',
    'kubelet[873]: I0714 09:00:05.000000     873 kubelet_node_status.go:73] Successfully registered node cp1',
    'kubelet[873]: E0714 09:00:01.000000     873 pod_workers.go:190] "Error syncing pod, skipping" err="failed to StartContainer for web with ImagePullBackOff: Back-off pulling image shop/web:1" pod="default/web-1"',
    'kubelet[873]: E0714 09:00:02.000000     873 prober.go:104] "Probe failed" probeType="Liveness" pod="default/web-1" containerName="web" probeResult=failure output="HTTP probe failed with statuscode: 500"',
    'kubelet[873]: E0714 09:00:02.000000     873 nestedpendingoperations.go:348] Operation for "{volumeName:kubernetes.io/nfs/data}" failed: write /var/lib/kubelet/pods/x/volumes/kubernetes.io~nfs/data/f: no space left on device',
    'kubelet[873]: W0714 09:00:02.000000     873 eviction_manager.go:346] "Eviction manager: attempting to reclaim" resourceName="memory"',
  ) },
  'an API server': { 'kube-apiserver.log': [
    'W0714 09:00:00.000000       1 logging.go:59] [core] grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379"}. Err: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
    'I0714 09:00:05.000000       1 secure_serving.go:210] Serving securely on [::]:6443',
    ...[1, 2, 3, 4].map((i) => `E0714 09:00:1${i}.000000       1 authentication.go:63] "Unable to authenticate the request" err="[invalid bearer token, service account token has expired]"`),
    'E0714 09:00:14.000000       1 available_controller.go:460] v1beta1.metrics.k8s.io failed with: failing or missing response from https://10.96.0.5:443/apis/metrics.k8s.io/v1beta1: x509: certificate signed by unknown authority',
    'E0714 09:00:15.000000       1 status.go:71] apiserver received an error that is not an metav1.Status: etcdserver: leader changed',
    'W0714 09:00:16.000000       1 watcher.go:229] watch chan error: etcdserver: mvcc: required revision has been compacted',
    'W0714 09:00:17.000000       1 reflector.go:347] watch of *v1.Pod ended with: too old resource version: 4411 (5512)',
    'I0714 09:00:18.000000       1 log.go:172] http: TLS handshake error from 10.0.0.9:41000: remote error: tls: bad certificate',
  ].join('\n') + '\n' },
  'an etcd that is slow now and then': { 'etcd.log': journal(
    zap('info', 'starting an etcd server', ',"etcd-version":"3.6.16"'), ready, zap('warn', 'apply request took too long', ',"took":"150ms"'), zap('warn', 'slow fdatasync', ',"took":"1.2s","expected-duration":"1s"'),
    zap('warn', 'leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk'), zap('warn', 'rejected connection on client endpoint', ',"error":"tls: first record does not look like a TLS handshake"'),
    zap('info', 'raft.node: a lost leader b at term 3'), zap('info', 'raft.node: a elected leader b at term 4'),
    zap('warn', 'prober detected unhealthy status', ',"remote-peer-id":"b","error":"dial tcp 10.0.0.2:2380: connect: connection refused"'), zap('info', 'peer became active', ',"remote-peer-id":"b"'),
    zap('warn', 'waiting for ReadIndex response took too long, retrying'), zap('info', 'finished scheduled compaction', ',"compact-revision":100'),
  ) },
  'a kernel with old drives, busy programs and small cgroups': { 'messages': journal(
    'kernel: blk_update_request: I/O error, dev sr0, sector 0', 'kernel: blk_update_request: I/O error, dev fd0, sector 0', 'kernel: Buffer I/O error on dev fd0, logical block 0', 'kernel: INFO: task java:991 blocked for more than 120 seconds.',
    'kernel: audit: type=1400 audit(1700000000.1:2): apparmor="DENIED" operation="open" profile="snap.lxd" name="/x" comm="lxd"', 'kernel: Memory cgroup out of memory: Killed process 99 (node) total-vm:1kB', 'systemd[1]: Failed to start Update UTMP about System Runlevel Changes.', 'chronyd[612]: System clock wrong by 1.204512 seconds',
  ) },
  'a restart for maintenance': { 'journal.txt': journal(ready, 'systemd[1]: Stopping etcd...', zap('info', 'received signal; shutting down', ',"signal":"terminated"'), 'systemd[1]: etcd.service: Succeeded.', 'systemd[1]: Stopped etcd.', zap('info', 'starting an etcd server', ',"etcd-version":"3.6.16"'), ready, 'systemd[1]: Started etcd.', zap('info', 'finished scheduled compaction', ',"compact-revision":200')), 'history.txt': 'root@cp1:~# history\n  1  systemctl restart etcd\n  2  kubectl delete pod web-1\n  3  etcdctl snapshot save /backup/x.db\n' },
};

describe('what healthy control planes say', () => {
  it.each(Object.entries(routine))('%s', async (_name, files) => {
    const { causes } = await diagnosed(files);
    expect(causes.filter((cause) => cause.role !== 'contributing' && (cause.confidence === 'proven' || cause.confidence === 'likely')).map(({ id }) => id)).toEqual([]);
  });
});
