import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type * as ArtifactsModule from '../../src/artifacts/index.js';
import type * as BuildDraft from '../../src/case/build-draft.js';
import { readDatabase } from '../../src/case/database-report.js';
import type * as Ahead from '../../src/case/verdicts-ahead.js';
import { bytesSource, readSnapshot } from '../../src/etcd/snapshot/index.js';
import { openBundle } from '../../src/intake/index.js';
import { snapshotBytes } from '../kubernetes/fixture-snapshots.js';
import { wentOn } from '../analyze/went-on.js';
// A second thread needs the built program: nothing translates TypeScript for it.
const built = async <M>(path: string): Promise<M> => (await import(new URL(`../../dist/${path}.js`, import.meta.url).href)) as M;
const { verdictsAhead } = await built<typeof Ahead>('case/verdicts-ahead');

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

test('what the values of large files say is read meanwhile, and is what it is without another thread', async () => {
  const broken = readFileSync(join(folder, 'a.db'));
  const leaf = Array.from({ length: 1000 }, (_, page) => page * 4096).findLast((at) => broken.readUInt32LE(at) === at / 4096 && broken.readUInt16LE(at + 8) === 2)!;
  broken.fill(0, leaf, leaf + 16);
  writeFileSync(join(folder, 'broken.db'), broken);
  const [{ readArtifacts }, { readDatabases }] = await Promise.all([built<typeof ArtifactsModule>('artifacts/index'), built<typeof BuildDraft>('case/build-draft')]);
  const bundle = await openBundle([folder]);
  const reads = await readDatabases(bundle, await readArtifacts(bundle.files, () => undefined), { onDatabase: () => undefined, onRead: () => undefined, rest: () => Promise.resolve() });
  expect(reads.map(({ snapshot }) => snapshot?.verdict)).toEqual(['intact', 'digest-wrong', 'damaged']);
  for (const [index, read] of reads.entries()) {
    const { live, ...alone } = readDatabase(read.group, index, null).survey!;
    expect(read.survey).toMatchObject({ ...alone, live: { size: live.size } });
  }
  bundle.close();
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
