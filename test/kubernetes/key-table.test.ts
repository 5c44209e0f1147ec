import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/formats/source.js';
import { surveyWrites, type KubeSurvey } from '../../src/kubernetes/index.js';
import { KeyTable } from '../../src/kubernetes/key-table.js';
import { writesOfFile } from '../../src/kubernetes/writes.js';
import { wentOn, type Next } from '../analyze/went-on.js';
import { snapshotBytes, snapshotNames, writesOf } from './fixture-snapshots.js';

describe('the table of keys', () => {
  it('makes one entry of each key, however many there are', () => {
    const table = new KeyTable<{ readonly key: string }>();
    const made: string[] = [];
    const find = (key: string): { readonly key: string } => {
      const bytes = Buffer.from(`<${key}>`);
      return table.entry(bytes, 1, bytes.length - 1, (text) => {
        made.push(text);
        return { key: text };
      });
    };
    const keys = Array.from({ length: 20_000 }, (_, i) => `/registry/pods/shop/web-${(i * 7919) % 20_000}`);
    const first = keys.map(find);
    expect(made).toEqual(keys);
    expect(keys.every((key, i) => find(key) === first[i])).toBe(true);
    expect(made).toHaveLength(keys.length);
  });

  it('tells any two keys apart', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 80 }), (keys) => {
        const table = new KeyTable<{ readonly count: number[] }>();
        const seen = new Map<string, { readonly count: number[] }>();
        for (const key of keys) {
          const entry = table.entry(key, 0, key.length, () => ({ count: [] }));
          const text = Buffer.from(key).toString('latin1');
          expect(seen.get(text) ?? entry).toBe(entry);
          seen.set(text, entry);
        }
        expect(new Set(seen.values()).size).toBe(seen.size);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});

describe('a survey from the newest write back', () => {
  it.each(snapshotNames)('%s: finds what one from the oldest on finds', (name) => {
    const back = surveyWrites(writesOfFile(bytesSource(snapshotBytes(name))));
    const on = surveyWrites(writesOf(name));
    const counted = ({ newestRevision, oldestRevision, wholeFrom, rows, prefixes, counts, storage, encryption, unreadable, kubeSystemUid, deletions }: KubeSurvey): unknown => ({ newestRevision, oldestRevision, wholeFrom, rows, prefixes, counts, storage, encryption, unreadable, kubeSystemUid, deletions });
    expect(counted(back)).toEqual(counted(on));
    const [backLive, onLive] = [back.live, on.live];
    expect(backLive.size).toBe(onLive.size);
    for (const [key, entry] of onLive) {
      const { revision, createRevision, size, version, writes, heldBytes, storage, digest, substance, uid, kind, deleting } = backLive.get(key)!;
      expect({ revision, createRevision, size, version, writes, heldBytes, storage, digest, substance, uid, kind, deleting }, key).toEqual({
        revision: entry.revision, createRevision: entry.createRevision, size: entry.size, version: entry.version, writes: entry.writes, heldBytes: entry.heldBytes, storage: entry.storage,
        digest: entry.digest, substance: entry.substance, uid: entry.uid, kind: entry.kind, deleting: entry.deleting,
      });
    }
  });

  it('leaves the values of a large file where they are, and reads the same of them when asked', () => {
    const base = snapshotBytes('v3.5.16/kubesphere-single-late');
    const pods = writesOf('v3.5.16/kubesphere-single-late').filter((w) => Buffer.from(w.key).toString().startsWith('/registry/pods/') && w.value !== null);
    const more = Array.from({ length: 16_000 }, (_, i): Next => ({ key: `/registry/pods/shop/copy-${i % 9_000}`, value: pods[i % pods.length]!.value }));
    const file = bytesSource(wentOn(base, more));
    const back = surveyWrites(writesOfFile(file));
    const on = surveyWrites([...writesOfFile(file)]);
    expect([...back.live.values()].some((entry) => 'isRead' in entry && entry.isRead === false)).toBe(true);
    expect(back.counts).toEqual(on.counts);
    for (const [key, entry] of on.live) {
      const found = back.live.get(key)!;
      expect([key, found.revision, found.writes, found.digest, found.substance, found.uid, found.kind]).toEqual([key, entry.revision, entry.writes, entry.digest, entry.substance, entry.uid, entry.kind]);
    }
  });
});
