import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/case/model.js';
import { mvccRows } from '../../src/etcd/mvcc.js';
import { bytesSource } from '../../src/formats/source.js';
import { extractObjects } from '../../src/kubernetes/extract.js';
import type { StoredWrite } from '../../src/kubernetes/index.js';
import { writesOfFile } from '../../src/kubernetes/writes.js';
import { casesOf, pick, saved, settingsOf, statusOf } from './scenario.js';
import { wentOn, type Next } from './went-on.js';

const [early, before, after] = ['early', 'before-delete', 'after-delete'].map((when) => saved('v3.5.30', `billing-single-${when}`)) as [Buffer, Buffer, Buffer];
const dead = { ...settingsOf('master1', 'master1', '172.16.4.11', 'master1=https://172.16.4.11:2380'), ...statusOf('master1', false) };

interface Written {
  readonly main: number;
  readonly key: string;
  readonly value: Uint8Array | null;
}

function writesOf(file: Buffer): Written[] {
  return [...mvccRows(bytesSource(file))].map(({ revision, tombstone, keyValue }) => ({ main: Number(revision.main), key: Buffer.from(keyValue.key).toString(), value: tombstone ? null : Uint8Array.from(keyValue.value) }));
}

const live = (file: Buffer): string[] => {
  const keys = new Set<string>();
  for (const { key, value } of writesOf(file)) if (value === null) keys.delete(key);
  else keys.add(key);
  return [...keys];
};

const heldBefore = live(before);
const gone = (test: (key: string) => boolean): Next[] => heldBefore.filter(test).map((key) => ({ key, value: null }));
/** The cluster's own heartbeats up to 18:29:58, later than `before` by 24 minutes. */
const heartbeats: readonly Next[] = writesOf(after).filter(({ main, key }) => main > 13_300 && /\/(?:leases|minions)\//.test(key));
const codes = (value: Case): string[] => value.findings.map((one) => one.code);
const texts = (value: Case): string => [...value.recommendation.why, ...value.recommendation.whyNot.map((one) => one.said)].map((one) => one.text).join('\n');

describe('a deletion between two backups', () => {
  it.each(['en', 'zh-CN'] as const)('of two namespaces names both, and says that the later file lacks them too (%s)', async (language) => {
    const later = wentOn(before, [...gone((key) => /\/(?:billing|kube-public)\//.test(key) || /\/namespaces\/(?:billing|kube-public)$/.test(key)), ...heartbeats]);
    const value = await casesOf({ 'b/1.db': before, 'b/2.db': later }, language);
    expect([value.recommendation.kind, pick(value)]).toEqual(['reapply-objects', 'b/1.db']);
    expect(codes(value).filter((code) => code === 'candidate.namespace-deleted')).toHaveLength(2);
    expect(texts(value)).toMatch(/billing.*kube-public|kube-public.*billing/);
    expect(value.recommendation.whyNot[0]!.said.key).toBe('recommend.whynot.after-deletion');
    expect(/[\u4e00-\u9fff]/.test(value.recommendation.whyNot[0]!.said.text)).toBe(language === 'zh-CN');
  });

  it('of a definition with its instances is put back, also when names tell the other order', async () => {
    const later = wentOn(before, [...gone((key) => key.includes('/app.example.com/widgets/') || key.endsWith('/widgets.app.example.com')), ...heartbeats]);
    const value = await casesOf({ 'b/etcd-2024-03-02-01-00-00.db': before, 'b/etcd-2024-03-01-01-00-00.db': later });
    expect([value.recommendation.kind, pick(value)]).toEqual(['reapply-objects', 'b/etcd-2024-03-02-01-00-00.db']);
    expect(codes(value)).toEqual(expect.arrayContaining(['candidate.crd-deleted', 'candidate.name-not-content']));
    expect(texts(value)).toContain('widgets.app.example.com');
  });
});

describe('a deletion that only the history of the newest file shows', () => {
  const billing = gone((key) => key.includes('/billing/') || key.endsWith('/namespaces/billing'));

  it.each(['en', 'zh-CN'] as const)('is told before that file is restored, with the revision that still holds all (%s)', async (language) => {
    const only = wentOn(before, [...billing, ...heartbeats]);
    const value = await casesOf({ ...dead, 'b/only.db': only }, language);
    expect([value.recommendation.kind, pick(value)]).toEqual(['restore-snapshot', 'b/only.db']);
    expect(codes(value)).toContain('candidate.deleted-in-history');
    const said = value.recommendation.conditions.find((one) => one.key === 'recommend.condition.deleted-in-history')!;
    const { count, revision } = said.params as { count: number; revision: number };
    expect(/[\u4e00-\u9fff]/.test(said.text)).toBe(language === 'zh-CN');
    const writes = (): Iterable<StoredWrite> => writesOfFile(bytesSource(only));
    const taken = extractObjects(writes, { namespace: 'billing', kinds: [], selector: null, revision: BigInt(revision), reveal: true }, writes);
    expect(taken.manifests.map((one) => one.resource).filter((resource) => resource === 'deployments')).toHaveLength(20);
    expect(count).toBeGreaterThanOrEqual(billing.filter(({ key }) => !/\/(?:events|endpointslices)\//.test(key)).length);
  });

  it('is not told of files whose history shows daily work', async () => {
    for (const file of [early, before, after]) expect(codes(await casesOf({ 'b/x.db': file }))).not.toContain('candidate.deleted-in-history');
  });
});

describe('a cluster that was restored before', () => {
  it.each([
    ['still below the revisions of its first life', heartbeats],
    ['beyond them', [...Array.from({ length: 8_000 }, (_, i): Next => ({ key: '/registry/app.example.com/widgets/default/counter', value: Buffer.from(`{"kind":"Widget","metadata":{"name":"counter","namespace":"default"},"spec":{"n":${i}}}`) })), ...heartbeats]],
  ] as const)('goes on from the state that is newest in time, %s', async (_, writes) => {
    const second = wentOn(early, writes);
    const value = await casesOf({ ...dead, 'b/1.db': before, 'b/2.db': second });
    expect(pick(value)).toBe('b/2.db');
    const [first, last] = ['b/1.db', 'b/2.db'].map((path) => value.candidates.find((one) => one.path === path)!);
    expect(last!.loss).toMatchObject({ revisions: 0, seconds: 0 });
    expect(first!.takenAt.best).toMatch(/^2024-02-29T18:05/);
    expect(last!.takenAt.best).toMatch(/^2024-02-29T18:29/);
    expect(first!.loss!.seconds).toBeGreaterThan(1400);
    expect(value.lastKnownState?.revision).toBe(last!.revision);
  });

  it('counts no revisions across a raised one', async () => {
    const value = await casesOf({ ...dead, 'b/1.db': before, 'b/2.db': wentOn(before, heartbeats, 1_000_000_000) });
    expect(pick(value)).toBe('b/2.db');
    expect(value.candidates.find((one) => one.path === 'b/1.db')!.loss).toMatchObject({ revisions: null });
    expect(value.recommendation.whyNot[0]!.said.key).toBe('recommend.whynot.older-content');
    expect(codes(value)).toContain('candidate.revision-jumped');
  });
});
