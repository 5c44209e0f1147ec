import type { Fact } from '../../src/artifacts/fact.js';
import { envFacts, fileFact, manifestFact, unitFacts } from '../installations/hand-facts.js';
import type { ScratchHost } from './scratch-hosts.js';

export interface LayoutHost {
  readonly name: string;
  readonly address: string;
}

/** One installer's files on one host, and the facts that its bundle would give. */
export interface Layout {
  readonly bin: string;
  readonly dataDir: string;
  readonly walDir: string | null;
  readonly memberName: (host: LayoutHost, index: number) => string;
  readonly certificates: (host: LayoutHost) => { readonly ca: string; readonly pairs: readonly (readonly [string, string])[] };
  readonly files: (host: LayoutHost, name: string, cluster: string) => Readonly<Record<string, string>>;
  readonly facts: (host: LayoutHost, files: Readonly<Record<string, string>>) => readonly Fact[];
  /** Client flags for asking from the test. */
  readonly client: (host: LayoutHost) => readonly string[];
  readonly afterSetUp?: (host: ScratchHost) => void;
}

const ssl = '/etc/ssl/etcd/ssl';

/** KubeKey and Kubespray write the same env file and unit. */
function envLayout(kind: 'kubekey' | 'kubespray'): Layout {
  const admin = (host: LayoutHost): readonly [string, string] => [`${ssl}/admin-${host.name}.pem`, `${ssl}/admin-${host.name}-key.pem`];
  const member = (host: LayoutHost): readonly [string, string] => [`${ssl}/member-${host.name}.pem`, `${ssl}/member-${host.name}-key.pem`];
  return {
    bin: '/usr/local/bin', dataDir: '/var/lib/etcd', walDir: null,
    memberName: (host, index) => (kind === 'kubekey' ? `etcd-${host.name}` : `etcd${index + 1}`),
    certificates: (host) => ({ ca: `${ssl}/ca.pem`, pairs: [member(host), admin(host)] }),
    files: (host, name, cluster) => ({
      '/etc/etcd.env': [
        'ETCD_DATA_DIR=/var/lib/etcd', `ETCD_ADVERTISE_CLIENT_URLS=https://${host.address}:2379`, `ETCD_INITIAL_ADVERTISE_PEER_URLS=https://${host.address}:2380`,
        'ETCD_INITIAL_CLUSTER_STATE=existing', `ETCD_LISTEN_CLIENT_URLS=https://${host.address}:2379,https://127.0.0.1:2379`, 'ETCD_ELECTION_TIMEOUT=1000', 'ETCD_HEARTBEAT_INTERVAL=100',
        'ETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd', `ETCD_LISTEN_PEER_URLS=https://${host.address}:2380`, `ETCD_NAME=${name}`, `ETCD_INITIAL_CLUSTER=${cluster}`,
        `ETCD_TRUSTED_CA_FILE=${ssl}/ca.pem`, `ETCD_CERT_FILE=${member(host)[0]}`, `ETCD_KEY_FILE=${member(host)[1]}`, 'ETCD_CLIENT_CERT_AUTH=true',
        `ETCD_PEER_TRUSTED_CA_FILE=${ssl}/ca.pem`, `ETCD_PEER_CERT_FILE=${member(host)[0]}`, `ETCD_PEER_KEY_FILE=${member(host)[1]}`, 'ETCD_PEER_CLIENT_CERT_AUTH=True',
        `ETCDCTL_CACERT=${ssl}/ca.pem`, `ETCDCTL_CERT=${admin(host)[0]}`, `ETCDCTL_KEY=${admin(host)[1]}`, '',
      ].join('\n'),
      '/etc/systemd/system/etcd.service': '[Unit]\nDescription=etcd\n[Service]\nUser=root\nType=notify\nEnvironmentFile=/etc/etcd.env\nExecStart=/usr/local/bin/etcd\nRestart=always\n',
      ...(kind === 'kubekey' ? { '/usr/local/bin/kube-scripts/etcd-backup.sh': '#!/bin/bash\n' } : {}),
    }),
    facts: (host, files) => [
      ...envFacts(files['/etc/etcd.env'] ?? '', host.name, '/etc/etcd.env'),
      ...unitFacts(files['/etc/systemd/system/etcd.service'] ?? '', host.name, '/etc/systemd/system/etcd.service'),
      fileFact('/var/lib/etcd/member', kind === 'kubespray' ? 'etcd' : 'root', 'directory', host.name),
      ...(kind === 'kubekey' ? [fileFact('/usr/local/bin/kube-scripts/etcd-backup.sh', 'root', 'file', host.name)] : []),
    ],
    client: (host) => ['--endpoints=https://127.0.0.1:2379', `--cacert=${ssl}/ca.pem`, `--cert=${admin(host)[0]}`, `--key=${admin(host)[1]}`],
  };
}

const pki = '/etc/kubernetes/pki/etcd';

