import { describe, expect, it } from 'vitest';
import { parseSnapshotName, readRaftSnapshot } from '../../../src/formats/raft-snapshot/index.js';
import { bytesSource } from '../../../src/formats/source.js';
import { baseFiles } from '../../damage/cases.js';

describe('.snap files', () => {
  it('agree with their names, and hold the membership', async () => {
    let read = 0;
    for (const base of ['dir-3.4.23-a', 'dir-3.5.30-a']) {
      for (const [path, bytes] of await baseFiles(base)) {
        const name = parseSnapshotName(path.split('/').at(-1) ?? '');
        if (name === null) continue;
        read += 1;
        const snapshot = readRaftSnapshot(bytesSource(bytes));
        expect(snapshot.error).toBeNull();
        expect(snapshot.metadata).toMatchObject(name);
        expect(snapshot.metadata?.voters).toEqual([0x8e9e05c52164694dn]);
        expect(JSON.parse(Buffer.from(snapshot.store).toString())).toHaveProperty('Root.Children.0');
      }
    }
    expect(read).toBeGreaterThan(5);
  });

  it('never load with one bit changed, and never throw when cut', async () => {
    const [, bytes] = [...(await baseFiles('dir-3.5.30-a'))].find(([path]) => path.endsWith('.snap'))!;
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ (1 << (at % 8));
      expect(readRaftSnapshot(bytesSource(changed)).error, `byte ${at}`).not.toBeNull();
    }
    for (let length = 0; length < bytes.length; length += 7) expect(readRaftSnapshot(bytesSource(bytes.subarray(0, length))).error).not.toBeNull();
    expect(readRaftSnapshot(bytesSource(new Uint8Array())).error).toBe('snap: empty snapshot');
  });
});
