import { describe, expect, it } from 'vitest';
import { extractObjects, type Extract, type ExtractWish } from '../../src/kubernetes/extract.js';
import { parseSelector, selects } from '../../src/kubernetes/label-selector.js';
import { manifestOf, plain } from '../../src/kubernetes/manifest.js';
import { readObject } from '../../src/kubernetes/object.js';
import { storageIdentity } from '../../src/kubernetes/storage-key.js';
import { goldenKeys, truthOf, writesOf } from './fixture-snapshots.js';

const all: ExtractWish = { namespace: null, kinds: [], selector: null, revision: null, reveal: false };
const nameOf = (o: { resource: string; namespace: string | null; name: string }): string => `${o.resource} ${o.namespace ?? ''}/${o.name}`;
const named = (extract: Extract): string[] => [...extract.manifests, ...extract.leftOut].map(nameOf).sort();

describe('the namespace that was deleted', () => {
  const [before, after] = [writesOf('v3.5.30/billing-single-before-delete'), writesOf('v3.5.30/billing-single-after-delete')];
  const extract = extractObjects(() => before, { ...all, namespace: 'billing' }, () => after);
  const keep = extractObjects(() => before, { ...all, namespace: 'billing', reveal: true }, () => after);

  it('is extracted exactly: manifests and what cannot come back are what the deletion took', () => {
    const gone = new Set(goldenKeys('v3.5.30/billing-single-after-delete').map((k) => k.key));
    const expected = goldenKeys('v3.5.30/billing-single-before-delete').map((k) => k.key).filter((key) => !gone.has(key) && (key.includes('/billing/') || key === '/registry/namespaces/billing'));
    expect(named(extract)).toEqual(expected.map((key) => nameOf(storageIdentity(key)!)).sort());
    const took = truthOf('v3.5.30/billing-single-before-delete')!.writes.filter((w) => w.op === 'delete' && w.rev > 11_371 && !w.key.includes('/events/')).map((w) => nameOf(storageIdentity(w.key)!));
    expect(named(extract).filter((name) => !name.startsWith('events '))).toEqual(took.sort());
  });

  it('leaves out only what others make again, records, and Secrets unless revealed', () => {
    const reasons: Record<string, Set<string>> = {};
    for (const o of extract.leftOut) (reasons[o.reason] ??= new Set()).add(o.resource);
    expect(reasons).toEqual({ record: new Set(['events']), 'made-by-owner': new Set(['pods', 'replicasets']), 'made-by-cluster': new Set(['configmaps', 'endpointslices']), 'secret-withheld': new Set(['secrets']) });
    expect(keep.manifests.filter((m) => m.resource === 'secrets')).toHaveLength(20);
    expect(JSON.stringify(extract)).not.toMatch(/SIMULATED-SECRET|U0lNVUxBVEVELVNFQ1JFVC/);
  });

  it('holds what people wrote, without what the server set', () => {
    const live = new Map(before.filter((w) => w.value !== null).map((w) => [Buffer.from(w.key).toString(), w.value!]));
    for (const m of keep.manifests) {
      const text = JSON.stringify(m.manifest);
      expect(text).not.toMatch(/"(?:uid|resourceVersion|creationTimestamp|managedFields|generation|clusterIP|clusterIPs|status|ownerReferences)":/);
      const key = [...live.keys()].find((k) => nameOf(storageIdentity(k)!) === nameOf(m)) ?? '';
      const read = readObject(live.get(key)!, 0n);
      if (read.form !== 'object') throw new Error(key);
      for (const part of ['data', 'type', 'roleRef', 'subjects']) expect(m.manifest[part]).toEqual(read.object[part]);
      if (m.resource === 'deployments' || m.resource.includes('widgets')) expect(m.manifest['spec']).toEqual(read.object['spec']);
    }
  });

  it('is ordered: namespace, configuration, services, workloads', () => {
    const kinds = [...new Set(keep.manifests.map((m) => String(m.manifest['kind'])))];
    expect(kinds).toEqual(['Namespace', 'ServiceAccount', 'Secret', 'ConfigMap', 'Service', 'Widget', 'Deployment']);
  });

  it('can come from the history of one file alone', () => {
    const deletions = truthOf('v3.5.30/billing-single-before-delete')!.writes.filter((w) => w.op === 'delete' && w.rev > 11_371).map((w) => ({ revision: BigInt(w.rev), key: Buffer.from(w.key), value: null }));
    const one = [...before, ...deletions];
    expect(named(extractObjects(() => one, { ...all, namespace: 'billing', revision: 11_842n }, () => one)).filter((n) => !n.startsWith('events '))).toEqual(named(extract).filter((n) => !n.startsWith('events ')));
  });

  it('can be limited by kind and labels', () => {
    const web = extractObjects(() => before, { ...all, namespace: 'billing', kinds: ['deploy', 'svc'], selector: parseSelector('app=web') }, null);
    expect(web.manifests.map(nameOf)).toEqual(['services/specs billing/web', 'deployments billing/web']);
  });

  it('leaves the Service of the API server itself, and its addresses, to the API server', () => {
    const own = extractObjects(() => before, { ...all, namespace: 'default', kinds: ['svc', 'ep', 'endpointslice'] }, null);
    expect([own.manifests, own.leftOut.map((o) => [o.resource, o.name, o.reason])]).toEqual([[], ['endpointslices', 'services/endpoints', 'services/specs'].map((resource) => [resource, 'kubernetes', 'made-by-cluster'])]);
  });

  it('tells the flow schemas of the cluster from those that people wrote', () => {
    const flows = extractObjects(() => before, { ...all, kinds: ['flowschema'] }, null);
    expect([flows.manifests, new Set(flows.leftOut.map((o) => o.reason))]).toEqual([[], new Set(['made-by-cluster'])]);
    const own = before.map((w) => (Buffer.from(w.key).includes('/flowschemas/exempt') ? { ...w, value: Buffer.from(Buffer.from(w.value!).toString('latin1').replace('autoupdate-spec', 'autoupdate-mine'), 'latin1') } : w));
    expect(extractObjects(() => own, { ...all, kinds: ['flowschema'] }, null).manifests.map(nameOf)).toEqual(['flowschemas /exempt']);
  });

  it('reports encrypted objects as such', () => {
    const encrypted = writesOf('v3.7.3/shop-single-late');
    const secrets = extractObjects(() => encrypted, { ...all, kinds: ['secret'] }, null);
    expect(secrets.manifests).toEqual([]);
    expect(new Set(secrets.leftOut.map((o) => o.reason))).toEqual(new Set(['encrypted']));
    expect(secrets.leftOut).toHaveLength(10);
    const chosen = extractObjects(() => encrypted, { ...all, kinds: ['secret'], selector: parseSelector('app=web') }, null);
    expect([chosen.manifests, chosen.leftOut, chosen.unchecked]).toEqual([[], [], 10]);
  });
});

