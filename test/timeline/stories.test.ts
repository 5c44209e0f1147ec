import { describe, expect, it } from 'vitest';
import { reconstruct } from '../../src/timeline/index.js';
import { draftOf } from './text-bundle.js';

const outageOf = async (texts: Readonly<Record<string, string>>, zone: string | null = 'UTC') => reconstruct(await draftOf(texts, zone), 'en');

/** Lines of a working etcd 3.5 in the journal (short-iso), one compaction every five minutes. */
function healthy(from: string, minutes: number, host = 'cp1', pid = 811): string {
  const start = Date.parse(from);
  const lines: string[] = [];
  for (let i = 0; i * 5 <= minutes; i++) {
    const t = new Date(start + i * 300_000).toISOString();
    lines.push(`${t.slice(0, 19)}+0000 ${host} etcd[${pid}]: {"level":"info","ts":"${t.slice(0, 23)}Z","caller":"mvcc/kvstore_compaction.go:66","msg":"finished scheduled compaction","compact-revision":${41_000 + i * 40},"took":"2.1ms"}`);
  }
  return `${lines.join('\n')}\n`;
}

const starting = (time: string, host = 'cp1', pid = 2001): string => `${time}+0000 ${host} etcd[${pid}]: {"level":"info","ts":"${time}.101Z","caller":"embed/etcd.go:311","msg":"starting an etcd server","etcd-version":"3.5.16","git-sha":"abc"}\n`;
const serving = (time: string, host = 'cp1', pid = 2001): string => `${time}+0000 ${host} etcd[${pid}]: {"level":"info","ts":"${time}.901Z","caller":"embed/serve.go:103","msg":"ready to serve client requests"}\n`;

