import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { maskSecrets } from '../../src/artifacts/secrets.js';
import { openCasebook } from '../../src/casebook/index.js';
import { openBundle } from '../../src/intake/index.js';
import { redactor, shareFile } from '../../src/redaction/index.js';
import { writeReports } from '../../src/report/index.js';

const secrets: string[] = [];

/** A seeded secret of one alphabet; remembered, so that every output can be searched for it. */
function secret(alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; text.length < length; i++) {
    const digest = createHash('sha256').update(`secret ${secrets.length} ${i}`).digest();
    for (const byte of digest) if (text.length < length) text += alphabet[byte % alphabet.length]!;
  }
  secrets.push(text);
  return text;
}

const lower = 'abcdefghijklmnopqrstuvwxyz0123456789';
const word = (n = 18): string => `Z${secret(`${lower}ABCDEFGHJKLMNPQRSTUVWXYZ`, n)}`;
/** A secret with blanks and signs, remembered also by each of its parts. */
function phrase(): string {
  const parts = [word(8), word(9), word(10)];
  return `${parts[0]!} ${parts[1]!}!${parts[2]!}`;
}
const base64 = (n: number): string => secret(`${lower}ABCDEFGHIJKLMNOPQRSTUVWXYZ+/`, n);
const hex = (n: number): string => secret('0123456789abcdef', n);
const token = (): string => `${secret(lower, 6)}.${secret(lower, 16)}`;
const pem = (kind: string): string => `-----BEGIN ${kind}PRIVATE KEY-----\n${Array.from({ length: 5 }, () => base64(64)).join('\n')}\n-----END ${kind}PRIVATE KEY-----\n`;
const many = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n') + '\n';

