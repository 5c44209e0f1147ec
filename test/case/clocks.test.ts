import { describe, expect, it } from 'vitest';
import { readArtifacts } from '../../src/artifacts/index.js';
import { buildDraft } from '../../src/case/build-draft.js';
import type { Draft } from '../../src/case/draft.js';
import { bytesSource } from '../../src/formats/source.js';
import type { BundleFile } from '../../src/intake/index.js';
import { digestOf } from '../../src/intake/index.js';
import type { Stamp } from '../../src/time/stamp.js';

function file(path: string, text: string, mtime: number | null = null): BundleFile {
  const source = bytesSource(Buffer.from(text, 'utf8'));
  return { path, size: source.byteLength, sha256: digestOf(source).sha256, mtime, mtimeFromArchive: mtime !== null, open: () => source };
}

async function draftOf(files: Readonly<Record<string, string>>, options: { readonly zone?: string; readonly mtimes?: Readonly<Record<string, string>> } = {}): Promise<Draft> {
  const list = Object.entries(files).map(([path, text]) => file(path, text, options.mtimes?.[path] === undefined ? null : Date.parse(options.mtimes[path])));
  return buildDraft({ files: list, findings: [] }, await readArtifacts(list), { assumeZone: options.zone ?? null });
}

const civil = (year: number | null, month: number, day: number, hour: number, minute: number, zone: string | null = null): Stamp => ({ kind: 'civil', year, month, day, hour, minute, second: 0, millisecond: 0, precisionMs: 1000, zone });
const shown = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const status = (weekday: string, time: string, ago: string): string => `[root@n1 ~]# systemctl status etcd\n● etcd.service - etcd\n   Loaded: loaded (/etc/systemd/system/etcd.service; enabled)\n   Active: active (running) since ${weekday} ${time}; ${ago} ago\n Main PID: 12 (etcd)\n`;

describe('the zone of a host', () => {
  it('is the one that timedatectl names', async () => {
    const draft = await draftOf({ 't.txt': '[root@n1 ~]# timedatectl\n      Local time: Mon 2024-01-15 10:00:00 CST\n  Universal time: Mon 2024-01-15 02:00:00 UTC\n        RTC time: Mon 2024-01-15 02:00:00\n       Time zone: Asia/Shanghai (CST, +0800)\n' });
    expect(draft.zone).toMatchObject({ value: 'Asia/Shanghai', basis: 'observed' });
  });

  it('stays open where CST can be China, Chicago or Havana', async () => {
    const draft = await draftOf({ 's.txt': status('Mon', '2024-01-15 10:00:00 CST', '22min') });
    expect(draft.hosts[0]?.zone).toBeNull();
    const { notBefore, best, notAfter } = draft.when(civil(2024, 1, 15, 9, 0), 'n1', 'other.log');
    expect([shown(notBefore), best, shown(notAfter)]).toEqual(['2024-01-15T01:00:00.000Z', null, '2024-01-15T15:00:00.999Z']);
  });

  it('is not Chicago when CST stands in July', async () => {
    const draft = await draftOf({ 's.txt': status('Mon', '2024-07-15 10:00:00 CST', '22min') });
    expect(draft.hosts[0]?.zone).toMatchObject({ value: 'Asia/Shanghai', basis: 'inferred' });
  });

  it('is Chinese when weekdays and notes are', async () => {
    const draft = await draftOf({ 's.txt': status('一', '2024-01-15 10:00:00 CST', '22min'), '说明.txt': '周末停电,etcd 起不来了,请帮忙看看。\n' });
    expect(draft.hosts[0]?.zone?.value).toBe('Asia/Shanghai');
  });

  it('follows from one event on two clocks', async () => {
    const line = (s: number): string => `Jan 15 10:00:${s} n1 etcd[12]: {"level":"info","ts":"2024-01-15T15:00:${s}.123Z","caller":"etcdserver/server.go:1","msg":"ready to serve client requests"}`;
    const draft = await draftOf({ 'etcd.log': `${[10, 20, 30, 40].map(line).join('\n')}\n` });
    expect(draft.hosts[0]?.zone?.value).toBe('-05:00');
    expect(shown(draft.when(civil(2024, 1, 15, 9, 0), 'n1', 'etcd.log').best)).toBe('2024-01-15T14:00:00.000Z');
  });

  it('is assumed only where nothing speaks', async () => {
    const silent = await draftOf({ 'm.log': 'Jan 15 10:00:10 n1 systemd[1]: Started etcd.\n' }, { zone: 'Europe/Berlin' });
    expect(silent.hosts[0]?.zone).toMatchObject({ value: 'Europe/Berlin', basis: 'assumed' });
    const known = await draftOf({ 's.txt': status('Mon', '2024-07-15 10:00:00 CEST', '22min') }, { zone: 'Asia/Shanghai' });
    expect(known.hosts[0]?.zone?.value).toBe('Europe/Berlin');
  });

  it('gives the interval of all zones when nothing speaks and nothing is assumed', async () => {
    const draft = await draftOf({ 'm.log': '2024-01-15 10:00:10.000000 I | etcdserver: starting server\n' });
    const { notBefore, best, notAfter } = draft.when(civil(2024, 1, 15, 10, 0), null, 'm.log');
    expect([shown(notBefore), best, shown(notAfter)]).toEqual(['2024-01-14T20:00:00.000Z', null, '2024-01-15T22:00:00.999Z']);
  });
});

