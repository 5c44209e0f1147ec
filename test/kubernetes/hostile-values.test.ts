import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../src/kubernetes/cbor.js';
import { decodeKind } from '../../src/kubernetes/fields/decode.js';
import { surveyWrites, type StoredWrite } from '../../src/kubernetes/index.js';
import { findObjects, prefixesIn } from '../../src/kubernetes/find-objects.js';
import { readObject } from '../../src/kubernetes/object.js';
import { parsePlainJson, plainJsonText } from '../../src/kubernetes/plain-json.js';
import { resourceOfKey, storageIdentity } from '../../src/kubernetes/storage-key.js';
import { storedValue } from '../../src/kubernetes/stored-value.js';
import { identityOfRow, valueHeader } from '../../src/kubernetes/value-header.js';
import { kubernetesYaml } from '../../src/kubernetes/yaml.js';
import { revisionClock, timeOfRevision } from '../../src/time/revision-clock.js';
import { damageOperators, randomFrom } from '../time/damage-of-values.js';
import { snapshotNames, writesOf } from './fixture-snapshots.js';

/** Every reader of one value; returns nothing, must not throw. */
function readAll(value: Uint8Array): void {
  const read = readObject(value, 7n);
  if (read.form === 'object') {
    kubernetesYaml(read.object);
    plainJsonText(read.object);
  }
  identityOfRow('/registry/x/y', valueHeader(value));
  const survey = surveyWrites([{ revision: 5n, key: Buffer.from('/registry/leases/kube-node-lease/n'), value, createRevision: 5n, version: 1n, lease: 0n }]);
  timeOfRevision(revisionClock(survey.points, survey.newestRevision, survey.wholeFrom), 5n);
}

const magic = Buffer.from('k8s\0');
const field = (number: number, content: Uint8Array): Buffer => {
  const length: number[] = [];
  let rest = content.length;
  do length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  while ((rest = Math.floor(rest / 128)) > 0);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
};
const stored = (apiVersion: string, kind: string, raw: Uint8Array): Buffer =>
  Buffer.concat([magic, field(1, Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))])), field(2, raw)]);