/** Files as operators send them, with secrets in all the places where they occur. */
function files(): Record<string, string> {
  const head = 'root@cp1:~# date\nMon Mar  2 12:30:00 UTC 2026\n';
  return {
    'cp1/etc/etcd.env': `ETCD_NAME=cp1\nETCD_DATA_DIR=/var/lib/etcd\nETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd\n${many(20, (i) => `${['ROOT_PASSWORD', 'ETCDCTL_PASSWORD', 'BACKUP_SECRET_KEY', 'API_TOKEN', 'S3_ACCESS_KEY'][i % 5]!}_${i}=${word()}`)}`,
    'cp1/etc/systemd/system/etcd.service': `[Service]\nExecStart=/usr/local/bin/etcd --data-dir=/var/lib/etcd\n${many(10, (i) => `Environment="${i % 2 === 0 ? 'DB_PASSWORD' : 'AUTH_TOKEN'}${i}=${word()}"`)}`,
    'cp1/ctl.sh': `#!/bin/bash\nexport ETCDCTL_USER=root:${word()}\nETCDCTL_USER="root:${word()}" etcdctl snapshot save /b/x.db\n`,
    'cp1/manifests/etcd.yaml': `apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\n  namespace: kube-system\nspec:\n  containers:\n  - name: etcd\n    image: etcd:3.5.16\n    command:\n    - etcd\n    - --name=cp1\n    env:\n    - name: ETCD_ROOT_PASSWORD\n      value: ${word()}\n    - name: ETCDCTL_USER\n      value: "root:${word()}"\n    - {name: AWS_SECRET_ACCESS_KEY, value: ${word()}}\n`,
    'cp1/pod.json': JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'etcd-cp1', namespace: 'kube-system' }, spec: { containers: [{ name: 'etcd', image: 'etcd:3.5.16', command: ['etcd'], env: [{ name: 'ETCD_ROOT_PASSWORD', value: word() }] }] } }, null, 1),
    'cp1/client.log': `{"level":"warn","msg":"auth failed","user":"root:${word()}"}\n`,
    'cp1/backup.sh': `#!/bin/bash\nETCDCTL_API=3 etcdctl --user root:${word()} snapshot save /backup/s.db\ncurl -u admin:${word()} https://s3.example/put\nexport AWS_SECRET_ACCESS_KEY=${base64(40)}\nmysqldump -p${word()} db\nsshpass -p ${word()} scp /backup/s.db host:\n${many(15, () => `curl -H "Authorization: Bearer ${base64(48)}" https://vault.example/v1`)}${many(15, () => `rsync rsync://backup:${word()}@10.0.0.9/etcd /backup`)}`,
    'cp1/journal.txt': `${many(30, (i) => `2026-03-02T08:00:${String(i).padStart(2, '0')}+0000 cp1 kube-apiserver[7]: I0302 08:00:00.000000 1 x.go:1] "Auth" token="${base64(40)}" user=u${i}`)}${many(30, () => `2026-03-02T08:01:00+0000 cp1 etcd[9]: {"level":"info","ts":"2026-03-02T08:01:00.000Z","msg":"auth","password":"${word()}","url":"https://root:${word()}@10.0.0.1:2379"}`)}${many(20, () => `2026-03-02T08:02:00+0000 cp1 kubelet[8]: E0302 08:02:00.000000 8 y.go:2] failed to join with token ${token()}`)}2026-03-02T08:03:00+0000 cp1 etcd[9]: {"level":"fatal","ts":"2026-03-02T08:03:00.000Z","caller":"storage/storage.go:97","msg":"failed to read WAL, cannot be repaired","error":"walpb: crc mismatch","password":"${word()}"}\n`,
    'cp1/secret.yaml': `apiVersion: v1\ndata:\n${many(30, (i) => `  field-${i}: ${base64(16)}`)}kind: Secret\nmetadata:\n  name: db\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n${many(10, (i) => `  plain-${i}: "${word(12)}"`)}`,
    'cp1/secrets.json': JSON.stringify({ kind: 'SecretList', items: Array.from({ length: 20 }, (_, i) => ({ kind: 'Secret', metadata: { name: `s${i}` }, data: { username: base64(12), password: base64(24) } })) }, null, 2),
    'cp1/admin.conf': `apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    client-certificate-data: ${base64(200)}\n    client-key-data: ${base64(200)}\n    token: ${base64(60)}\n`,
    'cp1/pki/etcd/server.key': pem('RSA '),
    'cp1/session.txt': `${head}root@cp1:~# cat /etc/kubernetes/pki/sa.key\n${pem('EC ')}root@cp1:~# kubeadm join 10.0.0.1:6443 --token ${token()} --discovery-token-ca-cert-hash sha256:${'ab'.repeat(32)}\nroot@cp1:~# k3s server --token K10${hex(64)}::server:${hex(32)}\nroot@cp1:~# etcdctl --user=root:${word()} member list\n${many(10, () => `root@cp1:~# export VAULT_TOKEN=${word()}`)}root@cp1:~# env\n${many(20, (i) => `SOME_SECRET_${i}=${word()}`)}`,
    'cp1/quoted.env': `S3_SECRET_KEY='${phrase()}'\nMINIO_ROOT_PASSWORD="${phrase()}"\nENCRYPTION_PASSPHRASE=${phrase()}\nETCD_BACKUP_ENCRYPTION_KEY=${word()}\nAZURE_STORAGE_CONNECTION_STRING=DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${base64(40)};EndpointSuffix=core\nSAS=https://a.blob.core.windows.net/c?sv=2020&sig=${word()}\nHOOK=https://hooks.slack.com/services/T0/B0/${word()}\nS3_URL=https://root:${word(6)}%40${word(6)}%2F${word(6)}@minio:9000\nS3_RAW=https://root:${word(6)}@${word(6)}/${word(6)}@minio:9000/x\n密码：${word()}\n`,
    'cp1/kubelet.json': `${many(10, (i) => JSON.stringify({ __REALTIME_TIMESTAMP: String(1_772_438_400_000_000 + i * 1e6), _HOSTNAME: 'cp1', SYSLOG_IDENTIFIER: 'k3s', _CMDLINE: `/usr/bin/k3s server --token ${word()}`, TOKEN: word(), MESSAGE: `starting with --bootstrap-token ${token()}` }))}${JSON.stringify({ __REALTIME_TIMESTAMP: '1772438500000000', _HOSTNAME: 'cp1', SYSLOG_IDENTIFIER: 'etcd', MESSAGE: [...Buffer.from(`panic: token=${word()}`)] })}\n`,
    'cp1/audit.log': `${many(10, () => JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', verb: 'create', requestURI: '/api/v1/namespaces/x/secrets', requestObject: { kind: 'Secret', data: { user: base64(12) }, stringData: { k: word() } }, requestReceivedTimestamp: '2026-03-02T08:42:02.000000Z' }))}${many(10, () => JSON.stringify({ kind: 'Event', verb: 'get', headers: { Authorization: [`Bearer ${base64(30)}`] }, annotations: { note: `invalid bearer token ${word()}` }, requestReceivedTimestamp: '2026-03-02T08:42:03.000000Z' }))}`,
    'cp1/inspect.json': JSON.stringify([{ Id: 'ab', Name: '/etcd', Config: { Image: 'etcd:3.5', Env: [`ROOT_PASSWORD=${word()}`], Cmd: ['etcd', '--password', word(), '--token', word()] }, State: { Status: 'running' } }]),
    'cp1/cut-key.txt': `${head}root@cp1:~# cat /etc/etcd/server.key\n-----BEGIN RSA PRIVATE KEY-----\n${base64(64)}\n${base64(50)}\n${base64(11)}=\nroot@cp1:~# kubectl -n db get secret s -o yaml\napiVersion: v1\ndata:\n  user: ${base64(12)}\nkind: Secret\nroot@cp1:~# kubectl get secret s -o jsonpath={.data.user}\n${base64(18)}==\nroot@cp1:~# kubeadm init --certificate-key ${hex(64)}\nroot@cp1:~# docker login -u admin -p ${word()} harbor.local\nroot@cp1:~# echo '${phrase()}' | docker login -u a --password-stdin\nroot@cp1:~# mc alias set m http://10.0.0.9:9000 ${word()} ${word()}\nroot@cp1:~# rclone config create s3 s3 access_key_id ${word()} secret_access_key ${word()}\nroot@cp1:~# kubectl create secret generic x --from-literal=user=${word()}\nroot@cp1:~# redis-cli -a ${word()} ping\nroot@cp1:~# lftp -u user,${word()} ftp.example\nroot@cp1:~# smbclient //h/s -U user%${word()}\nroot@cp1:~# ssh-keygen -N '${phrase()}'\nroot@cp1:~# curl -u 'admin:${phrase()}' https://x\nroot@cp1:~# ls /var/lib/etcd\nmember\n`,
    'cp1/.bash_history': many(20, (i) => [`mysql -uroot -p${word()}`, `etcdctl --password ${word()} --user root get /`, `aws configure set aws_secret_access_key ${base64(40)}`, `echo "password: ${word()}"`][i % 4]!),
  };
}

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-test-'));
  const input = join(folder, 'bundle');
  const outputs: Record<string, string> = {};

  beforeAll(async () => {
    for (const [name, text] of Object.entries(files())) {
      mkdirSync(dirname(join(input, name)), { recursive: true });
      writeFileSync(join(input, name), text);
    }
    const value = await analyze([input], { language: 'en', assumeZone: null }, (progress) => { outputs['progress'] = `${outputs['progress'] ?? ''}${JSON.stringify(progress)}\n`; });
    const report = join(folder, 'report');
    mkdirSync(report);
    await writeReports(value, report, { pdf: false });
    const casebook = await openCasebook(join(folder, 'casebook'));
    await casebook.putCase(value, new Date(0));
    await casebook.close();
    for (const place of ['report', 'casebook']) {
      for (const name of readdirSync(join(folder, place), { recursive: true, encoding: 'utf8' })) {
        const path = join(folder, place, name);
        if (statSync(path).isFile()) outputs[`${place}/${name}`] = readFileSync(path, 'latin1');
      }
    }
    const bundle = await openBundle([input]);
    for (const file of bundle.files) outputs[`share/${file.path}`] = [...shareFile(file, false, redactor([], { hosts: [], names: [] })).lines(() => undefined)].join('\n');
    bundle.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('there are more than three hundred of them', () => expect(secrets.length).toBeGreaterThan(300));

  test('none reaches a report, the casebook, the progress or a shared bundle', () => {
    const leaks = Object.entries(outputs).flatMap(([name, text]) => secrets.filter((one) => text.includes(one)).map((one) => `${name}: ${one}`));
    expect(leaks).toEqual([]);
    expect(outputs['report/case.json']).toContain('walpb: crc mismatch');
  });

  test('a key file stays at home', async () => {
    const bundle = await openBundle([input]);
    try {
      const key = bundle.files.find((file) => file.path.endsWith('server.key'))!;
      expect(shareFile(key, false, redactor([], { hosts: [], names: [] })).left).toBe('private-key');
    } finally {
      bundle.close();
    }
  });
});

