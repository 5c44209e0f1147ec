import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/formats/source.js';
import { changedPaths } from '../../src/kubernetes/changed-paths.js';
import { changedPathsOf, differencesBetween, diffRows } from '../../src/kubernetes/difference.js';
import { deletionBursts, isNoise, lossBetween, storageIdentity, surveyWrites, suspiciousChanges } from '../../src/kubernetes/index.js';
import { readObject } from '../../src/kubernetes/object.js';
import { revisionClock } from '../../src/time/revision-clock.js';
import { goldenKeys, snapshotBytes, successivePairs, surveyOf, truthOf, writesOf } from './fixture-snapshots.js';

type Plain = Record<string, unknown>;

/** The last value of each key. */
function values(name: string): Map<string, Uint8Array> {
  const live = new Map<string, Uint8Array>();
  for (const w of writesOf(name)) {
    if (w.value === null) live.delete(Buffer.from(w.key).toString());
    else live.set(Buffer.from(w.key).toString(), w.value);
  }
  return live;
}

/** What people write in an object: everything but status, bookkeeping and heartbeats. */
function written(value: Uint8Array): unknown {
  const read = readObject(value, 0n);
  if (read.form !== 'object') return Buffer.from(value).toString('base64');
  const without = (object: unknown, ...keys: string[]): Plain => Object.fromEntries(Object.entries(object as Plain).filter(([key]) => !keys.includes(key)));
  return { ...without(read.object, 'status'), metadata: without(read.object['metadata'], 'managedFields', 'generation') };
}

describe.each(successivePairs)('%s to %s', (earlier, later) => {
  const [before, after] = [surveyOf(earlier), surveyOf(later)];
  const [keysBefore, keysAfter] = [goldenKeys(earlier), goldenKeys(later)].map((list) => new Map(list.map((k) => [k.key, k.modRevision])));
  const [valuesBefore, valuesAfter] = [values(earlier), values(later)];
  const all = new Set([...keysBefore!.keys(), ...keysAfter!.keys()]);
  all.delete('compact_rev_key');

  it('differs where the keys of the real etcds differ', () => {
    const expected = (test: (a: number | undefined, b: number | undefined) => boolean): string[] => [...all].filter((key) => test(keysBefore!.get(key), keysAfter!.get(key))).sort();
    const found = differencesBetween(before, after);
    const mine = (change: string): string[] => found.filter((d) => d.change === change).map((d) => d.key).sort();
    expect(mine('added')).toEqual(expected((a, b) => a === undefined && b !== undefined));
    expect(mine('removed')).toEqual(expected((a, b) => a !== undefined && b === undefined));
    expect(mine('changed')).toEqual(expected((a, b) => a !== undefined && b !== undefined && a !== b));
    for (const d of found) expect({ from: d.from?.revision, to: d.to?.revision }).toEqual({ from: keysBefore!.get(d.key), to: keysAfter!.get(d.key) });
  });

  it('loses exactly what was made, changed and deleted since, without heartbeats and status', () => {
    const expected: Record<string, { created: number; changed: number; deleted: number }> = {};
    for (const key of all) {
      const identity = storageIdentity(key);
      if (identity === null || isNoise(identity.resource)) continue;
      const [a, b] = [valuesBefore.get(key), valuesAfter.get(key)];
      const change = a === undefined ? 'created' : b === undefined ? 'deleted' : isDeepStrictEqual(written(a), written(b)) ? null : 'changed';
      if (change === null) continue;
      (expected[identity.resource] ??= { created: 0, changed: 0, deleted: 0 })[change]++;
    }
    const loss = lossBetween(before, after);
    expect(loss.byResource).toEqual(expected);
    const total = (change: 'created' | 'changed' | 'deleted'): number => Object.values(expected).reduce((sum, e) => sum + e[change], 0);
    expect([loss.created, loss.changed, loss.deleted]).toEqual([total('created'), total('changed'), total('deleted')]);
    expect(loss.named).toHaveLength(Math.min(200, total('created') + total('changed') + total('deleted')));
  });

  it('names revived pods, made secrets and namespaces', () => {
    const { attention } = lossBetween(before, after);
    const gone = (prefix: string, from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): string[] => [...from.keys()].filter((k) => k.startsWith(prefix) && !to.has(k)).map((k) => k.slice(prefix.length)).sort();
    expect([...attention.revivedPods].sort()).toEqual(gone('/registry/pods/', keysBefore!, keysAfter!).slice(0, 50).length < 50 ? gone('/registry/pods/', keysBefore!, keysAfter!) : [...attention.revivedPods].sort());
    expect([...attention.namespaces].sort()).toEqual([...gone('/registry/namespaces/', keysBefore!, keysAfter!), ...gone('/registry/namespaces/', keysAfter!, keysBefore!)].sort());
    expect([...attention.missingNodes]).toEqual([]);
  });

  it('suspects a mass deletion where one was, and only there', () => {
    const truth = truthOf(earlier);
    const deleted = truth?.writes.filter((w) => w.op === 'delete' && w.rev > (before.newestRevision ?? 0) && w.rev <= (after.newestRevision ?? 0)) ?? [];
    const namespaces = deleted.flatMap((w) => (w.key.startsWith('/registry/namespaces/') ? [w.key.split('/').pop()] : []));
    const found = suspiciousChanges(before, after);
    expect(found.flatMap((s) => (s.what === 'namespace-deleted' ? [s.namespace] : []))).toEqual(namespaces);
    expect(found.some((s) => s.what === 'mass-deletion')).toBe(namespaces.length > 0);
    expect(found.some((s) => s.what === 'keys-dropped')).toBe(namespaces.length > 0);
    expect(found.filter((s) => s.what === 'other-cluster' || s.what === 'revision-went-back' || s.what === 'encryption-changed')).toEqual([]);
    if (namespaces.length > 0) expect(suspiciousChanges(after, before).map((s) => s.what)).toContain('revision-went-back');
  });
});

