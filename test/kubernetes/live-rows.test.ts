import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/formats/source.js';
import { eachLiveRow } from '../../src/kubernetes/live-rows.js';
import { goldenKeys, snapshotBytes, snapshotNames } from './fixture-snapshots.js';

describe('the living rows of a sound file', () => {
  it.each(snapshotNames)('%s: those that the real server served', (name) => {
    const found: Record<string, unknown>[] = [];
    const whole = eachLiveRow(bytesSource(snapshotBytes(name)), ({ key, revision, createRevision, version, value }) => {
      const bytes = value ?? new Uint8Array();
      found.push({ key: Buffer.from(key).toString(), modRevision: Number(revision), createRevision: Number(createRevision), version: Number(version), valueSha256: createHash('sha256').update(bytes).digest('hex') });
    });
    expect(whole).toBe(true);
    const byKey = new Map(found.map((row) => [row['key'], row]));
    const golden = goldenKeys(name);
    expect(found).toHaveLength(golden.length);
    for (const row of golden) expect(row).toMatchObject(byKey.get(row.key) ?? {});
  });

  it('says so when one row of a file is not as etcd writes it', () => {
    const bytes = Buffer.from(snapshotBytes('v3.6.16/config-single-late'));
    bytes.fill(0, 40 * 4096, 41 * 4096);
    expect(eachLiveRow(bytesSource(bytes), () => undefined)).toBe(false);
  });
});
