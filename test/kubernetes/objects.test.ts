import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { decodeKind } from '../../src/kubernetes/fields/decode.js';
import { fieldsOf, knownKinds, typeOfKind } from '../../src/kubernetes/fields/table.js';
import { findObjects } from '../../src/kubernetes/find-objects.js';
import { meansResource } from '../../src/kubernetes/kind-words.js';
import { readObject } from '../../src/kubernetes/object.js';
import { parsePlainJson } from '../../src/kubernetes/plain-json.js';
import { withSecretsWithheld } from '../../src/kubernetes/withhold.js';
import { kubernetesYaml } from '../../src/kubernetes/yaml.js';
import { listingOf, writesOf } from './fixture-snapshots.js';
import { listingDifferences } from './listing-differences.js';

type Plain = Record<string, unknown>;
const nameOf = (object: Plain): string => {
  const meta = object['metadata'] as { namespace?: string; name: string };
  return `${String(object['kind'])} ${meta.namespace ?? ''}/${meta.name}`;
};

describe('objects of the snapshots against what a real kube-apiserver listed', () => {
  it.each(['v3.6.16/real-k8s-1.36.3', 'v3.4.23/erp-single-late', 'v3.5.16/kubesphere-single-late', 'v3.7.3/shop-single-late'])('%s', (name) => {
    const live = new Map<string, { value: Uint8Array; revision: bigint }>();
    for (const w of writesOf(name)) {
      const key = Buffer.from(w.key).toString();
      if (w.value === null) live.delete(key);
      else live.set(key, { value: w.value, revision: w.revision });
    }
    const decoded = new Map<string, Plain>();
    const encrypted: string[] = [];
    for (const [key, { value, revision }] of live) {
      const read = readObject(value, revision);
      if (read.form === 'encrypted') encrypted.push(key);
      if (read.form !== 'object') continue;
      expect({ key, malformed: read.malformed, known: read.known, unknown: read.unknownFields }).toEqual({ key, malformed: false, known: true, unknown: [] });
      if (read.object['metadata'] !== undefined) decoded.set(nameOf(read.object), read.object);
    }
    let compared = 0;
    for (const listed of listingOf(name)) {
      const mine = decoded.get(nameOf(listed));
      if (mine === undefined) {
        const meta = listed['metadata'] as { namespace: string; name: string };
        expect(encrypted, nameOf(listed)).toContain(`/registry/secrets/${meta.namespace}/${meta.name}`);
        continue;
      }
      compared++;
      const known = listingDifferences.find((d) => d.snapshot === name && d.object === nameOf(listed));
      if (known === undefined) expect(mine).toEqual(listed);
      else expect({ stored: known.stored.every((path) => at(mine, path) !== undefined), same: same(mine, listed, [...known.stored, ...known.listed]) }).toEqual({ stored: true, same: true });
      if (compared % 7 === 0) expect(parse(kubernetesYaml(mine)), nameOf(listed)).toEqual(mine);
    }
    expect(compared).toBeGreaterThan(250);
  });
});

function at(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Plain | undefined)?.[key], object);
}

/** Equal apart from these paths. */
function same(a: Plain, b: Plain, paths: readonly string[]): boolean {
  const without = (object: Plain): string =>
    JSON.stringify(object, (key, value: unknown) => {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).filter(([k]) => !paths.some((p) => p === k || p.endsWith(`.${k}`))).sort(([x], [y]) => (x < y ? -1 : 1)));
    });
  return without(a) === without(b);
}

