import { entry, server, tools, type MessageEntry } from './entry.js';

const both = [...new Set([...server, ...tools])];

/** Write-ahead log, and what raft says when it is too short. */
export const walMessages: readonly MessageEntry[] = [
  entry('etcd.wal-out-of-range', server, 'bad', 'log-shorter-than-promised', [/tocommit\((?<commit>\d+)\) is out of range \[lastIndex\((?<last>\d+)\)\]/], 'tocommit(5502) is out of range [lastIndex(5001)]. Was the raft log corrupted, truncated, or lost?', { fatal: true }),
  entry('etcd.wal-commit-out-of-range', server, 'bad', 'log-shorter-than-promised', [/(?<id>[0-9a-f]+) state\.commit (?<commit>\d+) is out of range \[(?<first>\d+), (?<last>\d+)\]/], 'raft: 8e9e05c52164694d state.commit 51 is out of range [40, 42]', { fatal: true }),
  entry('etcd.wal-applied-out-of-range', server, 'bad', 'log-shorter-than-promised', [/applied\(\d+\) is out of range/, /unexpected committed entry index/, /first index of committed entry\[\d+\] should <= appliedi/], 'applied(40) is out of range [prevApplied(50), committed(60)]', { fatal: true }),
  entry('etcd.wal-repair-refused', both, 'bad', 'wal-damaged', [/can only repair unexpected EOF/], 'walpb: crc mismatch, can only repair unexpected EOF', { fatal: true, versions: '3.3' }),
  entry('etcd.wal-crc', both, 'bad', 'wal-damaged', [/walpb: crc mismatch(?:: expected: (?<expected>\w+) computed: (?<computed>\w+): in file '(?<file>[^']+)' at position: (?<position>\d+))?/, /wal: crc mismatch/], 'read wal error (walpb: crc mismatch) and cannot be repaired', { fatal: true }),
  entry('etcd.wal-entry-limit', both, 'bad', 'wal-damaged', [/wal: max entry size limit exceeded(?:, recBytes: (?<bytes>\d+), fileSize\((?<size>\d+)\) - offset\((?<offset>\d+)\) - padBytes\((?<pad>\d+)\) = entryLimit\((?<limit>\d+)\))?/], 'wal: max entry size limit exceeded, recBytes: 412, fileSize(24576) - offset(24320) - padBytes(4) = entryLimit(252)', { fatal: true }),
  entry('etcd.wal-missing', both, 'bad', 'wal-missing', [/wal: file not found/, /member\/wal: no such file or directory/, /selectWALFiles failed/], 'open wal error: wal: file not found', { fatal: true }),
  entry('etcd.wal-metadata-conflict', both, 'bad', 'wal-damaged', [/wal: conflicting metadata found/, /unexpected block type \d+/, /proto: ?\s?Record: illegal tag/, /wal: slice bounds out of range/, /wal: snapshot not found/, /wal: snapshot mismatch/, /proto: Record: wiretype end group/, /proto: wrong wireType = \d+ for field (?:Crc|Type|Data|ConfState)/, /unmarshal should never fail/], 'read wal error (wal: conflicting metadata found) and cannot be repaired', { fatal: true }),
  entry('etcd.wal-none-id', both, 'bad', 'wal-damaged', [/cannot use none as id/], 'panic: cannot use none as id', { fatal: true, versions: '3.3–3.6' }),
  entry('etcd.wal-unreadable', both, 'bad', 'wal-damaged', [/read wal error \((?<why>.*?)\) and cannot be repaired/, /failed to read WAL, cannot be repaired/, /failed to repair WAL/, /WAL error \(.*?\) cannot be repaired/, /failed to open WAL/, /open wal error: (?<why>.*)/], 'failed to read WAL, cannot be repaired | error: unexpected EOF', { fatal: true }),
  entry('etcd.wal-record-undecodable', both, 'bad', 'wal-damaged', [/discovery failed.*(?:proto: |unexpected EOF)/, /etcdmain: (?:proto: )/, /etcdmain: unexpected EOF/], 'discovery failed | error: proto: illegal wireType 7', { fatal: true }),
  entry('etcd.wal-repaired', both, 'mark', 'wal-tail-cut', [/repaired WAL/, /wal: repaired/, /repair wal:/, /repairing WAL/, /wal: repairing/], 'repaired WAL | {"error": "unexpected EOF"}', { severity: 'warning' }),
  entry('etcd.wal-foreign-file', server, 'info', 'foreign-file-in-wal', [/ignored file (?<file>\S+) in wal/, /ignored file in WAL directory/, /found invalid file\/dir (?<file>\S+)/, /found invalid file under data directory/], 'ignored file in WAL directory | {"path": "notes.txt"}', { severity: 'warning' }),
  entry('etcd.wal-create-failed', server, 'bad', 'wal-unwritable', [/create wal error: (?<why>.*)/, /failed to create WAL/], 'create wal error: mkdir /var/lib/etcd/member/wal.tmp: permission denied', { fatal: true }),
  entry('etcd.wal-discarded', server, 'mark', 'life.force-new-cluster', [/discarding (?<count>\d+) uncommitted WAL entries/, /discarding uncommitted WAL entries/], 'discarding uncommitted WAL entries', { severity: 'warning' }),
];
