import { bytesSource } from '../../src/formats/source.js';
import { hashKv } from '../../src/etcd/snapshot/hash-kv.js';
import { bboltCheck, readSnapshot } from '../../src/etcd/snapshot/index.js';
import { quickLook } from '../../src/etcd/snapshot/quick.js';
import { salvage } from '../../src/etcd/snapshot/salvage.js';
import { writeCleanSnapshot } from '../../src/etcd/snapshot/clean-copy.js';
import { baseFiles } from '../../test/damage/cases.js';
import type { FuzzTarget } from './fuzz-target.js';
import { kubernetesTargets } from './kubernetes-targets.js';
import { logTargets } from './log-targets.js';

const snapshots = async (): Promise<readonly Uint8Array[]> => {
  const bases = await Promise.all(['snapshot-3.5.30-b', 'snapshot-3.6-g', 'snapshot-3.5.30-f'].map((name) => baseFiles(name)));
  return bases.flatMap((files) => [...files].filter(([path]) => path === 'snapshot.db').map(([, bytes]) => bytes));
};

export const fuzzTargets: readonly FuzzTarget[] = [
  ...logTargets,
  ...kubernetesTargets,
  {
    name: 'snapshot',
    seeds: snapshots,
    run: (bytes) => {
      const source = bytesSource(bytes);
      const report = readSnapshot(source);
      if (report.verdict === 'intact' && report.digest.state !== 'right') throw new Error('a file without a right digest was called intact');
      bboltCheck(source);
      quickLook(source);
      hashKv(source);
    },
  },
  {
    name: 'salvage',
    seeds: snapshots,
    run: (bytes) => {
      const parts: { bytes: Uint8Array; offset: number }[] = [];
      const size = writeCleanSnapshot(salvage(bytesSource(bytes)), (piece, offset) => void parts.push({ bytes: piece, offset }));
      const copy = new Uint8Array(size);
      for (const part of parts) copy.set(part.bytes, part.offset);
      const { digest, restore } = readSnapshot(bytesSource(copy));
      if (digest.state !== 'right' || restore?.['3.6'].accepted !== true) throw new Error('a salvaged snapshot would not be restored');
    },
  },
];