describe('the table of fields', () => {
  const samples = gunzipSync(readFileSync(fileURLToPath(new URL('./every-kind.jsonl.gz', import.meta.url)))).toString('utf8').trim().split('\n');

  it('shows a random object of every kind as the published packages do', () => {
    for (const line of samples) {
      const parsed = parsePlainJson(line);
      if (!parsed.ok) throw new Error(parsed.reason);
      const { kind, wire, shown } = parsed.value as { kind: string; wire: string; shown: Plain };
      const cut = kind.lastIndexOf('/');
      const bytes = Buffer.from(wire, 'base64');
      const { object, ...rest } = decodeKind(kind.slice(0, cut), kind.slice(cut + 1), bytes, 0, bytes.length);
      expect({ ...rest, object }, kind).toEqual({ known: true, unknownFields: [], malformed: false, object: { apiVersion: kind.slice(0, cut), kind: kind.slice(cut + 1), ...shown } });
    }
    expect(samples.length).toBeGreaterThan(160);
  });

  it('knows kinds of old releases too, and no type is missing', () => {
    expect(knownKinds()).toEqual(expect.arrayContaining(['policy/v1beta1/PodSecurityPolicy', 'extensions/v1beta1/Ingress', 'autoscaling/v2beta2/HorizontalPodAutoscaler', 'apps/v1/Deployment']));
    const table = JSON.parse(readFileSync(fileURLToPath(new URL('../../src/kubernetes/fields/table.json', import.meta.url)), 'utf8')) as { kinds: Record<string, string>; types: Record<string, [number, string, string, string?][]> };
    const named = [...Object.values(table.kinds), ...Object.values(table.types).flatMap((fields) => fields.flatMap((f) => (f[3] === undefined ? [] : [f[3]])))];
    expect(named.filter((type) => !Object.hasOwn(table.types, type))).toEqual([]);
    expect(fieldsOf(typeOfKind('v1', 'Secret') ?? '').map((f) => f.name)).toEqual(['metadata', 'data', 'type', 'stringData', 'immutable']);
  });

  it('shows the metadata of a kind that it does not know, and names unknown fields', () => {
    const metadata = Buffer.from('0a01771a0473686f70', 'hex');
    const bytes = Buffer.concat([Buffer.from([0x0a, metadata.length]), metadata, Buffer.from('12020801', 'hex')]);
    expect(decodeKind('novel.example/v9', 'Gadget', bytes, 0, bytes.length)).toMatchObject({ known: false, malformed: false, unknownFields: ['#2'], object: { apiVersion: 'novel.example/v9', kind: 'Gadget', metadata: { name: 'w', namespace: 'shop' } } });
    const pod = Buffer.concat([bytes.subarray(0, 2 + metadata.length), Buffer.from('1205fa2702 6162'.replace(' ', ''), 'hex')]);
    expect(decodeKind('v1', 'Pod', pod, 0, pod.length).unknownFields).toEqual(['spec.#639']);
  });
});

describe('finding objects', () => {
  const writes = writesOf('v3.5.30/billing-single-after-delete');

  it('finds by kind, plural, short name, group and key', () => {
    for (const kind of ['Node', 'nodes', 'no', 'node', 'minions']) expect(findObjects(writes, { by: 'name', kind, namespace: null, name: 'node1' }).found.map((f) => f.key)).toEqual(['/registry/minions/node1']);
    for (const kind of ['crd', 'customresourcedefinitions.apiextensions.k8s.io'])
      expect(findObjects(writes, { by: 'name', kind, namespace: null, name: 'widgets.app.example.com' }).found).toHaveLength(1);
    expect(findObjects(writes, { by: 'name', kind: 'services', namespace: 'default', name: 'kubernetes' }).found.map((f) => f.key)).toEqual(['/registry/services/specs/default/kubernetes']);
    expect(findObjects(writes, { by: 'name', kind: 'widget.other.example', namespace: null, name: 'node1' }).found).toEqual([]);
    expect(findObjects(writes, { by: 'key', key: '/registry/namespaces/default' }).found).toHaveLength(1);
  });

  it('tells when an object was deleted', () => {
    const before = writesOf('v3.5.30/billing-single-before-delete');
    const deployment = before.map((w) => Buffer.from(w.key).toString()).find((key) => key.startsWith('/registry/deployments/billing/')) ?? '';
    const name = deployment.split('/').pop() ?? '';
    expect(findObjects(before, { by: 'name', kind: 'deploy', namespace: 'billing', name }).found[0]?.deletedAt).toBeNull();
    const tombstone = { revision: 999_999n, key: Buffer.from(deployment), value: null };
    const gone = findObjects([...before, tombstone], { by: 'name', kind: 'deploy', namespace: 'billing', name });
    expect(gone.found[0]?.deletedAt).toBe(999_999n);
    expect(findObjects([...before, tombstone], { by: 'name', kind: 'deploy', namespace: 'billing', name }, 999_998n).found[0]?.deletedAt).toBeNull();
  });
});