const kubeadm: Layout = {
  bin: '/usr/local/bin', dataDir: '/var/lib/etcd', walDir: null,
  memberName: (host) => host.name,
  certificates: () => ({ ca: `${pki}/ca.crt`, pairs: [[`${pki}/server.crt`, `${pki}/server.key`], [`${pki}/peer.crt`, `${pki}/peer.key`], [`${pki}/healthcheck-client.crt`, `${pki}/healthcheck-client.key`]] }),
  // As kubeadm does: each node lists only the members that existed when it joined.
  files: (host, name, cluster) => ({
    '/etc/kubernetes/manifests/etcd.yaml': `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/etcd.advertise-client-urls: https://${host.address}:2379
  name: etcd
  namespace: kube-system
spec:
  containers:
  - command:
    - etcd
    - --advertise-client-urls=https://${host.address}:2379
    - --cert-file=${pki}/server.crt
    - --client-cert-auth=true
    - --data-dir=/var/lib/etcd
    - --initial-advertise-peer-urls=https://${host.address}:2380
    - --initial-cluster=${cluster.split(',').slice(0, cluster.split(',').findIndex((entry) => entry.startsWith(`${name}=`)) + 1).join(',')}
    - --key-file=${pki}/server.key
    - --listen-client-urls=https://127.0.0.1:2379,https://${host.address}:2379
    - --listen-peer-urls=https://${host.address}:2380
    - --name=${name}
    - --peer-cert-file=${pki}/peer.crt
    - --peer-client-cert-auth=true
    - --peer-key-file=${pki}/peer.key
    - --peer-trusted-ca-file=${pki}/ca.crt
    - --trusted-ca-file=${pki}/ca.crt
    image: registry.k8s.io/etcd:VERSION-0
    name: etcd
    volumeMounts:
    - mountPath: /var/lib/etcd
      name: etcd-data
  hostNetwork: true
  volumes:
  - hostPath:
      path: /var/lib/etcd
    name: etcd-data
`,
  }),
  facts: (host, files) => [manifestFact(files['/etc/kubernetes/manifests/etcd.yaml'] ?? '', host.name, '/etc/kubernetes/manifests/etcd.yaml')],
  client: () => ['--endpoints=https://127.0.0.1:2379', `--cacert=${pki}/ca.crt`, `--cert=${pki}/healthcheck-client.crt`, `--key=${pki}/healthcheck-client.key`],
  afterSetUp: (host) => host.launch(['kubelet']),
};

const kubeasz: Layout = {
  bin: '/opt/kube/bin', dataDir: '/var/lib/etcd', walDir: '/srv/etcd-wal',
  memberName: (host) => `etcd-${host.address}`,
  certificates: () => ({ ca: '/etc/kubernetes/ssl/ca.pem', pairs: [['/etc/kubernetes/ssl/etcd.pem', '/etc/kubernetes/ssl/etcd-key.pem']] }),
  files: (host, name, cluster) => ({
    '/etc/systemd/system/etcd.service': `[Unit]\nDescription=Etcd Server\n[Service]\nType=notify\nWorkingDirectory=/var/lib/etcd\nExecStart=/opt/kube/bin/etcd \\\n  --name=${name} \\\n  --cert-file=/etc/kubernetes/ssl/etcd.pem \\\n  --key-file=/etc/kubernetes/ssl/etcd-key.pem \\\n  --peer-cert-file=/etc/kubernetes/ssl/etcd.pem \\\n  --peer-key-file=/etc/kubernetes/ssl/etcd-key.pem \\\n  --trusted-ca-file=/etc/kubernetes/ssl/ca.pem \\\n  --peer-trusted-ca-file=/etc/kubernetes/ssl/ca.pem \\\n  --initial-advertise-peer-urls=https://${host.address}:2380 \\\n  --listen-peer-urls=https://${host.address}:2380 \\\n  --listen-client-urls=https://${host.address}:2379,http://127.0.0.1:2379 \\\n  --advertise-client-urls=https://${host.address}:2379 \\\n  --initial-cluster-token=etcd-cluster-0 \\\n  --initial-cluster=${cluster} \\\n  --initial-cluster-state=new \\\n  --data-dir=/var/lib/etcd \\\n  --wal-dir=/srv/etcd-wal \\\n  --snapshot-count=50000\nRestart=always\n`,
    '/etc/systemd/system/kube-apiserver.service': '[Service]\nExecStart=/bin/sleep 1000\n',
  }),
  facts: (host, files) => unitFacts(files['/etc/systemd/system/etcd.service'] ?? '', host.name, '/etc/systemd/system/etcd.service'),
  client: (host) => [`--endpoints=https://${host.address}:2379`, '--cacert=/etc/kubernetes/ssl/ca.pem', '--cert=/etc/kubernetes/ssl/etcd.pem', '--key=/etc/kubernetes/ssl/etcd-key.pem'],
};

const systemd: Layout = {
  bin: '/usr/local/bin', dataDir: '/var/lib/etcd/default', walDir: null,
  memberName: (host) => host.name,
  certificates: () => ({ ca: '/etc/etcd/ca.pem', pairs: [] }),
  files: (host, name, cluster) => ({
    '/etc/default/etcd': `ETCD_NAME="${name}"\nETCD_DATA_DIR="/var/lib/etcd/default"\nETCD_LISTEN_CLIENT_URLS="http://0.0.0.0:2379"\nETCD_ADVERTISE_CLIENT_URLS="http://${host.address}:2379"\nETCD_LISTEN_PEER_URLS="http://${host.address}:2380"\nETCD_INITIAL_ADVERTISE_PEER_URLS="http://${host.address}:2380"\nETCD_INITIAL_CLUSTER="${cluster}"\n`.replaceAll('"', ''),
    '/etc/systemd/system/etcd.service': '[Service]\nType=notify\nUser=root\nEnvironmentFile=-/etc/default/etcd\nExecStart=/usr/local/bin/etcd $DAEMON_ARGS\n'.replace(' $DAEMON_ARGS', ''),
  }),
  facts: (host, files) => [
    ...envFacts(files['/etc/default/etcd'] ?? '', host.name, '/etc/default/etcd'),
    ...unitFacts(files['/etc/systemd/system/etcd.service'] ?? '', host.name, '/etc/systemd/system/etcd.service'),
  ],
  client: () => ['--endpoints=http://127.0.0.1:2379'],
};

export const layouts = { kubekey: envLayout('kubekey'), kubespray: envLayout('kubespray'), kubeadm, kubeasz, systemd } as const;
