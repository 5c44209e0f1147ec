import { describe, expect, it } from 'vitest';
import { factsOf } from './read-text.js';

const wal = '2021-06-28 16:12:32.303933 C | etcdserver: read wal error (walpb: crc mismatch) and cannot be repaired';
const zap = '{"level":"fatal","ts":"2024-01-01T00:00:00.000Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"walpb: crc mismatch"}';
const record = (container: string, namespace: string): string => JSON.stringify({ '@timestamp': '2024-01-01T00:00:00.123Z', stream: 'stderr', log: zap, kubernetes: { pod_name: 'x', namespace_name: namespace, container_name: container } });
const uid = '8a7f6d5c4b3a29181716151413121110';

/** Lines as pages, mails, terminals and collectors hand them on, and what they must give. */
const cases: readonly (readonly [name: string, text: string, ids: readonly string[], path?: string])[] = [
  ['line numbers', `  1 panic: tocommit(216) is out of range [lastIndex(114)]. Was the raft log corrupted, truncated, or lost?\n  2 \n  3 goroutine 185 [running]:\n`, ['etcd.wal-out-of-range']],
  ['a browser view with its own clock', `8/2/2016 8:27:17 PM${wal}\n`, ['etcd.wal-crc']],
  ['quote marks of a mail', `> ${wal}\n> panic: x\n`, ['etcd.wal-crc']],
  ['grep with file and line', `./etcd.log:812:${wal}\n`, ['etcd.wal-crc']],
  ['a time cut at the left', '50:06 node3 systemd[1]: etcd.service: main process exited, code=exited, status=2/INVALIDARGUMENT\ny 26 22:00:14 node3 etcd[9262]: open wal error: wal: file not found\n', ['systemd.exited', 'etcd.wal-missing']],
  ['program and process id alone', 'etcd[1001]: open wal error: wal: file not found\nkubelet[1495]: W1204 11:17:02.533588    1495 status_manager.go:446] Failed to update status for pod "a": etcdserver: mvcc: database space exceeded\n', ['etcd.wal-missing', 'apiserver.nospace']],
  ['Go\'s own log of etcd 2', '2015/05/01 03:59:15 etcd: listening for peers on http://0.0.0.0:2380\n2015/05/01 03:59:16 etcd: member 9b3523b532ddb797 has already been bootstrapped\n', ['etcd.member-bootstrapped']],
  ['one field of a record, its JSON escaped', ` "message" : "${zap.replace(/"/g, '\\"')}"\n "message" : "${zap.replace(/"/g, '\\"').slice(0, 160)}\n`, ['etcd.wal-crc']],
  ['stern', `etcd-m1 etcd ${zap}\n`, ['etcd.wal-crc']],
  ['k0s around etcd', `Jul 19 11:00:01 ctl k0s[881]: time="2023-07-19 11:00:01" level=info msg="${zap.replace(/"/g, '\\"')}" component=etcd stream=stderr\n`, ['etcd.wal-crc']],
  ['a collector\'s record of etcd', `${record('etcd', 'kube-system')}\n`, ['etcd.wal-crc']],
  ['docker json-file with the stream first', `${JSON.stringify({ stream: 'stderr', log: `${wal}\n`, time: '2023-02-10T03:11:22.001Z' })}\n`, ['etcd.wal-crc']],
  ['auditd', 'type=AVC msg=audit(1689300001.123:456): avc:  denied  { read } for  pid=2231 comm="etcd" name="db" dev="sda3" ino=123 scontext=system_u:system_r:container_t:s0 tcontext=unconfined_u:object_r:default_t:s0 tclass=file permissive=0\n', ['audit.denied']],
  ['sentences around one line', `Hello team,\nsince this morning the master of the shop is down and nobody can deploy anything.\nWe see this over and over again:\nMar 03 08:12:44 m1 etcd[22113]: open wal error: wal: file not found\nNothing was changed on the machine as far as I know, please call me back soon.\n`, ['etcd.wal-missing'], 'mail.txt'],
  ['fences of Markdown', `# etcd is down\n\nWe had to restart the machine and now the master does not come up any more.\n\n\`\`\`\n$ docker logs 5f2a8c1d9e01\n${wal}\n\`\`\`\n\nAny ideas? Thanks a lot for your help with this.\n`, ['etcd.wal-crc'], 'issue.md'],
  // What must not count
  ['a collector\'s record of an application', `${record('web', 'default')}\n`, []],
  ['a collector\'s record of an application\'s own etcd', `${record('etcd', 'apisix')}\n`, []],
  ['a pod of an application with a container etcd', `2024-01-01T00:00:00.123456789Z stderr F ${zap}\n`, [], `var/log/pods/shop_my-etcd-0_${uid}/etcd/0.log`],
  ['the etcd of a network plugin', `Jul 10 14:06:18 m1 calico-etcd[12]: ${wal}\n`, []],
  ['an application that logs what a user typed', `{"level":"info","time":"2024-01-01T00:00:00.123Z","logger":"audit","msg":"user input: ${wal}"}\n2024-01-01 00:00:01 INFO com.shop.Chat - message: etcdserver: read wal error (walpb: crc mismatch) and cannot be repaired\n`, [], 'app.log'],
  ['somebody\'s words about a line', 'Our etcd says read wal error (walpb: crc mismatch) and cannot be repaired, what shall we do now?\nIt began after the last update of the machine.\n', [], 'mail.txt'],
];

describe('lines as they are handed on', () => {
  it.each(cases.map(([name, text, ids, path]) => ({ name, text, ids, path: path ?? 'pasted.txt' })))('$name', async ({ text, ids, path }) => {
    const facts = await factsOf('log', text, path);
    expect(facts.map((fact) => fact.messageId)).toEqual(ids);
  });
});