describe('values that are not what they should be', () => {
  it('random bytes behind every magic', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'k8s\0', 'k8s:enc:', '{', '{"metadata":{"name":', '\xd9\xd9\xf7', 'k8s\0\n\x0f\n\x02v1\x12\x03Pod\x12'), fc.uint8Array({ maxLength: 300 }), (start, tail) => {
        readAll(Buffer.concat([Buffer.from(start, 'latin1'), tail]));
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  it('real values, damaged', () => {
    const random = randomFrom(5);
    for (const name of ['v3.6.16/real-k8s-1.36.3', 'v3.7.3/shop-single-late']) {
      const writes = writesOf(name).filter((w) => w.value !== null);
      for (let i = 0; i < writes.length; i += 5) for (const damage of Object.values(damageOperators)) readAll(damage(writes[i]!.value!, random));
    }
  });

  it('nested without end', () => {
    for (const open of ['[', '{"a":', '{"kind":"Lease","spec":', '{"metadata":{"managedFields":[']) {
      const text = open.repeat(200_000);
      expect(readObject(Buffer.from(`{"x":${text}`), 1n)).toMatchObject({ form: 'unreadable' });
      readAll(Buffer.from(`{"x":${text}`));
      readAll(Buffer.from(`{"kind":"Lease","x":${text.slice(0, 60_000)}`));
    }
    const closed = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(parsePlainJson(closed)).toEqual({ ok: false, reason: 'too-deep' });
    readAll(Buffer.from(closed));
    readAll(Buffer.concat([Buffer.from([0xd9, 0xd9, 0xf7]), Buffer.alloc(500_000, 0x81)]));
    readAll(Buffer.concat([Buffer.from([0xd9, 0xd9, 0xf7]), Buffer.alloc(500_000, 0x9f)]));
    expect(decodeCbor(Buffer.alloc(500_000, 0xa1))).toBeNull();
    let schema: Buffer = Buffer.alloc(0);
    for (let i = 0; i < 2000; i++) schema = field(26, schema);
    const definition = stored('apiextensions.k8s.io/v1', 'CustomResourceDefinition', field(2, field(7, field(5, field(1, schema)))));
    readAll(definition);
    expect(readObject(definition, 1n)).toMatchObject({ form: 'object', malformed: true });
  });

  it('values of ten megabytes, in time', () => {
    const big = Buffer.alloc(10_000_000, 0x61);
    const metadata = field(1, Buffer.concat([field(1, Buffer.from('big')), field(3, Buffer.from('shop')), field(5, Buffer.from('u'))]));
    const config = stored('v1', 'ConfigMap', Buffer.concat([metadata, field(2, Buffer.concat([field(1, Buffer.from('k')), field(2, big)]))]));
    const started = performance.now();
    expect(readObject(config, 9n)).toMatchObject({ form: 'object', malformed: false, object: { metadata: { name: 'big', resourceVersion: '9' } } });
    expect(valueHeader(config)?.header.name).toBe('big');
    expect(valueHeader(Buffer.from(`{"kind":"X","spec":"${big.toString('latin1')}","metadata":{"name":"big"}}`))?.header.name).toBe('big');
    readAll(Buffer.concat([magic, big]));
    readAll(Buffer.concat([Buffer.from('{"a":"'), big]));
    readAll(Buffer.alloc(10_000_000, 0x0a));
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('wrong UTF-8, names of prototypes, numbers beyond doubles', () => {
    const broken = stored('v1', 'ConfigMap', Buffer.concat([field(1, field(1, Buffer.from([0xff, 0xfe, 0x41]))), field(2, Buffer.concat([field(1, Buffer.from('__proto__')), field(2, Buffer.from([0xc3]))]))]));
    const read = readObject(broken, 0n);
    expect(read).toMatchObject({ form: 'object', object: { metadata: { name: '\ufffd\ufffdA' } } });
    if (read.form === 'object') expect(Object.keys(read.object['data'] as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    const json = readObject(Buffer.from('{"kind":"X","spec":{"n":9007199254740993,"s":"9007199254740993","f":0.25,"__proto__":{"polluted":1}},"metadata":{}}'), 0n);
    if (json.form !== 'object') throw new Error('unreadable');
    expect(plainJsonText(json.object)).toBe('{"kind":"X","spec":{"n":9007199254740993,"s":"9007199254740993","f":0.25,"__proto__":{"polluted":1}},"metadata":{}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(parsePlainJson('{"a":[0.6046602879796196,-1e300,12345678901234567890,1234567890123456]}')).toEqual({ ok: true, value: { a: [0.6046602879796196, -1e300, 12345678901234567890n, 1234567890123456] } });
  });

  it('lengths that promise more than there is', () => {
    for (const hex of ['0affffffff0f', '0affffffffffffffffff01', '0a80808080808080808080', '08ffffffffffffffffffff', '07', '0b', '0c', 'ffffffffff']) {
      const raw = Buffer.from(hex, 'hex');
      readAll(stored('v1', 'Pod', raw));
      expect(decodeKind('v1', 'Pod', raw, 0, raw.length).malformed, hex).toBe(true);
    }
  });
});

describe('times that no clock shows', () => {
  const name = 'v3.6.16/config-single-late';
  const writes = writesOf(name);
  const newest = writes.reduce((max, w) => Math.max(max, Number(w.revision)), 0);
  const lease = (seconds: bigint): Buffer => {
    const varint: number[] = [];
    let rest = BigInt.asUintN(64, seconds);
    for (; rest > 0x7fn; rest >>= 7n) varint.push(Number(rest & 0x7fn) | 0x80);
    varint.push(Number(rest));
    const time = Buffer.from([0x08, ...varint]);
    return stored('coordination.k8s.io/v1', 'Lease', Buffer.concat([field(1, Buffer.concat([field(1, Buffer.from('odd')), field(3, Buffer.from('kube-node-lease'))])), field(2, Buffer.concat([field(1, Buffer.from('odd')), Buffer.from([0x10, 40]), field(4, time)]))]));
  };

  it.each([['year 1', -62135596800n], ['year 9999', 253402300799n], ['beyond every calendar', 1n << 62n], ['before everything', -(1n << 62n)], ['1970', 0n]])('%s changes nothing', (_, seconds) => {
    const odd: StoredWrite[] = Array.from({ length: 20 }, (__, i) => ({ revision: BigInt(newest - 20 + i), key: Buffer.from('/registry/leases/kube-node-lease/odd'), value: lease(seconds), createRevision: BigInt(newest - 20), version: BigInt(i + 1), lease: 0n }));
    const timeWith = (list: readonly StoredWrite[]): unknown => {
      const survey = surveyWrites(list);
      return timeOfRevision(revisionClock(survey.points, newest, survey.wholeFrom), BigInt(newest)).time;
    };
    expect(timeWith([...writes, ...odd].sort((a, b) => (a.revision < b.revision ? -1 : 1)))).toEqual(timeWith(writes));
    readAll(lease(seconds));
  });
});

describe('keys', () => {
  it('outside every prefix, binary or empty, are counted and belong to nobody', () => {
    const keys = ['', '/', '/registry', '/registry/', '/registry//x', 'registry/pods/a/b', '\xff\xfe\x00', '/other/pods/a/b'];
    const survey = surveyWrites(keys.map((key, i) => ({ revision: BigInt(i + 2), key: Buffer.from(key, 'latin1'), value: Buffer.from('x') })));
    expect(survey.live.size).toBe(keys.length);
    expect(survey.counts).toEqual({ other: keys.length });
    for (const key of keys) expect(storageIdentity(key)).toBeNull();
  });

  it('below a prefix of their own are found by what their values say', () => {
    const custom = writesOf(snapshotNames[0]!).map((w) => ({ ...w, key: Buffer.from(Buffer.from(w.key).toString().replace(/^\/registry\//, '/clusters/c1/k8s/')) }));
    const survey = surveyWrites(custom);
    const plain = surveyWrites(writesOf(snapshotNames[0]!));
    expect(survey.prefixes).toEqual(['/clusters/c1/k8s/']);
    expect(survey.counts).toEqual(plain.counts);
  });
});

describe('values that are all encrypted, below a prefix of their own', () => {
  const name = 'v3.7.3/shop-single-late';
  const sealed = writesOf(name).map((w) => ({ ...w, key: Buffer.from(Buffer.from(w.key).toString().replace(/^\/registry\//, '/c1/')), value: w.value === null || Buffer.from(w.key).toString() === 'compact_rev_key' ? w.value : Buffer.from('k8s:enc:kms:v2:p:x') }));

  it('are counted by the key of the namespace that every cluster has', () => {
    const { prefixes, counts } = surveyWrites(sealed);
    expect(prefixes).toEqual(['/c1/']);
    expect(counts).toEqual(surveyWrites(writesOf(name)).counts);
  });

  it('are found by kind and name', () => {
    expect(findObjects(sealed, { by: 'name', kind: 'secret', namespace: 'shop', name: 'api-db' }, null, prefixesIn(sealed)).found.map((f) => f.key)).toEqual(['/c1/secrets/shop/api-db']);
    expect(prefixesIn(writesOf(name))).toContain('/registry/');
  });
});

describe('short ways', () => {
  it('name the same resource and the same kind as the long ones', () => {
    const prefixes = ['/registry/', '/kubernetes.io/'];
    const part = fc.constantFrom('pods', 'services', 'specs', 'app.example.com', 'ns', '', 'x', 'compact_rev_key', 'registry');
    fc.assert(
      fc.property(fc.constantFrom('/registry/', '/kubernetes.io/', '/other/', ''), fc.array(part, { maxLength: 5 }), (prefix, parts) => {
        const key = prefix + parts.join('/');
        expect(resourceOfKey(key, prefixes), key).toBe(storageIdentity(key, prefixes)?.resource ?? null);
      }),
      { numRuns: 2000, seed: 3 },
    );
    for (const name of snapshotNames.slice(0, 3)) for (const w of writesOf(name)) {
      const key = Buffer.from(w.key).toString();
      expect(resourceOfKey(key, prefixes)).toBe(storageIdentity(key, prefixes)?.resource ?? null);
    }
    // Two type metas: the last one counts, also after the first was seen.
    const twice = Buffer.concat([stored('v1', 'Pod', Buffer.alloc(0)), field(1, Buffer.concat([field(1, Buffer.from('v1')), field(2, Buffer.from('Node'))]))]);
    for (let i = 0; i < 2; i++) {
      expect(storedValue(twice)).toMatchObject({ storage: 'protobuf', kind: 'Node' });
      expect(storedValue(stored('v1', 'Pod', Buffer.alloc(0)))).toMatchObject({ kind: 'Pod', apiVersion: 'v1' });
    }
  });
});
