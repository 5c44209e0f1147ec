import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openBackend, rowsOf } from '../../src/etcd/mvcc.js';
import { writeBolt } from '../../src/formats/bbolt/write.js';
import { bytesSource } from '../../src/formats/source.js';
import { surveyWrites, type KubeSurvey } from '../../src/kubernetes/index.js';
import { readingNotes, writesOfFile, writesOfMember } from '../../src/kubernetes/writes.js';
import { leafPages } from '../../src/formats/bbolt/db.js';
import { clockOf, timeOfRevision } from '../../src/time/revision-clock.js';
import { baseFiles } from '../damage/cases.js';
import { randomFrom } from '../time/damage-of-values.js';
import { snapshotBytes, snapshotNames, surveyOf, truthOf } from './fixture-snapshots.js';

type Damage = (bytes: Uint8Array, random: () => number) => Uint8Array;

const page = 4096;
const damages: Readonly<Record<string, Damage>> = {
  'cut in the middle': (bytes, random) => bytes.slice(0, Math.floor((0.2 + 0.7 * random()) * bytes.length)),
  'single bits turned'(bytes, random) {
    const copy = Uint8Array.from(bytes);
    for (let i = 0; i < 60; i++) copy[Math.floor(random() * copy.length)]! ^= 1 << Math.floor(random() * 8);
    return copy;
  },
  'pages zeroed'(bytes, random) {
    const copy = Uint8Array.from(bytes);
    for (let at = 2 * page; at < copy.length; at += page) if (random() < 0.2) copy.fill(0, at, at + page);
    return copy;
  },
  'sectors torn'(bytes, random) {
    const copy = Uint8Array.from(bytes);
    for (let i = 0; i < 40; i++) {
      const at = Math.floor((random() * copy.length) / 512) * 512;
      for (let k = at; k < Math.min(at + 512, copy.length); k++) copy[k] = Math.floor(random() * 256);
    }
    return copy;
  },
  'both metas gone': (bytes) => Uint8Array.from(bytes).fill(0, 0, 2 * page),
};

describe.each(snapshotNames.filter((name) => truthOf(name) !== null && !/-m[23]$|early|midnight/.test(name)))('%s, damaged', (name) => {
  const truth = truthOf(name)!;
  const bytes = snapshotBytes(name);

  it.each(Object.keys(damages))('%s: every revision that is still named was written, and when it says', (kind) => {
    for (const seed of [1, 2]) {
      const random = randomFrom(seed * 977 + kind.length);
      const notes = readingNotes();
      const survey = surveyWrites(writesOfFile(bytesSource(damages[kind]!(bytes, random)), notes));
      expect(survey.newestRevision).not.toBeNull();
      expect(truth.times.has(survey.newestRevision!)).toBe(true);
      const clock = clockOf(survey);
      const revisions = [survey.newestRevision!, ...Array.from({ length: 15 }, () => 2 + Math.floor(random() * (survey.newestRevision! - 2)))];
      for (const revision of revisions.filter((r) => truth.times.has(r))) {
        const { notBefore, notAfter } = timeOfRevision(clock, BigInt(revision)).time;
        const time = truth.times.get(revision)!;
        expect({ seed, revision, late: notBefore !== null && notBefore > time, early: notAfter !== null && notAfter < time }).toEqual({ seed, revision, late: false, early: false });
      }
    }
  });
});

