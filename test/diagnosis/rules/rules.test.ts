import { describe, expect, it } from 'vitest';
import { rules } from '../../../src/diagnosis/rules/index.js';
import { diagnosed } from '../diagnosed.js';
import { ruleCases } from './cases.js';

const sureness = { rejected: -1, possible: 0, likely: 1, proven: 2 } as const;

describe.each(ruleCases)('$id', ({ id, truth, atLeast, friend }) => {
  it('takes its true case', async () => {
    const { causes } = await diagnosed(truth);
    const found = causes.find((cause) => cause.id === id);
    expect(found, causes.map((cause) => `${cause.id} ${cause.confidence}`).join(', ')).toBeDefined();
    expect(sureness[found!.confidence], found!.confidence).toBeGreaterThanOrEqual(sureness[atLeast]);
    expect(found!.evidence.length).toBeGreaterThan(0);
  });

  it('does not take its false friend', async () => {
    const { causes } = await diagnosed(friend);
    const found = causes.find((cause) => cause.id === id);
    const limit = atLeast === 'possible' ? -1 : 0;
    expect(found === undefined ? -1 : sureness[found.confidence], found?.evidence.map((e) => e.text).join(' | ')).toBeLessThanOrEqual(limit);
  });
});

/** Rules that need real files, several hosts or a timeline: their cases are the samples and the broken servers. */
const elsewhere = ['storage-lost-writes', 'member-down-unnoticed', 'backup-damaged', 'backups-missed', 'backup-unverified', 'no-backup-schedule', 'detected-late', 'writes-not-stored', 'acknowledged-writes-lost', 'clock-difference', 'foreign-file-in-wal'];

it('has a case for every rule', () => {
  const covered = [...ruleCases.map(({ id }) => id), ...elsewhere];
  expect(rules.map(({ id }) => id).filter((id) => !covered.includes(id))).toEqual([]);
});
