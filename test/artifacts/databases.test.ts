import { describe, expect, it } from 'vitest';
import { findDatabases } from '../../src/artifacts/databases.js';
import type { BundleFile } from '../../src/intake/bundle.js';
import { bytesSource } from '../../src/formats/source.js';

const file = (path: string): BundleFile => ({ path, size: 1, sha256: '', mtime: null, mtimeFromArchive: false, open: () => bytesSource(Buffer.from([0])) });
const segment = '0000000000000000-0000000000000000.wal';

describe('data directories of a bundle', () => {
  it('hold what lies in member/wal and member/snap, not the copies below, and say which of it is a link', () => {
    const files = ['etcd/member/snap/db', `etcd/member/wal/${segment}`, `etcd/member/wal/old/${segment}`, 'etcd/member/snap/old/db'].map(file);
    const { groups } = findDatabases(files, () => false, ['etcd/member/snap/0000000000000002-0000000000000100.snap', 'etcd/member/wal/old/x', 'other/member/wal']);
    expect(groups.map((group) => (group.kind === 'file' ? group.file.path : [group.directory, group.complete, group.db?.path, group.walFiles.map(({ path }) => path), group.links]))).toEqual([
      'etcd/member/snap/old/db',
      ['etcd', true, 'etcd/member/snap/db', [`etcd/member/wal/${segment}`], ['member/snap/0000000000000002-0000000000000100.snap']],
      ['etcd/member/wal/old', false, undefined, [`etcd/member/wal/old/${segment}`], []],
    ]);
  });
});