describe('secrets', () => {
  it('keep their values to themselves', () => {
    const writes = writesOf('v3.5.16/kubesphere-single-late').filter((w) => Buffer.from(w.key).includes('/registry/secrets/'));
    expect(writes.length).toBeGreaterThan(10);
    for (const w of writes) {
      const read = readObject(w.value ?? new Uint8Array(), w.revision);
      if (read.form !== 'object') throw new Error('unreadable');
      const open = JSON.stringify(read.object);
      expect(Buffer.from(String((read.object['data'] as Plain)['password']), 'base64').toString()).toMatch(/^SIMULATED-SECRET-/);
      const shown = withSecretsWithheld({ ...read.object, metadata: { ...(read.object['metadata'] as object), annotations: { 'kubectl.kubernetes.io/last-applied-configuration': open } } }, 'XX');
      expect(JSON.stringify(shown)).not.toContain(String((read.object['data'] as Plain)['password']));
      expect(Object.keys(shown['data'] as object)).toEqual(Object.keys(read.object['data'] as object));
    }
  });
});

describe('YAML', () => {
  it('keeps every text a text, for readers of YAML 1.1 and 1.2', () => {
    const tricky = ['y', 'no', 'On', '0123', '1e3', '12:30:45', '2024-01-02', '0o7', '0x1F', '1_000', '.5', '', ' ', 'a: b', '- x', '#', 'null', '~', 'a\nb', 'a\nb\n', '\n', ' x\n y', 'tab\there', '\u001b[31m', '世界', '=', '<<', '.inf', '+1', '6.0'];
    const object = { list: tricky, map: Object.fromEntries(tricky.map((t, i) => [t, i])) };
    for (const version of ['1.1', '1.2'] as const) expect(parse(kubernetesYaml(object), { version })).toEqual(object);
    expect(kubernetesYaml({ b: [{ c: 'x\ny\n', a: 1 }], a: 9007199254740993n })).toBe('a: 9007199254740993\nb:\n- a: 1\n  c: |\n    x\n    y\n');
  });
});

describe('words for kinds', () => {
  it.each([
    ['lease', 'leases', ''], ['leases', 'leases', 'Lease'], ['ev', 'events', 'Event'], ['endpointslice', 'endpointslices', ''], ['networkpolicies', 'networkpolicies', 'NetworkPolicy'],
    ['ingress', 'ingress', 'Ingress'], ['ingresses', 'ingress', 'Ingress'], ['endpoints', 'services/endpoints', ''], ['ep', 'services/endpoints', 'Endpoints'], ['svc', 'services/specs', ''],
    ['ipaddress', 'ipaddresses', ''], ['storageclasses', 'storageclasses', ''], ['secret', 'secrets', ''], ['widgets.app.example.com', 'app.example.com/widgets', 'Widget'], ['deployments.apps', 'deployments', ''],
    ['app.example.com/widgets', 'app.example.com/widgets', ''], ['caches', 'x.io/caches', ''], ['cache', 'x.io/caches', ''],
  ])('%s means %s', (word, resource, kind) => expect(meansResource(word, resource, kind)).toBe(true));

  it.each([['endpoints', 'services/specs', 'Service'], ['widgets.other.io', 'app.example.com/widgets', 'Widget'], ['pod', 'podtemplates', 'PodTemplate'], ['role', 'rolebindings', 'RoleBinding'], ['service', 'services/endpoints', 'Endpoints']])(
    '%s does not mean %s',
    (word, resource, kind) => expect(meansResource(word, resource, kind)).toBe(false),
  );
});
