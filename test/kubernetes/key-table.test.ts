import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/formats/source.js';
import { surveyWrites, type KubeSurvey } from '../../src/kubernetes/index.js';
import { KeyTable } from '../../src/etcd/key-table.js';
import { writesOfFile } from '../../src/kubernetes/writes.js';
import { wentOn, type Next } from '../analyze/went-on.js';
import { snapshotBytes, snapshotNames, writesOf } from './fixture-snapshots.js';

describe('the table of keys', () => {
  it('numbers each key once, however many there are', () => {
    const table = new KeyTable();
    const add = (key: string): number => {
      const bytes = Buffer.from(`<${key}>`);
      return table.add(bytes, 1, bytes.length - 1);
    };
    const keys = Array.from({ length: 20_000 }, (_, i) => `/registry/pods/shop/web-${(i * 7919) % 20_000}`);
    expect(keys.map(add)).toEqual([...keys.keys()]);
    expect(keys.map(add)).toEqual([...keys.keys()]);
    expect(table.size).toBe(keys.length);
    expect(keys.map((_, i) => table.text(i))).toEqual(keys);
  });

  it('tells any two keys apart, and finds the same ones in another table', () => {
    const keyLists = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 80 });
    fc.assert(
      fc.property(keyLists, keyLists, (keys, others) => {
        const [table, other] = [new KeyTable(), new KeyTable()];
        const seen = new Map<string, number>();
        for (const key of keys) {
          const number = table.add(key, 0, key.length);
          expect(number).toBe(seen.get(Buffer.from(key).toString('latin1')) ?? seen.size);
          seen.set(Buffer.from(key).toString('latin1'), number);
          expect(table.find(key, 0, key.length)).toBe(number);
          expect(table.text(number)).toBe(Buffer.from(key).toString());
        }
        for (const key of others) {
          expect(table.findIn(other, other.add(key, 0, key.length))).toBe(seen.get(Buffer.from(key).toString('latin1')) ?? -1);
        }
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
    const more = Array.from({ length: 16_000 }, (_, i): Next => ({ key: Buffer.from(pods[i % pods.length]!.key).toString().replace('/pods/', `/pods${i % 9_000}/`), value: pods[i % pods.length]!.value }));
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
