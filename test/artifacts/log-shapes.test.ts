import { gzipSync } from 'node:zlib';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArtifacts } from '../../src/artifacts/index.js';
import { openBundle } from '../../src/intake/index.js';
import { factsOf, readTexts } from './read-text.js';

const ids = async (text: string | Uint8Array, path?: string): Promise<readonly (string | null)[]> => (await factsOf('log', text, path)).map((fact) => fact.messageId);

describe('shapes of logs', () => {
  it('journal export: KEY=value blocks, one with a binary field', async () => {
    const text = Buffer.concat([
      Buffer.from('__CURSOR=s=1\n__REALTIME_TIMESTAMP=1688969178000000\n_HOSTNAME=master\nSYSLOG_IDENTIFIER=etcd\n_PID=123\nPRIORITY=2\nMESSAGE=panic: cannot use none as id\n\n__CURSOR=s=2\n__REALTIME_TIMESTAMP=1688969179000000\n_HOSTNAME=master\nSYSLOG_IDENTIFIER=systemd\nMESSAGE\n'),
      Buffer.from([72, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('etcd.service: Main process exited, code=exited, status=2/INVALIDARGUMENT\n\n'),
    ]);
    const facts = await factsOf('log', text, 'journal.export');
    expect(facts.map((f) => [f.messageId, f.source, f.host, f.time])).toEqual([
      ['etcd.wal-none-id', 'etcd', 'master', { kind: 'instant', ms: 1688969178000, precisionMs: 0.001 }],
      ['systemd.exited', 'systemd', 'master', { kind: 'instant', ms: 1688969179000, precisionMs: 0.001 }],
    ]);
  });

  it('the same line from two writers counts once, by its inner time', async () => {
    const inner = '2023-07-10 14:06:18.123456 C | etcdserver: open wal error: wal: file not found';
    const facts = await factsOf('log', `Jul 10 14:06:18 master etcd[123]: ${inner}\nJul 10 14:06:18 master dockerd[99]: ${inner}\n`);
    expect(facts.map((f) => [f.messageId, f.count])).toEqual([['etcd.wal-missing', 1]]);
  });

  it('repeats become one fact with first, last and count; a new one after a long silence', async () => {
    const line = (time: string): string => `2023-07-10T${time}+08:00 master etcd[1]: {"level":"warn","ts":"2023-07-10T${time}.000+0800","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"1.${time.slice(6)}s"}`;
    const facts = await factsOf('log', [...Array.from({ length: 40 }, (_, i) => line(`14:${String(i).padStart(2, '0')}:07`)), line('18:00:07')].join('\n'));
    expect(facts.map((f) => [f.count, f.at.line, f.lastLine])).toEqual([[40, 1, 40], [1, 41, null]]);
  });

  it('a goroutine dump belongs to the panic above it', async () => {
    const text = 'Jul 10 14:06:18 master etcd[123]: panic: freepages: failed to get all reachable pages (page 3: multiple references)\n\ngoroutine 137 [running]:\ngo.etcd.io/bbolt.(*DB).freepages.func2()\n\tgo.etcd.io/bbolt/db.go:1056 +0x99\ncreated by go.etcd.io/bbolt.(*DB).freepages\n\tgo.etcd.io/bbolt/db.go:1054 +0x1ea\n';
    const facts = await factsOf('log', text);
    expect(facts.map((f) => [f.messageId, f.source, f.pid])).toEqual([['etcd.db-freepages', 'etcd', 123], ['stack.db-freepages', 'etcd', 123]]);
  });

  it('explanations of journalctl -x and mail notices between lines change nothing', async () => {
    const text = "Jul 10 14:06:18 master systemd[1]: etcd.service: Main process exited, code=exited, status=2/INVALIDARGUMENT\n-- Subject: Unit process exited\n-- Defined-By: systemd\n-- Support: https://support.example\n-- \n-- An ExecStart= process belonging to unit etcd.service has exited.\nYou have new mail in /var/spool/mail/root\nJul 10 14:06:18 master systemd[1]: etcd.service: Failed with result 'exit-code'.\n";
    expect(await ids(text)).toEqual(['systemd.exited', 'systemd.failed']);
  });

  it('boots in a journal', async () => {
    const facts = await factsOf('boot', '-- Logs begin at Wed 2024-03-20 11:02:13 CST, end at Mon 2024-05-13 10:21:52 CST. --\nMay 11 02:30:01 m etcd[1]: 2024-05-11 02:30:01.522204 I | mvcc: finished scheduled compaction at 21935 (took 491.398µs)\n-- Reboot --\nMay 13 08:42:02 m systemd[1]: Starting etcd...\n-- Boot 0123456789abcdef0123456789abcdef --\nMay 14 08:42:02 m systemd[1]: Starting etcd...\n');
    expect(facts.map((f) => f.what).sort()).toEqual(['boot', 'boot', 'log-begins']);
  });

  it('JSON that was wrapped inside a word is joined', async () => {
    const whole = '{"level":"fatal","ts":"2023-07-10T07:06:18.123Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"member 7e831466f2aebc5c has already been bootstrapped"}';
    expect(await ids(`${whole.slice(0, 80)}\n${whole.slice(80, 145)}\n${whole.slice(145)}\n`, 'etcd.log')).toContain('etcd.member-bootstrapped');
  });

  it('interleaved writers and half lines: whole lines still count, halves only when they are clear', async () => {
    const text = 'Jul 10 14:06:18 master etcd[123]: read wal error (walpb: crc mJul 10 14:06:18 master kernel: EXT4-fs (sda3): Remounting filesystem read-only\nismatch) and cannot be repaired\nJul 10 14:06:19 master systemd[1]: etcd.service: Main process exited, code=exited, status=1/FAILURE\n';
    expect(await ids(text)).toContain('systemd.exited');
  });

  it('words of etcd in the log of another program, and our own output, are no evidence', async () => {
    const forged = 'Jul 10 14:06:18 master shop-api[77]: 2023-07-10 14:06:18.123456 C | etcdserver: read wal error (walpb: crc mismatch) and cannot be repaired\nJul 10 14:06:18 master nginx[78]: {"level":"fatal","ts":"2023-07-10T07:06:18.123Z","caller":"backend/batch_tx.go:282","msg":"failed to commit tx","error":"no space left on device"}\n';
    expect(await ids(forged)).toEqual([]);
    expect(await ids('2023-07-10T07:06:18Z proven: wal-damaged. etcd ends with: read wal error (walpb: crc mismatch)\nrecommendation: restore-snapshot snapshot.db\n', 'our-report.txt')).toEqual([]);
  });

  it('mixed encodings, CR LF, NUL bytes and colours', async () => {
    const line = 'Jul 10 14:06:18 master etcd[123]: panic: cannot use none as id';
    expect(await ids(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`${line}\n`, 'utf16le')]))).toEqual(['etcd.wal-none-id']);
    expect(await ids(`\u001b[31m${line}\u001b[0m\r\n`)).toEqual(['etcd.wal-none-id']);
    expect(await ids(Buffer.concat([Buffer.from('Jul 10 14:06:17 master app[1]: \xd6\xd0\xce\xc4 \xff\n', 'latin1'), Buffer.from(`${line}\n`)]))).toEqual(['etcd.wal-none-id']);
  });

  it('clocks in 1970, leap days and impossible days do not break the order', async () => {
    const text = 'Jan  1 00:00:12 m systemd[1]: Started etcd.\nFeb 29 23:59:59 m etcd[1]: panic: cannot use none as id\nFeb 30 10:00:00 m etcd[1]: panic: cannot use none as id\n1970-01-01T00:00:05Z m kernel: EXT4-fs (sda3): recovery complete\n';
    const facts = await factsOf('log', text);
    expect(facts.map((f) => f.messageId)).toEqual(expect.arrayContaining(['systemd.started', 'etcd.wal-none-id', 'kernel.fs-recovery']));
  });

  it('rotated and gzipped logs of one folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logs-'));
    try {
      mkdirSync(join(folder, 'log'));
      writeFileSync(join(folder, 'log/syslog.2.gz'), gzipSync('Jul 10 14:06:18 master etcd[123]: panic: cannot use none as id\n'));
      writeFileSync(join(folder, 'log/syslog.1'), 'Jul 11 14:06:18 master etcd[123]: panic: cannot use none as id\n');
      const bundle = await openBundle([folder]);
      const { facts } = await readArtifacts(bundle.files);
      bundle.close();
      expect(facts.filter((f) => f.kind === 'log').map((f) => f.at.artifact).sort()).toEqual([expect.stringMatching(/syslog\.1$/), expect.stringMatching(/syslog\.2/)]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('one line of hundreds of megabytes costs neither memory nor the lines after it', async () => {
    const head = Buffer.from('Jul 10 14:06:18 master etcd[123]: panic: cannot use none as id\n');
    const tail = Buffer.from('\nJul 10 14:06:19 master systemd[1]: etcd.service: Main process exited, code=exited, status=2/INVALIDARGUMENT\n');
    const middle = 300 * 2 ** 20;
    const chunk = Buffer.alloc(2 ** 20, 0x78);
    const size = head.length + middle + tail.length;
    const read = (offset: number, length: number): Uint8Array => {
      if (offset < head.length) return head.subarray(offset, Math.min(head.length, offset + length));
      const inside = offset - head.length;
      if (inside < middle) return chunk.subarray(0, Math.min(length, chunk.length, middle - inside));
      return tail.subarray(inside - middle, inside - middle + length);
    };
    const file = { path: 'huge.log', size, sha256: '0'.repeat(64), mtime: null, mtimeFromArchive: false, open: () => ({ byteLength: size, read }) };
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const { facts } = await readArtifacts([file]);
    expect(facts.filter((f) => f.kind === 'log').map((f) => f.messageId)).toEqual(['etcd.wal-none-id', 'systemd.exited']);
    expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(120 * 2 ** 20);
  });

  it('container log folders say which program speaks', async () => {
    const line = '2026-10-15T04:41:07.020404512+02:00 stderr F W1015 02:41:07.020000       1 logging.go:59] [core] grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379"}. Err: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"\n';
    const { facts } = await readTexts({ 'var/log/pods/kube-system_kube-apiserver-cp1_0123456789abcdef0123456789abcdef/kube-apiserver/4.log': line, 'var/log/containers/shop-1_default_app-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.log': line });
    expect(facts.filter((f) => f.kind === 'log').map((f) => [f.source, f.messageId])).toEqual([['kube-apiserver', 'apiserver.etcd-refused']]);
  });
});