test.each([
  'ETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd', '--initial-cluster-token etcd-cluster --initial-cluster-state new', '--auth-token simple', '--auth-token=jwt,pub-key=/etc/pub.pem,sign-method=RS512',
  '--endpoints=https://10.0.0.1:2379,https://10.0.0.2:2379', 'https://10.0.0.1:2379/foo@bar', '--key=/etc/kubernetes/pki/etcd/server.key --cert=/etc/kubernetes/pki/etcd/server.crt',
  '--service-account-key-file=/etc/kubernetes/pki/sa.pub --tls-private-key-file=/etc/kubernetes/pki/apiserver.key', '--token-auth-file=""', '--token-ttl 24h0m0s', 'Error: context deadline exceeded, token expired',
  'sha256sum 13d2d386a7718f938df2f66e839d0da57ef3857ec1d4b63807c863ebfed4ba3c', '13d2d386a7718f938df2f66e839d0da57ef3857ec1d4b63807c863ebfed4ba3c', '[10, 08, 300, 2, 3, 4, 5, 6, 7]',
  '"MESSAGE": [112,97,110,105,99,58,32,102,114,101,101]', '/var/lib/etcd/member/snap/0000000000000002-0000000000004e21.snap', 'data: {}', 'echo done | tee /var/log/backup.log',
])('an ordinary line stays as it is: %s', (line) => expect(maskSecrets(line)).toBe(line));

test('a line made to be slow is not', () => {
  const begin = performance.now();
  for (const part of ['password', '"', "'token", ':a@', 'docker login ', '1,', ' -u a:', '://a:b', 'echo x | ', '\\', '{"data":{', 'AAAA']) maskSecrets(part.repeat(1600 / part.length));
  expect(performance.now() - begin).toBeLessThan(20_000);
});

test('ordinary lines of real bundles stay as they are', () => {
  const root = fileURLToPath(new URL('../../samples', import.meta.url));
  const lines = ['kubekey-powercut/bundle', 'kubespray-transcript/bundle'].flatMap((sample) =>
    readdirSync(join(root, sample), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:txt|log|sh|env|service)$|typescript$/.test(name))
      .flatMap((name) => readFileSync(join(root, sample, name), 'utf8').split('\n')));
  const changed = lines.filter((line) => maskSecrets(line) !== line);
  expect(lines.length).toBeGreaterThan(500);
  expect(changed.length / lines.length).toBeLessThanOrEqual(0.01);
});
