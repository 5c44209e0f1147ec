import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/artifacts/fact.js';
import { evidenceRegister } from '../../src/case/evidence.js';
import type { InstallationId, MemberSettings } from '../../src/case/model.js';
import { memberSettings, recogniseInstallation } from '../../src/installations/index.js';
import { readTexts } from '../artifacts/read-text.js';
import { envFacts, fileFact, manifestFact, processFact, unitFacts } from './hand-facts.js';

const sample = (path: string): string => readFileSync(new URL(`../../samples/${path}`, import.meta.url), 'utf8');
const values = (settings: MemberSettings): Record<string, unknown> => Object.fromEntries(Object.entries(settings).map(([key, one]) => [key, (one as { value: unknown } | null)?.value ?? null]));

function settingsOf(facts: readonly Fact[], host: string | null, hosts: readonly (string | null)[] = [host]) {
  const register = evidenceRegister();
  const info = recogniseInstallation(facts, [], register);
  return { info, ...memberSettings(facts, host, hosts, info, register) };
}

describe('member settings', () => {
  test('another etcd in the process list lends nothing; the own one still counts more than its files', () => {
    const env = envFacts('ETCD_NAME=etcd1\nETCD_DATA_DIR=/var/lib/etcd\nETCD_INITIAL_ADVERTISE_PEER_URLS=https://10.0.0.1:2380\nETCD_LISTEN_PEER_URLS=https://10.0.0.1:2380\nETCD_INITIAL_CLUSTER=etcd1=https://10.0.0.1:2380\n', 'h', '/etc/etcd.env');
    const files = [...env, ...unitFacts('[Service]\nEnvironmentFile=/etc/etcd.env\nExecStart=/usr/local/bin/etcd\n', 'h', '/etc/systemd/system/etcd.service')];
    const read = (...more: Fact[]) => { const { name, dataDir, peerUrl } = values(settingsOf([...more, ...files], 'h').settings); return [name, dataDir, peerUrl]; };
    expect(read(processFact('/tmp/etcd --data-dir=/tmp/x --listen-peer-urls=http://127.0.0.1:33317 --initial-advertise-peer-urls=http://127.0.0.1:33317', 'h'))).toEqual(['etcd1', '/var/lib/etcd', 'https://10.0.0.1:2380']);
    expect(read(processFact('/usr/local/bin/etcd --name=etcd1 --data-dir=/data/etcd', 'h'))[1]).toBe('/data/etcd');
  });

  test('KubeKey: unit, env file and backup job of the power-cut sample', () => {
    const facts: Fact[] = [
      ...unitFacts(sample('kubekey-powercut/bundle/etc/etcd.service'), 'ks-master1', '/etc/systemd/system/etcd.service'),
      ...envFacts(sample('kubekey-powercut/bundle/etc/etcd.env'), 'ks-master1', '/etc/etcd.env'),
      processFact('sh /usr/local/bin/kube-scripts/etcd-backup.sh', 'ks-master1'),
      processFact('/usr/local/bin/etcdctl --endpoints=https://192.168.10.61:2379 snapshot save /var/backups/kube_etcd/x/snapshot.db --cacert=/etc/ssl/etcd/ssl/ca.pem --cert=/etc/ssl/etcd/ssl/admin-ks-master1.pem --key=/etc/ssl/etcd/ssl/admin-ks-master1-key.pem', 'ks-master1'),
      fileFact('/var/lib/etcd/member', 'root', 'directory', 'ks-master1'),
    ];
    const { info, settings, findings } = settingsOf(facts, 'ks-master1');
    expect(info).toMatchObject({ id: 'kubekey', etcdRunsAs: 'systemd' });
    expect(values(settings)).toEqual({
      dataDir: '/var/lib/etcd', walDir: null, name: 'etcd-ks-master1', peerUrl: 'https://192.168.10.61:2380',
      clientUrls: ['https://192.168.10.61:2379', 'https://127.0.0.1:2379'],
      initialCluster: 'etcd-ks-master1=https://192.168.10.61:2380', initialClusterToken: 'k8s_etcd', owner: 'root:root',
      caFile: '/etc/ssl/etcd/ssl/ca.pem', certFile: '/etc/ssl/etcd/ssl/admin-ks-master1.pem', keyFile: '/etc/ssl/etcd/ssl/admin-ks-master1-key.pem',
      etcdctl: '/usr/local/bin/etcdctl', etcdutl: '/usr/local/bin/etcdutl', image: null, unit: 'etcd.service', manifestPath: null,
    });
    expect(settings.name?.basis).toBe('observed');
    expect(settings.etcdutl?.basis).toBe('assumed');
    expect(findings).toEqual([]);
  });

  test('Kubespray: the same env file without KubeKey scripts, data owned by etcd although the unit runs as root', () => {
    const env = 'ETCD_DATA_DIR=/var/lib/etcd\nETCD_INITIAL_ADVERTISE_PEER_URLS=https://10.0.50.11:2380\nETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd\nETCD_NAME=etcd1\nETCD_INITIAL_CLUSTER=etcd1=https://10.0.50.11:2380\n';
    const { info, settings } = settingsOf([
      ...envFacts(env, 'node1', '/etc/etcd.env'),
      ...unitFacts('[Service]\nUser=root\nEnvironmentFile=/etc/etcd.env\nExecStart=/usr/local/bin/etcd\n', 'node1', '/etc/systemd/system/etcd.service'),
      fileFact('/var/lib/etcd/member', 'etcd', 'directory', 'node1'),
      fileFact('/var/lib/etcd/member/snap/db', 'root', 'file', 'node1'),
    ], 'node1');
    expect(info.id).toBe('kubespray');
    expect(settings.owner?.value).toBe('etcd:etcd');
    expect(settings.etcdctl?.value).toBe('/usr/local/bin/etcdctl');
  });

  test('kubeadm: three manifests, of which the first lists only itself; the data dir is the host path', () => {
    const manifest = (name: string, ip: string, cluster: string): string => `
metadata: {name: etcd, namespace: kube-system, annotations: {kubeadm.kubernetes.io/etcd.advertise-client-urls: "https://${ip}:2379"}}
spec:
  containers:
  - name: etcd
    image: registry.k8s.io/etcd:3.5.16-0
    command: [etcd, --name=${name}, --data-dir=/var/lib/etcd, --cert-file=/etc/kubernetes/pki/etcd/server.crt, --key-file=/etc/kubernetes/pki/etcd/server.key, --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt, "--initial-advertise-peer-urls=https://${ip}:2380", "--initial-cluster=${cluster}", "--listen-client-urls=https://127.0.0.1:2379,https://${ip}:2379"]
    volumeMounts: [{name: etcd-data, mountPath: /var/lib/etcd}]
  volumes: [{name: etcd-data, hostPath: {path: /data/etcd}}]
`;
    const facts = [
      manifestFact(manifest('cp1', '10.0.0.1', 'cp1=https://10.0.0.1:2380'), 'cp1', '/etc/kubernetes/manifests/etcd.yaml'),
      manifestFact(manifest('cp2', '10.0.0.2', 'cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380'), 'cp2', '/etc/kubernetes/manifests/etcd.yaml'),
      manifestFact(manifest('cp3', '10.0.0.3', 'cp1=https://10.0.0.1:2380,cp3=https://10.0.0.3:2380,cp2=https://10.0.0.2:2380'), 'cp3', '/etc/kubernetes/manifests/etcd.yaml'),
    ];
    const { info, settings } = settingsOf(facts, 'cp1', ['cp1', 'cp2', 'cp3']);
    expect(info).toMatchObject({ id: 'kubeadm', etcdRunsAs: 'static-pod', etcdVersion: { value: '3.5.16' } });
    expect(settings.initialCluster?.value).toBe('cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380,cp3=https://10.0.0.3:2380');
    expect(settings.dataDir?.value).toBe('/data/etcd');
    expect(settings.initialClusterToken).toMatchObject({ value: 'etcd-cluster', basis: 'inferred' });
    expect(settings.certFile?.value).toBe('/etc/kubernetes/pki/etcd/healthcheck-client.crt');
  });

  test('kubeasz: flags only, a separate WAL directory, tools beside the server', () => {
    const unit = '[Service]\nType=notify\nWorkingDirectory=/var/lib/etcd\nExecStart=/opt/kube/bin/etcd \\\n  --name=etcd-10.1.1.1 \\\n  --initial-advertise-peer-urls=https://10.1.1.1:2380 \\\n  --initial-cluster-token=etcd-cluster-0 \\\n  --initial-cluster=etcd-10.1.1.1=https://10.1.1.1:2380 \\\n  --data-dir=/var/lib/etcd --wal-dir=/ssd/wal --cert-file=/etc/kubernetes/ssl/etcd.pem --key-file=/etc/kubernetes/ssl/etcd-key.pem --trusted-ca-file=/etc/kubernetes/ssl/ca.pem\n';
    const { info, settings } = settingsOf(unitFacts(unit, 'm1', '/etc/systemd/system/etcd.service'), 'm1');
    expect(info.id).toBe('kubeasz');
    expect(values(settings)).toMatchObject({
      dataDir: '/var/lib/etcd', walDir: '/ssd/wal', name: 'etcd-10.1.1.1', etcdctl: '/opt/kube/bin/etcdctl', initialClusterToken: 'etcd-cluster-0',
      certFile: '/etc/kubernetes/ssl/etcd.pem',
    });
  });

  test('distribution package: a shell line with variables, a drop-in that moves the data', () => {
    const { info, settings } = settingsOf([
      ...unitFacts('[Service]\nUser=etcd\nEnvironmentFile=-/etc/etcd/etcd.conf\nExecStart=/bin/bash -c "GOMAXPROCS=$(nproc) /usr/bin/etcd --name=\\"${ETCD_NAME}\\" --data-dir=\\"${ETCD_DATA_DIR}\\""\n', null, '/usr/lib/systemd/system/etcd.service'),
      ...unitFacts('[Service]\nExecStart=\nExecStart=/usr/bin/etcd --name=db1 --data-dir=/srv/etcd\n', null, '/etc/systemd/system/etcd.service', '/etc/systemd/system/etcd.service.d/10-data.conf'),
      ...envFacts('ETCD_NAME=default\nETCD_DATA_DIR="/var/lib/etcd/default.etcd"\n', null, '/etc/etcd/etcd.conf'),
      fileFact('/srv/etcd/member', 'root'),
    ], null);
    expect(info.id).toBe('systemd');
    expect(values(settings)).toMatchObject({ dataDir: '/srv/etcd', name: 'db1', owner: 'etcd:etcd' });
  });

  test('two hosts that claim one URL under two names are a finding', () => {
    const env = (name: string): string => `ETCD_NAME=${name}\nETCD_INITIAL_ADVERTISE_PEER_URLS=https://10.0.0.1:2380\n`;
    const { findings } = settingsOf([...envFacts(env('a'), 'h1', '/etc/etcd.env'), ...envFacts(env('b'), 'h2', '/etc/etcd.env')], 'h1', ['h1', 'h2']);
    expect(findings.map((finding) => finding.code)).toContain('installation.members-differ');
  });
});

