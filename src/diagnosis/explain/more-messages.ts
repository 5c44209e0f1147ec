import { apiserver, controllers, entry, kernel, kubelet, kubernetes, manager, runtime, server, tools, type MessageEntry } from '../../artifacts/messages/entry.js';

const people = [...new Set([...tools, ...kubernetes])];
const clients = [...new Set([...apiserver, ...controllers, ...kubernetes])];

/**
 * Lines that people paste and ask about, but that are no evidence of anything in a bundle: refusals of
 * tools, noise, and consequences far from etcd. Only `explain` knows them.
 */
export const moreMessages: readonly MessageEntry[] = [
  entry('etcd.all-voters-removed', server, 'bad', 'wal-damaged', [/removed all voters/], 'panic: removed all voters', { fatal: true }),
  entry('etcd.peer-not-in-cluster', server, 'bad', 'snapshots-mixed', [/failed to find (?:remote peer|member \w+) in cluster/], 'rafthttp: failed to find member 7e831466f2aebc5c in cluster 2c25150e88501a13'),
  entry('etcd.recover-failed', server, 'bad', 'snap-file-damaged', [/failed to recover from snapshot/, /failed to restore (?:backend|kvstore)/, /failed to open snapshot backend/, /failed to decode V2 snapshot/], 'failed to recover from snapshot', { fatal: true }),
  entry('etcd.request-too-large', people, 'bad', 'flag-mistake', [/request is too large/, /trying to send message larger than max/, /received message larger than max/], 'etcdserver: request is too large', { severity: 'warning' }),
  entry('etcd.too-many-requests', people, 'bad', 'slow-disk', [/etcdserver: too many requests/], 'etcdserver: too many requests', { severity: 'warning' }),
  entry('etcd.learner-not-ready', people, 'info', 'life.harmless', [/can only promote a learner member which is in sync with leader/, /learner is not ready/, /learner not ready/, /rpc not supported for learner/], 'etcdserver: can only promote a learner member which is in sync with leader', { severity: 'info' }),
  entry('etcd.reconfig-refused', people, 'bad', 'quorum-lost', [/re-configuration failed due to not enough started members/, /not enough started members/], 'etcdserver: re-configuration failed due to not enough started members', { severity: 'error' }),
  entry('etcd.peer-url-exists', people, 'bad', 'stale-member-rejoined', [/Peer URLs already exist/, /member exists with identical ID/, /member ID already exist/], 'etcdserver: Peer URLs already exists'),
  entry('etcd.member-not-found', people, 'bad', 'stale-member-rejoined', [/etcdserver: member not found/, /Error: member \w+ not found/], 'etcdserver: member not found', { severity: 'warning' }),
  entry('etcd.auth', people, 'info', 'life.harmless', [/authentication is not enabled/, /user name is empty/, /invalid auth token/, /simple token is not cryptographically signed/, /etcdserver: permission denied/], 'etcdserver: user name is empty', { severity: 'warning' }),
  entry('etcd.lease-not-found', people, 'info', 'life.harmless', [/requested lease not found/], 'etcdserver: requested lease not found'),
  entry('etcd.storage-version', server, 'info', 'life.harmless', [/updated storage version/, /cluster version differs from storage version/, /Failed to detect schema version/, /setting storage version/], 'updated storage version | {"new-storage-version": "3.6.0"}', { versions: '3.6+' }),
  entry('etcd.compaction-resumed', server, 'info', 'life.harmless', [/[Rr]esume scheduled compaction/, /esume scheduled compaction/], 'resume scheduled compaction | {"scheduled-compact-revision": 89}'),
  entry('etcd.snap-foreign', server, 'info', 'foreign-file-in-wal', [/found unexpected non-snap file/, /skipped unexpected non snapshot file/], 'found unexpected non-snap file; skipping | {"path": "00000000000000c7.snap.db"}', { severity: 'info' }),
  entry('etcd.membership-trimmed', tools, 'info', 'life.restore', [/Trimming membership information/], 'Trimming membership information from the backend...'),
  entry('etcd.peer-snapshot-received', server, 'good', 'life.peer-snapshot', [/saved database snapshot to disk/, /received and saved database snapshot/], 'saved database snapshot to disk | {"bytes": 454656}'),
  entry('etcd.member-listed', [...tools, ...server], 'info', 'life.member-change', [/added member\s+\{/, /"msg":"added member"/, /added member \| \{/], 'added member | {"cluster-id": "cdf818194e3a8c32", "added-peer-id": "8e9e05c52164694d"}'),
  entry('etcd.db-row-key', [...server, ...tools], 'bad', 'db-damaged', [/invalid separator in bucket key/, /invalid revision length/, /negative revision: main=/], "panic: invalid separator in bucket key: '['", { fatal: true, versions: '3.6+' }),
  entry('etcd.vote', server, 'info', 'quorum-lost', [/sent Msg(?:Pre)?Vote request to/, /received Msg(?:Pre)?VoteResp/, /has received \d+ Msg(?:Pre)?VoteResp votes/, /MsgPreVoteResp votes/, /MsgVoteResp votes/, /became follower at term/, /with (?:higher|lower) term from/, /rejected Msg(?:Pre)?Vote/, /cast Msg(?:Pre)?Vote for/], '7e831466f2aebc5c [logterm: 2, index: 30] sent MsgPreVote request to 26a4e1 at term 2'),
  entry('etcd.dir-permission', server, 'info', 'life.harmless', [/check file permission/, /The recommended permission is "-rwx------"/], 'check file permission | {"error":"directory \\"/var/lib/etcd\\" exist, but the permission is \\"drwxr-xr-x\\". The recommended permission is \\"-rwx------\\" to prevent possible unprivileged access to the data"}', { severity: 'info' }),
  entry('etcd.no-memory', [...server, ...tools], 'bad', 'memory-short', [/cannot allocate memory/, /runtime: out of memory/], 'mmap: cannot allocate memory', { fatal: true }),
  entry('etcd.watch-lost', [...server, ...clients], 'info', 'life.harmless', [/watch chan error/, /watcher is slow/, /lagging watcher/, /too old resource version/, /required revision has been compacted/], 'watch chan error: etcdserver: mvcc: required revision has been compacted', { severity: 'info' }),
  entry('etcd.not-leader', people, 'bad', 'quorum-lost', [/etcdserver: not leader/, /code = Unavailable desc = (?:etcdserver|transport)/], 'etcdserver: not leader', { severity: 'warning' }),
  entry('tool.restore-arguments', tools, 'bad', 'restore-half-done', [/required flag\(s\) "data-dir" not set/, /--mark-compacted required/, /snapshot (?:restore|status|save) requires exactly one argument/, /snapshot save expects one argument/, /expected ".*" to be empty, got/], 'Error: required flag(s) "data-dir" not set', { severity: 'error' }),
  entry('tool.file-not-found', tools, 'bad', 'restore-half-done', [/(?:stat|open) \S+\.db: no such file or directory/], 'Error: open snapshot.db: no such file or directory'),
  entry('tool.save-failed', tools, 'bad', 'backups-failing-silently', [/sha256 checksum not found/, /could not rename .* to /, /could not open \S+ \(/], 'Error: sha256 checksum not found [bytes: 20488192]'),
  entry('tool.deprecated', tools, 'info', 'life.harmless', [/Deprecated: Use `?etcdutl snapshot/], 'Deprecated: Use `etcdutl snapshot restore` instead.', { versions: '3.5' }),
  entry('tool.bbolt-check', tools, 'bad', 'db-damaged', [/Error: invalid value/, /^\d+ errors found/], 'Error: invalid value'),
  entry('tool.etcd-refused', people, 'bad', 'symptom.etcd-unreachable', [/dial tcp \S*:23(?:79|80): (?:connect: )?connection refused/, /:2380: connect: connection refused/], 'Error: dial tcp 127.0.0.1:2379: connect: connection refused', { severity: 'error' }),
  entry('tool.bbolt-timeout', tools, 'bad', 'second-etcd', [/^Error: timeout$/], 'Error: timeout'),
  entry('kubectl.refused', people, 'bad', 'symptom.apiserver-unreachable', [/connection to the server \S+ was refused/, /Unable to connect to the server: EOF/, /has prevented the request from succeeding/, /unable to return a response in the time allotted/], 'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?', { severity: 'error' }),
  entry('kubectl.unauthorized', people, 'bad', 'certificate-expired', [/must be logged in to the server/], 'error: You must be logged in to the server (Unauthorized)', { severity: 'error' }),
  entry('kubectl.handshake', people, 'bad', 'symptom.apiserver-unreachable', [/TLS handshake timeout/], 'Unable to connect to the server: net/http: TLS handshake timeout', { severity: 'warning' }),
  entry('kubeadm.etcd-unhealthy', people, 'bad', 'symptom.unhealthy', [/etcd cluster is not healthy/, /error execution phase (?:check-etcd|etcd)/, /Failed to bring up Etcd Plane/], 'error execution phase check-etcd: etcd cluster is not healthy: failed to dial endpoint', { severity: 'error' }),
  entry('kubelet.runtime-down', kubelet, 'bad', 'runtime-down', [/container runtime is down/, /PLEG is not healthy/, /ailed to get sandbox runtime status/, /containerd\.sock: connect: /, /alidate service connection/, /annot connect to the Docker daemon/], 'Skipping pod synchronization - [container runtime is down]', { severity: 'error' }),
  entry('kubelet.cni', kubelet, 'bad', 'life.harmless', [/network plugin is not ready: cni/, /cni plugin not initialized/, /no networks found in \/etc\/cni/, /nable to update cni config/], 'Container runtime network not ready: network plugin is not ready: cni config uninitialized', { severity: 'info' }),
  entry('apiserver.noise', clients, 'info', 'life.harmless', [/OpenAPI AggregationController/, /Unable to remove old endpoints/, /v1beta1\.metrics\.k8s\.io/, /retrieved from cache but not found/], 'OpenAPI AggregationController: Processing item v1beta1.metrics.k8s.io'),
  entry('systemd.not-found', manager, 'bad', 'unit-disabled', [/Unit \S+ could not be found/, /is not enabled\.?$/, /is masked\.?$/, /could not be found\.$/, /vendor preset: disabled/], 'Unit etcd.service could not be found.', { severity: 'error' }),
  entry('journald.suppressed', [...manager, 'journald'], 'info', 'life.harmless', [/Suppressed \d+ messages from/], 'Suppressed 1289 messages from unit etcd.service', { severity: 'info' }),
  entry('kernel.mounted', kernel, 'info', 'life.boot', [/mounted filesystem (?:with|\w+ r[ow] with)/, /Mounting V\d Filesystem/], 'EXT4-fs (sda3): mounted filesystem with ordered data mode'),
  entry('kernel.clocksource', kernel, 'info', 'life.harmless', [/Marking clocksource/, /clocksource: timekeeping watchdog/], "clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable"),
  entry('runtime.container-conflict', runtime, 'bad', 'kubelet-not-starting-pod', [/is already in use by container/, /Conflict\. The (?:container )?name/], 'Conflict. The container name "/etcd1" is already in use by container 9292b7eda2cb'),
];
