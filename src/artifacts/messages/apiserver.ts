import { apiserver, controllers, entry, kubernetes, type MessageEntry } from './entry.js';

const readers = [...new Set([...apiserver, ...controllers])];

/** kube-apiserver and the controllers: what clients of etcd notice. */
export const apiserverMessages: readonly MessageEntry[] = [
  entry('apiserver.misconfigured', ['kube-apiserver'], 'bad', 'apiserver-misconfigured', [
    /^Error: unknown (?:shorthand )?flag/, /Error: unknown flag: --/, /err="unknown flag: --/, /invalid argument "[^"]*" for "--/, /unrecognized feature gate: /, /--etcd-servers must be specified/,
    /Error: .{0,200} required flags?/, /enable-admission-plugins plugin "[^"]*" is unknown/, /couldn't init admission plugin/, /encryption provider configuration file .{0,200}(?:no such file|error|invalid)/,
    /Error: .{0,200}: no such file or directory/, /unable to load server certificate/,
    /"command failed" err=".{0,300}(?:no such file or directory|permission denied|must be specified|required flag|is unknown|strict decoding error|failed to parse|invalid (?:value|argument))/,
  ], 'Error: unknown flag: --enable-admision-plugins', { fatal: true }),
  entry('apiserver.port-in-use', ['kube-apiserver'], 'bad', 'apiserver-misconfigured', [/failed to create listener: failed to listen on/, /:6443: bind: address already in use/], 'failed to create listener: failed to listen on 0.0.0.0:6443: listen tcp 0.0.0.0:6443: bind: address already in use', { fatal: true }),
  entry('apiserver.etcd-refused', apiserver, 'bad', 'symptom.etcd-unreachable', [/:2379: connect: connection refused/, /connection refused.*:2379/, /:2379: i\/o timeout/, /:2379: connect: no route to host/, /:4001: connect: connection refused/, /Unable to create storage backend/, /authentication handshake failed: (?:EOF|context deadline|read)/], 'dial tcp 127.0.0.1:2379: connect: connection refused', { severity: 'error' }),
  entry('apiserver.etcd-health-failed', apiserver, 'bad', 'symptom.etcd-unreachable', [/\[-\]etcd failed/, /healthz check failed/, /readyz check failed/, /healthz failed: etcd/, /livez failed/, /etcd failed: reason withheld/], 'healthz check failed: [-]etcd failed: reason withheld', { severity: 'error' }),
  entry('apiserver.etcd-errors', apiserver, 'bad', 'symptom.etcd-unreachable', [/etcdserver: request timed out/, /etcdserver: leader changed/, /etcdserver: no leader/, /rpc error: code = Unavailable/, /rpc error: code = DeadlineExceeded/, /etcdserver: server stopped/], 'etcdserver: request timed out', { severity: 'error' }),
  entry('apiserver.nospace', kubernetes, 'bad', 'nospace-alarm', [/mvcc: database space exceeded/], 'etcdserver: mvcc: database space exceeded'),
  entry('apiserver.cannot-decrypt', apiserver, 'bad', 'encryption-key-lost', [/unable to transform key/, /no matching prefix found/, /failed to decrypt/, /unable to transform value/], 'unable to transform key "/registry/secrets/default/x": no matching prefix found'),
  entry('apiserver.bad-token', kubernetes, 'bad', 'service-account-key-lost', [/invalid bearer token/, /service account token has been invalidated/], 'Unable to authenticate the request" err="[invalid bearer token, crypto/rsa: verification error]"', { severity: 'warning' }),
  entry('apiserver.future-revision', kubernetes, 'bad', 'stale-caches', [/[Tt]oo large resource version/, /required revision is a future revision/, /resourceVersion.*too large/], 'Timeout: Too large resource version: 5512, current: 4411', { severity: 'warning' }),
  entry('apiserver.serving', apiserver, 'good', 'life.apiserver', [/Serving securely on/, /Caches are synced for/], 'Serving securely on [::]:6443'),
  entry('apiserver.stopping', apiserver, 'stop', 'life.stop', [/Shutting down kubernetes service endpoint reconciler/, /\[graceful-termination\]/, /Stopped listening on/], 'Shutting down kubernetes service endpoint reconciler'),
  entry('client.apiserver-refused', [...new Set([...kubernetes, ...readers])], 'bad', 'symptom.apiserver-unreachable', [/:6443: connect: connection refused/, /:6443: i\/o timeout/, /:8443: connect: connection refused/, /:6444: connect: connection refused/, /:6443: connect: no route to host/, /:6443 was refused/], 'dial tcp 10.0.0.1:6443: connect: connection refused', { severity: 'warning' }),
  entry('client.leader-lease-lost', controllers, 'bad', 'symptom.apiserver-unreachable', [/failed to renew lease/, /leaderelection lost/, /error retrieving resource lock/, /Failed to update lock/], 'leaderelection lost', { severity: 'warning' }),
  entry('client.leader-lease-got', controllers, 'good', 'life.apiserver', [/successfully acquired lease/], 'successfully acquired lease kube-system/kube-scheduler'),
];
