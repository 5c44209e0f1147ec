import { describe, expect, it } from 'vitest';
import { logTargets } from '../../scripts/fuzz/log-targets.js';
import { fuzz } from '../../scripts/fuzz/session.js';

describe('hostile logs, raft snapshots, entries and data directories', () => {
  it.each(logTargets)('$name: no reader throws or hangs', async (target) => {
    // Other tests run beside this one: more patience than a quiet machine needs.
    expect(await fuzz(target, 20260, target.name.startsWith('boot') ? 25 : 80, 6)).toEqual([]);
  }, 120_000);
});
