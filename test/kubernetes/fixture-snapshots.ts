import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { bytesSource } from '../../src/formats/source.js';
import { surveyWrites, type KubeSurvey, type StoredWrite } from '../../src/kubernetes/index.js';
import { writesOfFile } from '../../src/kubernetes/writes.js';

const folder = fileURLToPath(new URL('../fixtures/snapshots/', import.meta.url));

/** All snapshots of the fixtures: `v3.5.30/billing-single-early`. */
export const snapshotNames = readdirSync(folder)
  .filter((version) => version.startsWith('v'))
  .flatMap((version) => readdirSync(`${folder}${version}`).filter((f) => f.endsWith('.db.gz')).map((f) => `${version}/${f.slice(0, -'.db.gz'.length)}`));

export function snapshotBytes(name: string): Uint8Array {
  return gunzipSync(readFileSync(`${folder}${name}.db.gz`));
}

export function writesOf(name: string): StoredWrite[] {
  return [...writesOfFile(bytesSource(snapshotBytes(name)))];
}

export function surveyOf(name: string): KubeSurvey {
  return surveyWrites(writesOfFile(bytesSource(snapshotBytes(name))));
}

function lines(path: string): unknown[] {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split('\n').map((l) => JSON.parse(l) as unknown);
}

/** What kube-apiserver listed on a snapshot. */
export function listingOf(name: string): Record<string, unknown>[] {
  return lines(`${folder}${name}.objects.jsonl.gz`) as Record<string, unknown>[];
}

export interface Hook {
  readonly name: string;
  readonly rev: number;
  readonly compactRev: number;
  readonly simTime: string;
  readonly liveKeys: number;
  readonly counts: Record<string, number>;
}

export interface TrueWrite {
  readonly rev: number;
  readonly t: string;
  readonly op: 'put' | 'delete' | 'expire' | 'external';
  readonly key: string;
}

export interface Truth {
  readonly hooks: readonly Hook[];
  readonly writes: readonly TrueWrite[];
  /** Revision to ms. */
  readonly times: ReadonlyMap<number, number>;
}

/** Truth of the life that a snapshot comes from; null for the snapshot of a real cluster. */
export function truthOf(name: string): Truth | null {
  const golden = JSON.parse(readFileSync(`${folder}${name}.golden.json`, 'utf8')) as { truth?: { life?: string } | null };
  const life = golden.truth?.life;
  if (life === undefined) return null;
  const truth = `${folder}${name.slice(0, name.indexOf('/'))}/${life}.truth`;
  const writes = lines(`${truth}/revisions.jsonl.gz`) as TrueWrite[];
  return { hooks: lines(`${truth}/hooks.jsonl`) as Hook[], writes, times: new Map(writes.map((w) => [w.rev, Date.parse(w.t)])) };
}

export interface GoldenKey {
  readonly key: string;
  readonly modRevision: number;
}

/** Every live key of a snapshot as a real etcd served it after a restore. */
export function goldenKeys(name: string): GoldenKey[] {
  return lines(`${folder}${name}.keys.jsonl.gz`) as GoldenKey[];
}

/** Pairs of snapshots of one life and one member, the earlier first. */
export const successivePairs: readonly (readonly [string, string])[] = [
  ['v3.3.25/shop-single-early', 'v3.3.25/shop-single-late'],
  ['v3.4.23/erp-single-early', 'v3.4.23/erp-single-late'],
  ['v3.5.16/kubesphere-single-midnight', 'v3.5.16/kubesphere-single-late'],
  ['v3.5.30/billing-single-early', 'v3.5.30/billing-single-before-delete'],
  ['v3.5.30/billing-single-before-delete', 'v3.5.30/billing-single-after-delete'],
  ['v3.5.30/billing-single-early', 'v3.5.30/billing-single-after-delete'],
  ['v3.6.16/config-single-early', 'v3.6.16/config-single-late'],
  ['v3.7.3/shop-single-early', 'v3.7.3/shop-single-late'],
];
