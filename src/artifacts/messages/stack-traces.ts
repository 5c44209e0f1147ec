import { entry, server, tools, type MessageEntry } from './entry.js';

const both = [...new Set([...server, ...tools])];

/**
 * Frames of a panic whose own words have scrolled away: the function on top tells the cause. A frame
 * is weaker than a message; these entries come after all messages of etcd.
 */
export const stackMessages: readonly MessageEntry[] = [
  entry('stack.db-freepages', both, 'bad', 'db-damaged', [/bbolt\.\(\*DB\)\.freepages/, /bbolt\.\(\*freelist\)\.free\(/, /bbolt\.\(\*Bucket\)\.pageNode\(/, /bbolt\.\(\*Tx\)\.check/, /bbolt\.\(\*Cursor\)\.search/, /bbolt\.\(\*node\)\.(?:read|spill|rebalance|childAt)/, /bbolt\.\(\*node\)\.read\(/, /internal\/common\.\(\*Page\)\.FastCheck/, /bbolt\.\(\*Tx\)\.(?:forEachPage|recursivelyCheckPages)/, /bbolt\.\(\*page\)\.fastCheck/], 'go.etcd.io/bbolt.(*DB).freepages.func2()', { versions: null }),
  entry('stack.db-open', both, 'bad', 'db-damaged', [/bbolt\.\(\*DB\)\.mmap/, /backend\.newBackend\(/, /backend\.\(\*backend\)\.defrag/], 'go.etcd.io/etcd/mvcc/backend.newBackend(0xc0000c4f00)'),
  entry('stack.mvcc-row', server, 'bad', 'mvcc-inconsistent', [/mvcc\.bytesToRev\(/, /mvcc\.\(\*keyIndex\)\.(?:put|restore)/, /mvcc\.\(\*store\)\.restore\(/, /mvcc\.\(\*keyIndex\)\.put\(/, /mvcc\.restoreChunk/, /mvcc\.\(\*storeTxnRead\)\.rangeKeys/], 'go.etcd.io/etcd/mvcc.bytesToRev(…)'),
  entry('stack.raft-commit', server, 'bad', 'log-shorter-than-promised', [/raft\.\(\*raftLog\)\.commitTo/, /raft\.\(\*raft\)\.loadState/, /raft\.\(\*raftLog\)\.appliedTo/], 'go.etcd.io/etcd/raft.(*raftLog).commitTo(0xc0001b0000, 0x157e)'),
  entry('stack.snap-db', server, 'bad', 'snap-db-mismatch', [/etcdserver\.recoverSnapshotBackend/, /snap\.\(\*Snapshotter\)\.DBFilePath/, /storage\.RecoverSnapshotBackend/, /RecoverSnapshotBackend\(/], 'go.etcd.io/etcd/etcdserver.recoverSnapshotBackend(…)'),
  entry('stack.wal', server, 'bad', 'wal-damaged', [/wal\.\(\*WAL\)\.ReadAll/, /wal\.\(\*decoder\)\.decodeRecord/, /etcdserver\.readWAL/, /storage\.\(\*walOpener\)/, /wal\.\(\*decoder\)\.decode/], 'go.etcd.io/etcd/wal.(*WAL).ReadAll(…)'),
  entry('stack.out-of-range', both, 'bad', 'db-damaged', [/runtime error: (?:index|slice bounds) out of range/, /runtime error: integer divide by zero/, /runtime error: makeslice: /], 'panic: runtime error: index out of range [16] with length 16', { severity: 'critical' }),
  entry('stack.after-panic', both, 'info', 'symptom.after-panic', [/invalid memory address or nil pointer dereference/, /signal SIGSEGV: segmentation violation/, /panic: runtime error: /, /fatal error: concurrent map/, /goroutine stack exceeds/, /SIGSEGV: segmentation violation/, /SIGABRT: abort/], 'panic: runtime error: invalid memory address or nil pointer dereference [recovered]', { severity: 'error' }),
];