describe('a kind that is gone from a cluster with much else', () => {
  const name = 'v3.7.3/shop-single-late';
  const newest = surveyOf(name).newestRevision!;
  const without = (test: (key: string) => boolean): string[] => {
    const keys = goldenKeys(name).map((k) => k.key).filter(test);
    const later = surveyWrites([...writesOf(name), ...keys.map((key, i) => ({ revision: BigInt(newest + 1 + i), key: Buffer.from(key), value: null }))]);
    return suspiciousChanges(surveyOf(name), later).map((s) => s.what);
  };

  it('is a mass deletion, few of its objects are none', () => {
    expect(without((key) => /\/(?:deployments|replicasets|pods)\//.test(key))).toContain('mass-deletion');
    expect(without((key) => key.includes('/secrets/'))).toContain('mass-deletion');
    expect(without((key) => key.startsWith('/registry/deployments/monitoring/'))).toEqual([]);
  });
});

describe('two clusters', () => {
  it('are told apart', () => {
    const suspicions = suspiciousChanges(surveyOf('v3.5.30/billing-single-early'), surveyOf('v3.5.30/shop-three-late-m1'));
    expect(suspicions.map((s) => s.what)).toEqual(['other-cluster']);
  });
});

describe('a deletion in the history of one file', () => {
  it('is found, named and dated', () => {
    // The history of 'after-delete' was compacted away: the deletion is put back from the truth.
    const before = writesOf('v3.5.30/billing-single-before-delete');
    const truth = truthOf('v3.5.30/billing-single-before-delete');
    const renewals = writesOf('v3.5.30/billing-single-after-delete');
    const deletions = truth!.writes.filter((w) => w.op === 'delete' && w.rev > 11_371).map((w) => ({ revision: BigInt(w.rev), key: Buffer.from(w.key), value: null }));
    const all = [...before, ...deletions, ...renewals].sort((a, b) => (a.revision < b.revision ? -1 : 1));
    const survey = surveyWrites(all);
    const bursts = deletionBursts(survey, revisionClock(survey.points, survey.newestRevision));
    expect(bursts).toHaveLength(1);
    expect(bursts[0]).toMatchObject({ deletedNamespaces: ['billing'], namespaces: ['billing'] });
    const objects = deletions.filter((d) => !isNoise(storageIdentity(d.key.toString())?.resource ?? ''));
    expect(bursts[0]?.deleted).toBe(objects.length);
    const [from, to] = [truth!.times.get(11_843) ?? 0, truth!.times.get(12_334) ?? 0];
    expect(bursts[0]?.time.notBefore).toBeLessThanOrEqual(from);
    expect(bursts[0]?.time.notAfter).toBeGreaterThanOrEqual(to);
  });
});


describe('changed paths', () => {
  it('name what changed, never a value', () => {
    expect(changedPaths({ a: 1, list: [{ name: 'web', image: 'x:1' }, { name: 'side' }], data: { 'ca.crt': 'SECRET-1' } }, { a: 1, list: [{ name: 'web', image: 'x:2' }], data: { 'ca.crt': 'SECRET-2' } })).toEqual(['data["ca.crt"]', 'list[web].image', 'list[side]']);
    expect(changedPaths({ metadata: { resourceVersion: '1', managedFields: [1] } }, { metadata: { resourceVersion: '2', managedFields: [2] } })).toEqual(['metadata.managedFields']);
  });

  it('of the fixtures are those that a comparison of the whole objects finds', () => {
    const [earlier, later] = ['v3.7.3/shop-single-early', 'v3.7.3/shop-single-late'] as const;
    const differences = differencesBetween(surveyOf(earlier), surveyOf(later), { namespace: null, kinds: ['configmap', 'deploy', 'node'] });
    const paths = changedPathsOf(writesOf(earlier), writesOf(later), differences);
    const changed = differences.filter((d) => d.change === 'changed');
    expect(changed.length).toBeGreaterThan(3);
    for (const d of changed) expect(paths.get(d.key)?.length, d.key).toBeGreaterThan(0);
    expect(JSON.stringify([...paths])).not.toContain('SIMULATED-SECRET');
  });
});

describe('rows for the comparison page', () => {
  it('hold what people care for, with revisions and versions', () => {
    const { rows, folded } = diffRows(bytesSource(snapshotBytes('v3.5.30/billing-single-before-delete')), bytesSource(snapshotBytes('v3.5.30/billing-single-after-delete')));
    expect(rows).toHaveLength(248);
    expect(rows.every((r) => r.b === null && r.a !== null && r.a.revision > 0 && r.a.version > 0)).toBe(true);
    expect(folded).toBeGreaterThan(200);
  });
});