describe('manifests', () => {
  const nowhere = { livingUids: new Set<string>(), hasVolume: (name: string) => name === 'pv1' };

  it('keep living owners, own finalizers and annotations', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', uid: 'u', ownerReferences: [{ uid: 'dead' }, { uid: 'alive' }], finalizers: ['kubernetes.io/pvc-protection', 'vendor.example/guard'], annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'kept' } }, data: { a: '1' } };
    expect(manifestOf(object, { ...nowhere, livingUids: new Set(['alive']) })).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', ownerReferences: [{ uid: 'alive' }], finalizers: ['vendor.example/guard'], annotations: { note: 'kept' } }, data: { a: '1' } });
    expect(plain(object.metadata)['uid']).toBe('u');
  });

  it('free volumes and claims of what the cluster bound', () => {
    const claim = (volumeName: string): unknown => manifestOf({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { volumeName, accessModes: ['ReadWriteOnce'] }, status: {} }, nowhere)['spec'];
    expect(claim('pv1')).toEqual({ volumeName: 'pv1', accessModes: ['ReadWriteOnce'] });
    expect(claim('pv2')).toEqual({ accessModes: ['ReadWriteOnce'] });
    expect(manifestOf({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv1' }, spec: { claimRef: { namespace: 'n', name: 'c', uid: 'u', resourceVersion: '1' } } }, nowhere)['spec']).toEqual({ claimRef: { namespace: 'n', name: 'c' } });
  });

  it('keep a headless service headless, and its ports', () => {
    const service = (spec: object): unknown => manifestOf({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 1, nodePort: 30001 }], ...spec } }, nowhere)['spec'];
    expect(service({ clusterIP: 'None', clusterIPs: ['None'] })).toEqual({ ports: [{ port: 1, nodePort: 30001 }], clusterIP: 'None', clusterIPs: ['None'] });
    expect(service({ clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'], healthCheckNodePort: 31000 })).toEqual({ ports: [{ port: 1, nodePort: 30001 }] });
  });

  it('give pods and jobs no old place, token or selector', () => {
    const spec = { nodeName: 'n1', priority: 0, containers: [{ name: 'c', volumeMounts: [{ name: 'kube-api-access-x1y2z', mountPath: '/t' }, { name: 'd', mountPath: '/d' }] }], volumes: [{ name: 'kube-api-access-x1y2z' }, { name: 'd' }] };
    expect(manifestOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }, nowhere)['spec']).toEqual({ containers: [{ name: 'c', volumeMounts: [{ name: 'd', mountPath: '/d' }] }], volumes: [{ name: 'd' }] });
    const job = manifestOf({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', labels: { 'controller-uid': 'u', app: 'j' } }, spec: { selector: { matchLabels: { 'controller-uid': 'u' } }, template: { metadata: { labels: { 'job-name': 'j', app: 'j' } }, spec: {} } } }, nowhere);
    expect(job).toEqual({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', labels: { app: 'j' } }, spec: { template: { metadata: { labels: { app: 'j' } }, spec: {} } } });
  });
});

describe('label selectors', () => {
  it.each([
    ['app=web', { app: 'web' }, true], ['app==web', { app: 'api' }, false], ['app!=web', {}, true], ['app in (web, api),tier', { app: 'api', tier: '' }, true],
    ['app notin (web)', { app: 'web' }, false], ['!canary', {}, true], ['example.com/x', { 'example.com/x': '1' }, true], ['toString', {}, false],
  ])('%s on %o', (text, labels, met) => expect(selects(parseSelector(text)!, labels)).toBe(met));

  it('refuses what is none', () => {
    for (const text of ['', 'a=b=c', 'a in b', ',', 'a b']) expect(parseSelector(text)).toBeNull();
  });
});
