import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type * as Ahead from '../../src/case/verdicts-ahead.js';
import { bytesSource, readSnapshot } from '../../src/etcd/snapshot/index.js';
import { openBundle } from '../../src/intake/index.js';
import { snapshotBytes } from '../kubernetes/fixture-snapshots.js';
import { wentOn } from '../analyze/went-on.js';
// A second thread needs the built program: nothing translates TypeScript for it.
const { verdictsAhead } = (await import(new URL('../../dist/case/verdicts-ahead.js', import.meta.url).href)) as typeof Ahead;

const folder = mkdtempSync(join(tmpdir(), 'verdicts-ahead-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('another thread says of large files what this one would, and nothing of what it cannot read', async () => {
  const grown = wentOn(snapshotBytes('v3.6.16/config-single-late'), Array.from({ length: 34 }, (_, i) => ({ key: `/registry/configmaps/shop/large-${i}`, value: Buffer.alloc(1 << 20, i) })));
  const damaged = Buffer.from(grown);
  damaged.fill(0, 1 << 24, (1 << 24) + 4096);
  writeFileSync(join(folder, 'a.db'), grown);
  writeFileSync(join(folder, 'b.db'), damaged);
  const { files, close } = await openBundle([folder]);
  const gone = { ...files[0]!, path: 'gone.db', onDisk: join(folder, 'gone.db') };
  const verdicts = verdictsAhead([files[0]!, gone, files[1]!]);
  try {
    expect(await verdicts.of(files[0]!)).toEqual(readSnapshot(bytesSource(grown)));
    expect(await verdicts.of(gone)).toBeNull();
    const second = await verdicts.of(files[1]!);
    expect(second?.verdict).toBe('digest-wrong');
    expect(second).toEqual(readSnapshot(bytesSource(damaged)));
  } finally {
    verdicts.end();
    close();
  }
});

test('a few small files are left to the thread that asks', async () => {
  const small = join(folder, 'small.db');
  writeFileSync(small, snapshotBytes('v3.6.16/config-single-late'));
  const { files, close } = await openBundle([small]);
  const verdicts = verdictsAhead([files[0]!, files[0]!]);
  expect(await verdicts.of(files[0]!)).toBeNull();
  verdicts.end();
  close();
});
