import { mkdtempSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { execute, type Execution } from './execute.js';
import { fullSnapshot } from './full-snapshot.js';
import { noScratchHosts } from './scratch-hosts.js';

/** Every installer meets every line and both sizes (each pair once); all combinations: `npx tsx test/recovery/full-matrix.ts`. */
const cases: readonly Execution[] = [
  ['kubekey', 3, '3.4.23'],
  ['kubekey', 1, '3.5.16'],
  ['kubekey', 1, '3.6.16'],
  ['kubespray', 1, '3.4.23'],
  ['kubespray', 3, '3.5.30'],
  ['kubespray', 1, '3.6.16'],
  ['kubeadm', 1, '3.4.23'],
  ['kubeadm', 1, '3.5.16'],
  ['kubeadm', 3, '3.6.16'],
  ['kubeasz', 1, '3.4.23'],
  ['kubeasz', 3, '3.5.30'],
  ['kubeasz', 1, '3.6.16'],
  ['systemd', 3, '3.4.23'],
  ['systemd', 1, '3.5.30'],
  ['systemd', 1, '3.6.16'],
];

const reason = noScratchHosts(...new Set(cases.map(([, , version]) => version)));
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

/** Two executions at a time: each mostly waits for its etcd, and has a network of its own. */
let free = 2;
const waiting: (() => void)[] = [];
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else free -= 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

describe.skipIf(reason !== null)(`scripts executed unchanged against real etcd${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  test.concurrent.each(cases)('%s, %i member(s), etcd %s', { timeout: 600_000 }, async (...one) => {
    await expect(inTurn(async () => execute(one))).resolves.toContain('control-plane: done');
  });

  test.concurrent('a snapshot that carries a NOSPACE alarm: compacted, defragmented, cleared, and writes commit', { timeout: 600_000 }, async () => {
    const folder = mkdtempSync('/dev/shm/nospace-');
    try {
      const log = await inTurn(async () => execute(['kubekey', 3, '3.5.16'], await fullSnapshot('3.5.16', folder)));
      expect(log).toContain('the snapshot carries an alarm');
      expect(log).toContain('compacted, defragmented, alarm cleared');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