interface Stored {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const rowsIn = (name: string): Stored[] => [...rowsOf(openBackend(bytesSource(snapshotBytes(name))), 'key')].map(({ key, value }) => ({ key: Uint8Array.from(key), value: Uint8Array.from(value) }));

/** A sound file with these rows. */
function fileOf(rows: readonly Stored[]): Buffer {
  const pages: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  const file = Buffer.alloc(writeBolt([{ name: Buffer.from('key'), rows }], (bytes, offset) => void pages.push({ bytes, offset })));
  for (const { bytes, offset } of pages) file.set(bytes, offset);
  return file;
}

describe('Leases of which the newest value is damaged', () => {
  it.each(['v3.3.25/shop-single-late', 'v3.5.16/kubesphere-single-late'])('%s: all but that one are still read', (name) => {
    const rows = rowsIn(name);
    const newest = new Map<string, number>();
    rows.forEach(({ value }, i) => {
      const node = /\/leases\/kube-node-lease\/([\w-]+)/.exec(Buffer.from(value).toString('latin1'))?.[1];
      if (node !== undefined) newest.set(node, i);
    });
    const damaged = new Set(newest.values());
    const renewals = (survey: KubeSurvey): number => survey.points.filter((p) => p.what === 'renewTime').length;
    const survey = surveyWrites(writesOfFile(bytesSource(fileOf(rows.map(({ key, value }, i) => ({ key, value: damaged.has(i) ? Uint8Array.from(value).fill(0, -20) : value }))))));
    expect(renewals(survey)).toBe(renewals(surveyOf(name)) - newest.size);
  });
});

describe('rows that hold the content of other revisions', () => {
  it.each([['v3.3.25/shop-single-early', 31_342], ['v3.5.30/shop-three-late-m1', 62_679], ['v3.7.3/shop-single-late', 94_016]] as const)('%s: their times are not taken for those of their place', (name, seed) => {
    const random = randomFrom(seed);
    const rows = rowsIn(name);
    const mixed = rows.map(({ key, value }) => ({ key, value: random() < 0.2 && key.length === 17 ? rows[Math.floor(random() * rows.length)]!.value : value }));
    const survey = surveyWrites(writesOfFile(bytesSource(fileOf(mixed))));
    const clock = clockOf(survey);
    for (const [revision, time] of truthOf(name)!.times) {
      if (revision > survey.newestRevision!) continue;
      const { notBefore, notAfter } = timeOfRevision(clock, BigInt(revision)).time;
      if ((notBefore ?? -Infinity) > time || (notAfter ?? Infinity) < time) expect.fail(`revision ${revision} lies outside`);
    }
  });
});

describe('a file whose tree is gone', () => {
  it('still gives every row that a page holds', () => {
    const name = 'v3.6.16/config-single-late';
    const notes = readingNotes();
    const bytes = Uint8Array.from(snapshotBytes(name)).fill(0, 0, 2 * page);
    const survey = surveyWrites(writesOfFile(bytesSource(bytes), notes));
    const whole = surveyOf(name);
    expect(notes.salvaged).toBeGreaterThan(1000);
    expect(survey.newestRevision).toBe(whole.newestRevision);
    for (const [key, entry] of whole.live) expect(survey.live.get(key)?.digest, key).toBe(entry.digest);
  });
});

describe('a leaf with one wrong bit in its header', () => {
  const name = 'v3.6.16/config-single-late';
  const whole = surveyOf(name);
  const bytes = Buffer.from(snapshotBytes(name));
  const backend = openBackend(bytesSource(bytes));
  const leaves = [...leafPages(backend.bolt, backend.buckets.get('key')!.root!, new Set(), () => undefined)].map(({ number }) => number);
  const some = leaves.filter((_, i) => i % 20 === 0);

  const surveyWith = (number: number, offset: number, bit: number): { readonly live: KubeSurvey['live']; readonly problems: number } => {
    const damaged = Buffer.from(bytes);
    damaged[number * page + offset]! ^= bit;
    const notes = readingNotes();
    return { live: surveyWrites(writesOfFile(bytesSource(damaged), notes)).live, problems: notes.problems };
  };

  it('is read as the leaf that it was where its type is hit, and resurrects nothing', () => {
    for (const number of some) {
      const { live, problems } = surveyWith(number, 8, 0x20);
      expect(problems).toBeGreaterThan(0);
      expect([...live.keys()].sort(), `page ${number}`).toEqual([...whole.live.keys()].sort());
    }
  });

  it('is called damaged where its count is hit, although what is left of it reads well', () => {
    for (const number of some) expect(surveyWith(number, 10, 0x02).problems, `page ${number}`).toBeGreaterThan(0);
  });
});

describe('data directories of killed servers', () => {
  const folder = fileURLToPath(new URL('../fixtures/datadirs/', import.meta.url));
  const names = readdirSync(folder).filter((name) => name.endsWith('.tar.xz')).map((name) => name.replace('.tar.xz', ''));

  it.each(names)('%s: db and log together give the state that the real server served, and its last write', async (name) => {
    const files = new Map([...(await baseFiles(name, folder))].map(([path, bytes]) => [path.replace(/^data\//, ''), bytesSource(bytes)]));
    const notes = readingNotes();
    const survey = surveyWrites(writesOfMember({ files, complete: true }, '3.5', notes));
    expect({ problems: notes.problems, logFailure: notes.logFailure }).toEqual({ problems: 0, logFailure: null });
    const served = new Map(gunzipSync(readFileSync(`${folder}${name}.keys.jsonl.gz`)).toString('utf8').trim().split('\n').map((line) => {
      const { key, modRevision } = JSON.parse(line) as { key: string; modRevision: number };
      return [key, modRevision] as const;
    }));
    const different = [...new Set([...served.keys(), ...survey.live.keys()])].filter((key) => survey.live.get(key)?.revision !== served.get(key));
    // A lone member of three was made to serve with --force-new-cluster, which drops what was not known to be committed.
    expect(different.length).toBeLessThanOrEqual(notes.uncommitted);
    const [version, life] = [name.slice(0, name.indexOf('-')), name.slice(name.indexOf('-') + 1).replace(/-member\d$/, '')];
    const truth = version === undefined || life.startsWith('real') ? null : truthOf(snapshotNames.find((s) => s.startsWith(`${version}/${life}`)) ?? '');
    const time = truth?.times.get(survey.newestRevision!) ?? truth?.times.get(survey.newestRevision! - 1);
    if (time === undefined) return;
    const stated = timeOfRevision(clockOf(survey), BigInt(survey.newestRevision!)).time;
    expect({ notBefore: stated.notBefore! <= time + 1000, notAfter: stated.notAfter! >= time, narrow: stated.notAfter! - stated.notBefore! <= 20_000, close: Math.abs(stated.best! - time) <= 10_000 }).toEqual({ notBefore: true, notAfter: true, narrow: true, close: true });
  });
});

describe('counts', () => {
  it.each(snapshotNames)('%s: live keys by resource as the life knew them', (name) => {
    const survey = surveyOf(name);
    const hook = truthOf(name)?.hooks.find((h) => h.rev === survey.newestRevision);
    if (hook === undefined) expect(survey.live.size).toBeGreaterThan(200);
    else expect({ counts: survey.counts, live: survey.live.size }).toEqual({ counts: hook.counts, live: hook.liveKeys });
  });
});