describe('recognition', () => {
  const unit = (name: string): Fact => ({ kind: 'unit-status', host: null, at: { artifact: 's', text: name }, unit: name, loaded: 'loaded', unitPath: null, enabled: 'enabled', dropIns: [], active: 'active', sub: null, result: null, since: null, ago: null, exitCode: null, exitStatus: null, signal: null, mainPid: null, restarts: null });
  const container = (name: string, image: string): Fact => ({ kind: 'container', host: null, at: { artifact: 'docker-ps', text: name }, runtime: 'docker', id: 'x', image, name, state: 'running', exitCode: null, created: null, since: null, pod: null, listsAll: true });
  const cases: readonly (readonly [InstallationId, readonly Fact[], readonly string[]])[] = [
    ['k3s', [unit('k3s.service')], []],
    ['rke2', [unit('rke2-server.service')], []],
    ['rke1', [container('etcd', 'rancher/coreos-etcd:v3.4.3'), container('kubelet', 'rancher/hyperkube:v1.18.3'), container('kube-apiserver', 'rancher/hyperkube:v1.18.3')], []],
    ['openshift', [], ['must-gather/namespaces/openshift-etcd/pods.yaml']],
    ['talos', [], ['10.0.0.1/talosResources/etcdmembers.yaml']],
    ['kops', [container('k8s_etcd-manager_etcd-manager-main-x_kube-system_1_0', 'etcd-manager-slim')], []],
    ['k0s', [unit('k0scontroller.service')], []],
    ['microk8s', [unit('snap.microk8s.daemon-kubelite.service')], []],
    ['unknown', [unit('sshd.service')], ['notes.txt']],
  ];
  test.each(cases)('%s', (id, facts, paths) => {
    expect(recogniseInstallation(facts, paths, evidenceRegister()).id).toBe(id);
  });

  test('docker wrapper of Kubespray: the unit runs a container', () => {
    const info = recogniseInstallation([...unitFacts('[Unit]\nDescription=etcd docker wrapper\n[Service]\nExecStart=/usr/local/bin/etcd\n', null, '/etc/systemd/system/etcd.service'), ...envFacts('ETCD_NAME=etcd1\nETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd\n', null, '/etc/etcd.env')], [], evidenceRegister());
    expect(info).toMatchObject({ id: 'kubespray', etcdRunsAs: 'docker' });
  });

  test('docker inspect: a plain container whose data lies under a mount of the host', async () => {
    const inspect = [{ Id: 'ab12cd34ef56', Created: '2026-01-02T03:04:05.123Z', Path: '/usr/local/bin/etcd', Args: ['--name=infra0', '--data-dir=/etcd-data', '--initial-advertise-peer-urls=http://10.60.0.5:2380', '--initial-cluster=infra0=http://10.60.0.5:2380'], State: { Status: 'exited', Running: false, ExitCode: 2, StartedAt: '2026-06-15T10:04:12.1Z', FinishedAt: '2026-06-15T10:04:12.5Z' }, Name: '/store', Mounts: [{ Type: 'bind', Source: '/data/etcd-store', Destination: '/etcd-data', RW: true }], Config: { Image: 'quay.io/coreos/etcd:v3.5.30', Env: ['PATH=/usr/bin'], User: '' } }];
    const { facts } = await readTexts({ 'docker_inspect.json': `${JSON.stringify(inspect, null, 4)}\n` });
    const { info, settings } = settingsOf(facts, null);
    expect(info.etcdRunsAs).toBe('container');
    expect(values(settings)).toMatchObject({ dataDir: '/data/etcd-store', name: 'infra0', peerUrl: 'http://10.60.0.5:2380' });
  });

  test('RKE2: a host without files of its etcd is found in the member list, by address or by name', async () => {
    const row = (id: string, name: string, address: string): string => `${id}, started, ${name}, https://${address}:2380, https://${address}:2379, false\n`;
    const { facts } = await readTexts({
      'rk1/members.txt': row('1a2b3c4d5e6f7001', 'rk1-11aa22bb', '10.40.0.11') + row('1a2b3c4d5e6f7002', 'rk2-11aa22cc', '10.40.0.12'),
      'rk1/ip.txt': '[root@rk1 ~]# ip addr show eth0\n2: eth0: <UP> mtu 1500\n    inet 10.40.0.11/24 brd 10.40.0.255 scope global eth0\n',
    });
    const hosts = ['rk1', 'rk2', 'rk3'];
    expect(values(settingsOf(facts, 'rk1', hosts).settings)).toMatchObject({ name: 'rk1-11aa22bb', peerUrl: 'https://10.40.0.11:2380' });
    expect(values(settingsOf(facts, 'rk2', hosts).settings)).toMatchObject({ name: 'rk2-11aa22cc', peerUrl: 'https://10.40.0.12:2380' });
    expect(values(settingsOf(facts, 'rk3', hosts).settings)).toMatchObject({ name: null, peerUrl: null });
  });

  test('RKE1: the path inside of its container is not taken for one of the host', async () => {
    const { facts } = await readTexts({
      'ps.txt': 'CONTAINER ID   IMAGE                       COMMAND                  CREATED        STATUS       PORTS     NAMES\n6f1a2b3c4d5e   rancher/rke-tools:v0.1.96   "/docker-entrypoint.…"   13 months ago  Up 3 hours             etcd-rolling-snapshots\n',
      'etcd.log': '{"level":"info","ts":"2026-06-15T07:02:01.100Z","caller":"embed/etcd.go:308","msg":"starting an etcd server","etcd-version":"3.5.9","name":"etcd-rn1","data-dir":"/var/lib/rancher/etcd/"}\n',
    });
    expect(settingsOf(facts, null).settings.dataDir).toMatchObject({ value: '/var/lib/etcd', basis: 'assumed' });
  });
});
