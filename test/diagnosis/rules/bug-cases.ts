import { etcd, journal, lastCut, lastOrderly, panicOfPages, version, type RuleCase } from './cases.js';

const runs = (of: string): string => `{"level":"info","ts":"2025-07-14T09:00:00.000+0800","caller":"embed/etcd.go:308","msg":"starting an etcd server","etcd-version":"${of}"}`;
const mismatch = '2025-07-14 09:00:00.000000 C | etcdserver: recovering backend from snapshot error: failed to find database snapshot file (snap: snapshot file doesn\'t exist)';
const leftover = '{"level":"warn","ts":"2025-07-14T09:00:01.000+0800","caller":"backend/backend.go:1","msg":"found orphaned defragmentation file; deleting","path":"/var/lib/etcd/member/snap/db.tmp.123"}';
const corrupt = '{"level":"fatal","ts":"2025-07-14T09:00:02.000+0800","caller":"etcdserver/corrupt.go:1","msg":"checkInitialHashKV failed","error":"found data inconsistency with peers"}';
const noPair = '{"level":"fatal","ts":"2025-07-14T09:00:02.000+0800","caller":"mvcc/kvstore_txn.go:150","msg":"range failed to find revision pair","revision-main":123,"revision-sub":0}';
const applied = '{"level":"info","ts":"2025-07-14T09:00:01.000+0800","caller":"etcdserver/server.go:1","msg":"applied snapshot","current-snapshot-index":1,"incoming-leader-snapshot-index":9}';
const defragmented = '{"level":"info","ts":"2025-07-14T09:00:01.500+0800","caller":"backend/backend.go:520","msg":"finished defragmenting directory","path":"/var/lib/etcd/member/snap/db"}';
const v2 = '{"level":"fatal","ts":"2025-07-14T09:00:01.000+0800","caller":"etcdmain/etcd.go:183","msg":"discovery failed","error":"detected disallowed v2 WAL for stage --v2-deprecation=write-only"}';

/** The symptom of a bug with a version that has it, and the same symptom with a version that has not. */
export const bugCases: readonly RuleCase[] = [
  { id: 'bug-crash-order', truth: { 'cp1/last.txt': lastCut, 'cp1/etcd.log': etcd(version('3.4.2'), mismatch) }, atLeast: 'likely', friend: { 'cp1/last.txt': lastCut, 'cp1/etcd.log': etcd(version('3.4.23'), mismatch) } },
  { id: 'bug-defrag-crash', truth: { 'etcd.log': etcd(runs('3.5.4'), leftover, corrupt) }, atLeast: 'likely', friend: { 'etcd.log': etcd(runs('3.5.16'), leftover, corrupt) } },
  { id: 'bug-compaction-crash', truth: { 'cp1/last.txt': lastCut, 'cp1/etcd.log': etcd(runs('3.5.9'), noPair) }, atLeast: 'likely', friend: { 'cp1/last.txt': lastOrderly, 'cp1/etcd.log': etcd(runs('3.5.9'), noPair) } },
  { id: 'bug-defrag-snapshot', truth: { 'etcd.log': etcd(runs('3.5.9'), applied, defragmented, panicOfPages) }, atLeast: 'likely', friend: { 'etcd.log': etcd(runs('3.5.30'), applied, defragmented, panicOfPages) } },
  { id: 'v2-content-left', truth: { 'etcd.log': etcd(runs('3.6.0'), v2) }, atLeast: 'proven', friend: { 'etcd.log': etcd(runs('3.6.0'), '{"level":"info","ts":"2025-07-14T09:00:01.000+0800","caller":"membership/cluster.go:1","msg":"updated cluster version","from":"3.5","to":"3.6"}') } },
  { id: 'unit-cannot-start', truth: { 'messages': journal('systemd[1]: etcd.service: Failed at step EXEC spawning /usr/local/bin/etcd: No such file or directory', 'systemd[1]: etcd.service: Main process exited, code=exited, status=203/EXEC') }, atLeast: 'proven', friend: { 'messages': journal('systemd[1]: nginx.service: Failed at step EXEC spawning /usr/sbin/nginx: No such file or directory', 'systemd[1]: etcd.service: Main process exited, code=exited, status=1/FAILURE') } },
];