describe('stories', () => {
  it('out of memory: the kernel kills etcd while it works', async () => {
    const journal = healthy('2026-03-02T10:00:00Z', 55) + [
      '2026-03-02T10:57:31+0000 cp1 kernel: etcd invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=-999',
      '2026-03-02T10:57:31+0000 cp1 kernel: Out of memory: Killed process 811 (etcd) total-vm:11003324kB, anon-rss:3811232kB, file-rss:0kB',
      "2026-03-02T10:57:32+0000 cp1 systemd[1]: etcd.service: Failed with result 'oom-kill'.",
    ].join('\n') + '\n';
    const { outage, events } = await outageOf({ 'cp1/journal.txt': journal });
    expect([outage.start.notBefore, outage.start.notAfter]).toEqual(['2026-03-02T10:56:31Z', '2026-03-02T10:57:31.999Z']);
    expect(events.some((e) => e.kind === 'out-of-memory')).toBe(true);
    expect(outage.firstKnownBad?.evidence[0]?.text).toContain('oom-killer');
  });

  it('a boot after which the host ran for months is not the failure', async () => {
    const last = 'reboot   system boot  5.15.0-91-generic Mon Jun 15 09:50 - still running\nreboot   system boot  5.15.0-91-generic Mon Mar  2 09:00 - crash (105+00:50)\n\nwtmp begins Mon Mar  2 09:00:01 2026\n';
    const { outage } = await outageOf({ 'h/last.txt': last, 'h/date.txt': 'Mon Jun 15 10:05:00 UTC 2026\n' });
    expect(outage.start.notAfter).toBe('2026-06-15T09:50:59.999Z');
  });

  it('a certificate that ran out shows at the next start', async () => {
    const journal = healthy('2026-03-02T10:00:00Z', 30) + '2026-03-02T10:32:00+0000 cp1 etcd[811]: {"level":"info","ts":"2026-03-02T10:32:00.020Z","caller":"osutil/interrupt_unix.go:64","msg":"received signal; shutting down","signal":"terminated"}\n'
      + starting('2026-03-02T10:32:05')
      + '2026-03-02T10:32:09+0000 cp1 kube-apiserver[99]: W0302 10:32:09.100000 1 logging.go:59] [core] grpc: addrConn.createTransport failed to connect to {Addr: "10.0.0.1:2379"}. Err: connection error: desc = "transport: authentication handshake failed: x509: certificate has expired or is not yet valid: current time 2026-03-02T10:32:09Z is after 2026-03-01T08:00:00Z"\n';
    const { outage } = await outageOf({ 'cp1/journal.txt': journal });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T10:31:00.020Z', notAfter: '2026-03-02T10:32:00.020Z' });
  });

  it('an upgrade that cannot read the data fails when etcd was stopped for it', async () => {
    const journal = healthy('2026-03-02T10:00:00Z', 20) + [
      '2026-03-02T10:21:10+0000 cp1 systemd[1]: Stopping etcd.service - etcd...',
      '2026-03-02T10:21:10+0000 cp1 etcd[811]: {"level":"info","ts":"2026-03-02T10:21:10.020Z","caller":"osutil/interrupt_unix.go:64","msg":"received signal; shutting down","signal":"terminated"}',
    ].join('\n') + '\n' + starting('2026-03-02T10:24:00')
      + '2026-03-02T10:24:01+0000 cp1 etcd[2001]: {"level":"fatal","ts":"2026-03-02T10:24:01.000Z","caller":"membership/cluster.go:795","msg":"invalid downgrade; server version is lower than determined cluster version","current-server-version":"3.5.16","determined-cluster-version":"3.6"}\n';
    const { outage, events } = await outageOf({ 'cp1/journal.txt': journal });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T10:20:10.020Z', notAfter: '2026-03-02T10:21:10.020Z' });
    expect(events.map((e) => e.kind)).toEqual(expect.arrayContaining(['etcd-stopped', 'etcd-died']));
  });

  it('a crash that healed is not the outage', async () => {
    const journal = healthy('2026-03-02T08:00:00Z', 30)
      + '2026-03-02T08:31:00+0000 cp1 etcd[811]: {"level":"fatal","ts":"2026-03-02T08:31:00.000Z","caller":"backend/batch_tx.go:282","msg":"failed to commit tx","error":"write /var/lib/etcd/member/snap/db: no space left on device"}\n'
      + starting('2026-03-02T08:50:00') + serving('2026-03-02T08:50:01') + healthy('2026-03-02T08:55:00Z', 180, 'cp1', 2001)
      + '2026-03-02T11:57:31+0000 cp1 kernel: blk_update_request: I/O error, dev sda, sector 41263104 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0\n';
    const { outage, events } = await outageOf({ 'cp1/journal.txt': journal });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T11:56:31Z', notAfter: '2026-03-02T11:57:31.999Z' });
    expect(events.filter((e) => e.kind === 'etcd-works').length).toBe(2);
  });

  it('a start that serves for seconds is no recovery', async () => {
    const died = (time: string): string => `${time}+0000 cp1 etcd[2001]: {"level":"fatal","ts":"${time}.500Z","caller":"backend/batch_tx.go:282","msg":"failed to commit tx","error":"write /var/lib/etcd/member/snap/db: no space left on device"}\n`;
    const journal = healthy('2026-03-02T08:00:00Z', 30) + died('2026-03-02T08:31:00')
      + ['08:31:20', '08:33:00', '08:36:00'].map((t) => starting(`2026-03-02T${t}`) + serving(`2026-03-02T${t.slice(0, 6)}21`.replace(':0021', ':01')) + died(`2026-03-02T${t.slice(0, 3)}${String(Number(t.slice(3, 5)) + 1).padStart(2, '0')}:30`)).join('');
    const { outage } = await outageOf({ 'cp1/journal.txt': journal });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T08:30:00.500Z', notAfter: '2026-03-02T08:31:00.500Z' });
  });

  it('a leader that was lost for a moment is not the outage; the last boot without shutdown is', async () => {
    const journal = healthy('2026-03-02T08:00:00Z', 10) + '2026-03-02T08:11:00+0000 cp1 etcd[811]: {"level":"info","ts":"2026-03-02T08:11:00.000Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"raft.node: 7e831466f2aebc5c lost leader 2f4b at term 12"}\n' + healthy('2026-03-02T08:15:00Z', 60);
    const last = 'reboot   system boot  5.15.0-122-gener Mon Mar  2 11:40   still running\nreboot   system boot  5.15.0-122-gener Sun Feb  1 07:00   still running\n\nwtmp begins Sun Feb  1 07:00:41 2026\n';
    const { outage } = await outageOf({ 'cp1/journal.txt': journal, 'cp1/last.txt': last, 'cp1/date.txt': 'root@cp1:~# date\nMon Mar  2 12:30:00 UTC 2026\n' });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T09:15:00Z', notAfter: '2026-03-02T11:40:59.999Z' });
  });

  it('two of three members gone: the first complaint after the last write counts, the chronic one does not', async () => {
    const unreachable = (time: string): string => `${time}+0000 cp1 etcd[811]: {"level":"warn","ts":"${time}.200Z","caller":"rafthttp/probing_status.go:68","msg":"prober detected unhealthy status","round-tripper-name":"ROUND_TRIPPER_SNAPSHOT","remote-peer-id":"1c45a069f3a1d796","rtt":"0s","error":"dial tcp 10.0.0.3:2380: connect: connection refused"}\n`;
    const lines = healthy('2026-03-02T08:00:00Z', 60).split('\n').flatMap((line) => (line === '' ? [] : [line, unreachable(line.slice(0, 19)).trimEnd()]));
    const journal = `${lines.join('\n')}\n2026-03-02T09:03:20+0000 cp1 etcd[811]: {"level":"info","ts":"2026-03-02T09:03:20.000Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"raft.node: 7e831466f2aebc5c lost leader 2f4b at term 12"}\n2026-03-02T09:03:25+0000 cp1 etcd[811]: {"level":"warn","ts":"2026-03-02T09:03:25.000Z","caller":"etcdhttp/health.go:86","msg":"serving /health false; no leader"}\n`;
    const { outage } = await outageOf({ 'cp1/journal.txt': journal });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T09:00:00Z', notAfter: '2026-03-02T09:03:20Z' });
  });

  it('words of etcd in the log of another program are no evidence', async () => {
    const forged = '2026-03-02T09:00:00+0000 cp1 shop-api[99]: {"level":"fatal","ts":"2026-03-02T09:00:00.000Z","caller":"backend/batch_tx.go:282","msg":"failed to commit tx","error":"write /var/lib/etcd/member/snap/db: no space left on device"}\n';
    const { outage, events } = await outageOf({ 'cp1/journal.txt': healthy('2026-03-02T08:00:00Z', 30) + forged });
    expect(outage.start.notAfter).toBeNull();
    expect(events.some((e) => e.kind === 'etcd-died')).toBe(false);
  });

  it('one of three members is down while the others work: the failure of that member', async () => {
    const host = (name: string, ip: string): Record<string, string> => ({
      [`${name}/etcd.env`]: `ETCD_NAME=${name}\nETCD_DATA_DIR=/var/lib/etcd\nETCD_INITIAL_ADVERTISE_PEER_URLS=https://${ip}:2380\nETCD_INITIAL_CLUSTER=a=https://10.0.0.1:2380,b=https://10.0.0.2:2380,c=https://10.0.0.3:2380\nETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd\n`,
      [`${name}/status.txt`]: `[root@${name} ~]# systemctl status etcd\n● etcd.service - etcd\n   Loaded: loaded (/etc/systemd/system/etcd.service; enabled)\n   Active: ${name === 'c' ? 'activating (auto-restart) (Result: exit-code) since Mon 2026-03-02 12:32:00 UTC; 2s ago' : 'active (running) since Mon 2026-02-02 10:00:00 UTC; 4 weeks 0 days ago'}\n[root@${name} ~]# date\nMon Mar  2 12:32:05 UTC 2026\n`,
    });
    const crash = ['09:00:05', '09:10:05'].map((t) => starting(`2026-03-02T${t}`, 'c') + `2026-03-02T${t}+0000 c etcd[2001]: {"level":"fatal","ts":"2026-03-02T${t}.900Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"walpb: crc mismatch"}\n`).join('');
    const { outage } = await outageOf({
      ...host('a', '10.0.0.1'), 'a/journal.txt': healthy('2026-03-02T07:00:00Z', 330, 'a'), ...host('b', '10.0.0.2'), 'b/journal.txt': healthy('2026-03-02T07:00:00Z', 330, 'b'),
      ...host('c', '10.0.0.3'), 'c/journal.txt': healthy('2026-03-02T07:00:00Z', 60, 'c') + crash,
    });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T08:00:00Z', notAfter: '2026-03-02T09:00:05.900Z' });
    expect(outage.perComponent.map((c) => [c.host, c.component])).toEqual([['c', 'etcd']]);
  });

  it('etcd that is killed again and again was down from the first time, whatever it did in between', async () => {
    let journal = healthy('2026-03-02T07:00:00Z', 60);
    for (let minute = 2; minute < 50; minute += 6) {
      const at = (m: number, s: string): string => `2026-03-02T08:${String(m).padStart(2, '0')}:${s}`;
      journal += `${at(minute, '10')}+0000 cp1 kernel: etcd invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=-998\n${starting(at(minute, '21'))}${serving(at(minute, '22'))}${healthy(`${at(minute + 3, '00')}Z`, 0, 'cp1', 2001)}`;
    }
    const { outage } = await outageOf({ 'cp1/journal.txt': journal, 'cp1/date.txt': 'root@cp1:~# date\nMon Mar  2 09:30:00 UTC 2026\n' });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T08:01:10Z', notAfter: '2026-03-02T08:02:10.999Z' });
    expect(outage.end?.notBefore).toBe('2026-03-02T08:47:00Z');
  });

  it('two members that logged the same elections tell how far their clocks are apart', async () => {
    const election = (host: string, time: string, term: number): string => `${time}+0000 ${host} etcd[1]: {"level":"info","ts":"${time}.000Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"raft.node: 7e831466f2aebc5c elected leader 2f4b at term ${term}"}\n`;
    const { events } = await outageOf({
      'a/journal.txt': election('a', '2026-03-02T08:00:00', 4) + election('a', '2026-03-02T09:00:00', 5) + election('a', '2026-03-02T10:00:00', 6),
      'b/journal.txt': election('b', '2026-03-02T08:01:30', 4) + election('b', '2026-03-02T09:01:30', 5) + election('b', '2026-03-02T10:01:31', 6),
      'a/date.txt': 'root@a:~# date\nMon Mar  2 12:30:00 UTC 2026\n',
    });
    expect(events.filter((e) => e.kind === 'clock-difference').map((e) => [e.host, e.said.params['seconds'], e.said.params['sign'], e.said.params['other'], e.evidence.length])).toEqual([['b', 90, '+', 'a', 4]]);
  });

  const date = 'root@cp1:~# date\nMon Mar  2 12:30:00 UTC 2026\n';
  it.each([
    ['the alarm alone', 'root@cp1:~# etcdctl alarm list\nmemberID:13803658152347727308 alarm:NOSPACE\n'],
    ['a refusal in a terminal', 'root@cp1:~# kubectl apply -f x\nError from server: etcdserver: mvcc: database space exceeded\n'],
    ['the status of the endpoint', 'root@cp1:~# etcdctl endpoint status\nhttps://127.0.0.1:2379, 8e9e05c52164694d, 3.5.1, 2.1 GB, true, false, 5, 1000, 1000, memberID:10276657743932975437 alarm:NOSPACE \n'],
  ])('a full quota that only answers tell of began before they were collected: %s', async (_name, answers) => {
    const { outage } = await outageOf({ 'cp1/journal.txt': healthy('2026-03-02T10:00:00Z', 55), 'cp1/terminal.txt': date + answers });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T10:55:00Z', notAfter: '2026-03-02T12:30:00.999Z' });
  });

  it('a refusal that a later answer takes back is no failure, nor is a kubectl without configuration', async () => {
    const { outage } = await outageOf({ 'cp1/journal.txt': healthy('2026-03-02T10:00:00Z', 55), 'cp1/terminal.txt': `${date}root@cp1:~# kubectl get pods\nThe connection to the server localhost:8080 was refused - did you specify the right host or port?\nroot@cp1:~# kubectl get ns\nThe connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?\nroot@cp1:~# kubectl get nodes\nNAME   STATUS   ROLES           AGE   VERSION\ncp1    Ready    control-plane   10d   v1.30.1\n` });
    expect(outage.start.notAfter).toBeNull();
  });

  it('a failure by an expired certificate does not begin before it expired', async () => {
    const refusal = 'W0302 11:32:09.100000       1 logging.go:59] [core] grpc: addrConn.createTransport failed to connect to {Addr: "10.0.0.1:2379"}. Err: connection error: desc = "transport: authentication handshake failed: x509: certificate has expired or is not yet valid: current time 2026-03-02T11:32:09Z is after 2026-03-02T10:31:30Z"\n';
    const { outage } = await outageOf({ 'cp1/kube-apiserver.log': refusal, 'cp1/date.txt': date });
    expect(outage.start).toEqual({ notBefore: '2026-03-02T10:31:30Z', notAfter: '2026-03-02T11:32:09.100Z' });
    const later = await outageOf({ 'cp1/journal.txt': healthy('2026-03-02T10:00:00Z', 60), 'cp1/kube-apiserver.log': refusal, 'cp1/date.txt': date });
    expect(later.outage.start.notBefore).toBe('2026-03-02T11:00:00Z');
  });

  it('without any proof nothing is claimed', async () => {
    const { outage, events } = await outageOf({ 'readme.txt': 'etcd is down, please help\n' });
    expect([outage.start, outage.lastKnownGood, outage.firstKnownBad, outage.detectedAt]).toEqual([{ notBefore: null, notAfter: null }, null, null, null]);
    expect(events).toEqual([]);
  });

  it('a time without any zone is an interval of all zones', async () => {
    const plain = 'Mar  2 09:00:00 cp1 etcd[811]: 2026-03-02 09:00:00.101 I | mvcc: finished scheduled compaction at 400 (took 1ms)\nMar  2 09:05:00 cp1 etcd[811]: panic: freepages: failed to get all reachable pages (page 3: multiple references)\n';
    const { outage } = await outageOf({ 'syslog': plain }, null);
    const width = Date.parse(outage.firstKnownBad?.time.notAfter ?? '') - Date.parse(outage.firstKnownBad?.time.notBefore ?? '');
    expect(width).toBeGreaterThan(20 * 3_600_000);
    expect(outage.firstKnownBad?.time.best).toBeNull();
  });
});
