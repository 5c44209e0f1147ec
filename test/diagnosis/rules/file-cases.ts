import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { baseFiles, damageCases } from '../../damage/cases.js';
import { applyEdits } from '../../damage/edits.js';
import type { Files } from '../diagnosed.js';
import { backupScript, env, etcd, history, journal, lastCut, lastOrderly, one, panicOfPages, ready, three, type RuleCase } from './cases.js';

const snapshot = (): Buffer => gunzipSync(readFileSync('test/fixtures/snapshots/v3.5.30/shop-three-late-m1.db.gz'));

/** A snapshot with one wrong byte in the middle of its pages. */
function flipped(): Buffer {
  const bytes = snapshot();
  bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 0x10;
  return bytes;
}

/** The data directory of one damage case, its segments without the space that etcd reserves behind the entries. */
const dataDir = (id: string) => async (): Promise<Files> => {
  const found = damageCases().find((one) => one.id === id)!;
  const files = applyEdits(await baseFiles(found.base), found.edits);
  return Object.fromEntries([...files].filter(([name]) => name.startsWith('member/') && !name.endsWith('.tmp')).map(([name, bytes]) => [`cp1/var/lib/etcd/${name}`, bytes.subarray(0, 4 << 20)]));
};

const prompt = (host: string): string => `[root@${host} ~]# `;
const nightly = `${prompt('cp1')}crontab -l\n0 * * * * /usr/local/bin/etcd-backup.sh\n`;
const script = backupScript('set -e\nETCDCTL_API=3 etcdctl --command-timeout=60s snapshot save /var/backups/etcd/etcd-$(date +%Y%m%d_%H%M%S).db');
const listed = (...hours: readonly number[]): string => `${prompt('cp1')}date\nMon Jul 14 09:30:00 UTC 2025\n${prompt('cp1')}ls -l /var/backups/etcd\ntotal 99\n${hours.map((hour) => `-rw------- 1 root root 536608 Jul 14 0${hour}:00 etcd-20250714_0${hour}0001.db`).join('\n')}\n`;
const noticed = (clock: string): Files => ({
  'cp1/etcd.log': etcd('2025-07-14 09:00:00.000000 I | mvcc: finished scheduled compaction at 5512 (took 1ms)', panicOfPages),
  'cp1/last.txt': `${prompt('cp1')}last -F\nroot     pts/0        10.0.50.250      Mon Jul 14 ${clock} 2025   still logged in\n\nwtmp begins Thu May  1 08:11:40 2025\n${prompt('cp1')}date\nMon Jul 14 17:30:00 CST 2025\n${prompt('cp1')}timedatectl\n   Time zone: Asia/Shanghai (CST, +0800)\n`,
});
const at = (host: string, time: string, line: string): string => `2025-07-14T${time}+0800 ${host} etcd[77]: 2025-07-14 ${time}.000000 ${line}\n`;
const terminated = at('cp1', '01:00:00', 'N | pkg/osutil: received terminated signal, shutting down...');
const alone = at('cp2', '05:00:00', 'W | rafthttp: health check for peer 10e3217716d063ad could not connect: dial tcp 10.0.0.1:2380: connect: connection refused');
const died = at('cp2', '09:00:00', 'C | mvcc/backend: cannot open database at /var/lib/etcd/member/snap/db (invalid database)');
const bothDamaged = etcd(panicOfPages, '2025-07-14 09:10:00.000000 C | etcdserver: read wal error (walpb: crc mismatch) and cannot be repaired');

/** Cases of the rules that need real database files, several hosts, or times on both sides of the failure. */
export const fileCases: readonly RuleCase[] = [
  { id: 'storage-lost-writes', truth: { 'cp1/last.txt': lastCut, 'cp1/etcd.log': bothDamaged }, atLeast: 'likely', friend: { 'cp1/last.txt': lastOrderly, 'cp1/etcd.log': bothDamaged } },
  { id: 'member-down-unnoticed', truth: { 'cp1/etcd.env': three, 'cp1/etcd.log': terminated, 'cp2/etcd.log': alone + died }, atLeast: 'proven', friend: { 'cp1/etcd.env': three, 'cp1/etcd.log': terminated + at('cp1', '01:02:00', `I | ${ready.split(' | ')[1]!}`), 'cp2/etcd.log': died } },
  { id: 'writes-not-stored', truth: dataDir('dir-3.4.23-b:wal_cut_boundary:0'), atLeast: 'proven', friend: dataDir('dir-3.5.30-b:value_flip_old:0') },
  { id: 'acknowledged-writes-lost', truth: dataDir('dir-3.5.30-b:wal_cut_middle:1'), atLeast: 'proven', friend: dataDir('dir-3.5.30-b:value_flip_old:0') },
  { id: 'backup-damaged', truth: () => Promise.resolve({ 'cp1/var/backups/etcd/snapshot.db': flipped() }), atLeast: 'proven', friend: () => Promise.resolve({ 'cp1/var/backups/etcd/snapshot.db': snapshot() }) },
  { id: 'no-backup-schedule', truth: () => Promise.resolve({ 'cp1/ls.txt': listed(1), 'cp1/var/backups/etcd/etcd-20250714_010001.db': snapshot() }), atLeast: 'likely', friend: () => Promise.resolve({ 'cp1/ls.txt': listed(1), 'cp1/crontab.txt': nightly, 'cp1/var/backups/etcd/etcd-20250714_010001.db': snapshot() }) },
  { id: 'detected-late', truth: noticed('16:40:00'), atLeast: 'likely', friend: noticed('09:05:00') },
  { id: 'backups-missed', truth: { 'cp1/crontab.txt': nightly, 'cp1/ls.txt': listed(1, 2, 3, 7, 8, 9), 'cp1/usr/local/bin/etcd-backup.sh': script }, atLeast: 'likely', friend: { 'cp1/crontab.txt': nightly, 'cp1/ls.txt': listed(4, 5, 6, 7, 8, 9), 'cp1/usr/local/bin/etcd-backup.sh': script } },
  { id: 'backup-unverified', truth: { 'cp1/crontab.txt': nightly, 'cp1/ls.txt': listed(8, 9), 'cp1/usr/local/bin/etcd-backup.sh': script }, atLeast: 'likely', friend: { 'cp1/crontab.txt': nightly, 'cp1/ls.txt': listed(8, 9), 'cp1/usr/local/bin/etcd-backup.sh': script, 'cp1/bash_history': history('etcdutl snapshot status /var/backups/etcd/etcd-20250714_090001.db -w table') } },
  { id: 'clock-difference', truth: { 'etcd.log': etcd('2025-07-14 09:00:00.000000 W | rafthttp: the clock difference against peer 7e831466f2aebc5c is too high [4m18.466926704s > 1s]') }, atLeast: 'rejected', friend: { 'messages': journal('chronyd[612]: System clock wrong by 1.204512 seconds'), 'etcd.env': env('etcd1=https://10.0.0.1:2380') } },
  { id: 'foreign-file-in-wal', truth: { 'etcd.env': one, 'etcd.log': etcd('2025-07-14 09:00:00.000000 W | wal: ignored file notes.txt in wal') }, atLeast: 'possible', friend: { 'etcd.env': one, 'etcd.log': etcd('2025-07-14 09:00:00.000000 W | etcdmain: found invalid file/dir .bashrc under data dir /var/lib/etcd (Ignore this if you are upgrading etcd)') } },
];