describe('the collection', () => {
  it('is calculated from "since" and "ago"', async () => {
    const draft = await draftOf({ 's.txt': status('Mon', '2024-07-15 10:00:00 UTC', '22min') });
    expect(draft.hosts[0]?.collectedAt).toEqual({ notBefore: '2024-07-15T10:22:00Z', best: '2024-07-15T10:22:00Z', notAfter: '2024-07-15T10:23:00.999Z' });
  });

  it('turns "ago" into an interval, and leaves it open when nothing dates the collection', async () => {
    const ago: Stamp = { kind: 'ago', minMs: 3_600_000, maxMs: 7_200_000 };
    const dated = await draftOf({ 'd.txt': '[root@n1 ~]# date\nMon Jul 15 10:00:00 UTC 2024\n' });
    const { notBefore, notAfter } = dated.when(ago, 'n1', 'd.txt');
    expect([shown(notBefore), shown(notAfter)]).toEqual(['2024-07-15T08:00:00.000Z', '2024-07-15T09:00:00.999Z']);
    const open = await draftOf({ 'notes.txt': 'nothing here\n' });
    expect(open.when(ago, null, 'notes.txt')).toEqual({ notBefore: null, best: null, notAfter: null });
  });

  it('takes the file time of an archive for what shows a moment', async () => {
    const table = '[root@n1 ~]# df -h /\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/sda2        39G   24G   14G  65% /\n';
    const draft = await draftOf({ 'df.txt': table }, { mtimes: { 'df.txt': '2024-07-15T10:00:00Z' } });
    expect(draft.collected.best).toBe(Date.parse('2024-07-15T10:00:00Z'));
  });

  it('dates a line without a year by it, across New Year', async () => {
    const draft = await draftOf({ 'd.txt': '[root@n1 ~]# date\nWed Jan  3 09:00:00 UTC 2024\n' });
    expect(shown(draft.when(civil(null, 12, 31, 23, 59), 'n1', 'd.txt').best)).toBe('2023-12-31T23:59:00.000Z');
    expect(shown(draft.when(civil(null, 1, 2, 1, 0), 'n1', 'd.txt').best)).toBe('2024-01-02T01:00:00.000Z');
  });

  it('reads the hour that summer time repeats as both', async () => {
    const draft = await draftOf({ 't.txt': '[root@n1 ~]# timedatectl\n      Local time: Sun 2024-10-27 10:00:00 CET\n  Universal time: Sun 2024-10-27 09:00:00 UTC\n       Time zone: Europe/Berlin (CET, +0100)\n' });
    const { notBefore, notAfter } = draft.when(civil(2024, 10, 27, 2, 30), 'n1', 't.txt');
    expect([shown(notBefore), shown(notAfter)]).toEqual(['2024-10-27T00:30:00.000Z', '2024-10-27T01:30:00.999Z']);
  });

  it('keeps both clocks for a container log without zone, unless one puts it after its own collection', async () => {
    const host = '[root@n1 ~]# date\nMon Jul 15 10:00:00 CEST 2024\n';
    const log = (hour: string): string => `E0715 ${hour}:30:41.000000       1 status.go:71] "Unhandled Error" err="etcdserver: request timed out"\nE0715 ${hour}:31:41.000000       1 status.go:71] "Unhandled Error" err="etcdserver: request timed out"\n`;
    const both = await draftOf({ 'n1/date.txt': host, 'n1/apiserver.log': log('06') });
    const wide = both.when(civil(null, 7, 15, 6, 30), 'n1', 'n1/apiserver.log');
    expect([shown(wide.notBefore), shown(wide.notAfter)]).toEqual(['2024-07-15T04:30:00.000Z', '2024-07-15T06:30:00.999Z']);
    const one = await draftOf({ 'n1/date.txt': host, 'n1/apiserver.log': log('09') });
    expect(shown(one.when(civil(null, 7, 15, 9, 30), 'n1', 'n1/apiserver.log').best)).toBe('2024-07-15T07:30:00.000Z');
  });
});

describe('a clock that went back', () => {
  it('dates what it shows only as later than the data', async () => {
    const { casesOf, saved, settingsOf } = await import('../analyze/scenario.js');
    const value = await casesOf({
      ...settingsOf('master1', 'master1', '192.168.8.11', 'master1=https://192.168.8.11:2380'),
      'master1/date.txt': '[root@master1 ~]# date\nMon Jan  1 09:00:00 UTC 2018\n[root@master1 ~]# uptime\n 09:00:01 up 20 min,  1 user,  load average: 0.00, 0.01, 0.05\n',
      'master1/etcd.log': 'Jan  1 08:45:00 master1 etcd[812]: {"level":"panic","ts":"2018-01-01T08:45:00.000Z","caller":"wal/wal.go:1","msg":"failed to open WAL","error":"wal: crc mismatch"}\n',
      'master1/late.db': saved('v3.5.16', 'kubesphere-single-late'),
    });
    expect(value.findings.map((one) => one.code)).toContain('host.clock-behind');
    expect(value.hosts[0]?.collectedAt).toMatchObject({ best: null, notAfter: null });
    expect(value.outage.start.notAfter).toBeNull();
    expect(value.recommendation.loss).toMatchObject({ revisions: null, seconds: null, secondsAtMost: null });
    expect(value.recommendation.candidate?.path).toBe('master1/late.db');
  });
});
