import { describe, expect, it } from 'vitest';
import { reconstruct } from '../../src/timeline/index.js';
import { sample, type Truth } from './text-bundle.js';

const ms = (text: string | null): number => Date.parse(text ?? 'unknown');

function expectHonest(start: { readonly notBefore: string | null; readonly notAfter: string | null }, truth: Truth): void {
  const failed = ms(truth.outage.firstFailureTrue);
  if (start.notBefore !== null) expect(ms(start.notBefore)).toBeLessThanOrEqual(failed);
  if (start.notAfter !== null) expect(ms(start.notAfter)).toBeGreaterThanOrEqual(failed);
}

const names = ['kubekey-powercut', 'kubekey-three-members', 'kubeadm-disk-full', 'kubespray-transcript'];

describe.each(names)('%s', (name) => {
  it('has an outage window that contains the true failure and is hardly wider than what can be proven', async () => {
    const { draft, truth } = await sample(name);
    const { outage, events } = reconstruct(draft, 'en');
    expectHonest(outage.start, truth);
    const [from, to] = truth.outage.failureInterval;
    expect(ms(outage.start.notAfter) - ms(outage.start.notBefore)).toBeLessThanOrEqual(ms(to) - ms(from) + 120_000);
    expect(outage.lastKnownGood?.evidence.length).toBeGreaterThan(0);
    expect(outage.firstKnownBad?.evidence.length).toBeGreaterThan(0);
    expect(outage.end).toBeNull();
    const times = events.map((e) => ms(e.time.best ?? e.time.notBefore ?? e.time.notAfter));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(events.filter((e) => e.evidence.length === 0)).toEqual([]);
    // Every sentence is in the catalogue, with all its places filled.
    expect(events.filter((e) => e.said.text === e.said.key || /\{(?:message|count|host|unit|command|minutes|hours|path|revision|user|state|name|code|verdict)\}/.test(e.said.text))).toEqual([]);
  });
});

describe('events of the samples', () => {
  it('tells the power cut: last write, boot without shutdown, failing starts, hung backups', async () => {
    const { draft } = await sample('kubekey-powercut');
    const { events, outage } = reconstruct(draft, 'zh-CN');
    const kinds = events.map((e) => e.kind);
    expect(kinds).toEqual(expect.arrayContaining(['etcd-works', 'last-write', 'log-gap', 'boot-after-crash', 'unclean-stop', 'etcd-died', 'backup-hung', 'login', 'collection']));
    expect(kinds.indexOf('last-write')).toBeLessThan(kinds.indexOf('boot-after-crash'));
    expect(events.filter((e) => e.kind === 'backup-hung').map((e) => e.time.notBefore)).toEqual(['2024-05-13T01:00:00Z', '2024-05-13T01:30:00Z', '2024-05-13T02:00:00Z']);
    expect(events.find((e) => e.kind === 'boot-after-crash')?.said.text).toBe('ks-master1 开机；此前没有关机记录');
    expect(events.filter((e) => e.kind === 'boot').map((e) => e.time.notBefore)).toEqual(['2024-03-20T03:01:00Z']);
    expect(outage.detectedAt?.notAfter).toBe('2024-05-13T01:12:59.999Z');
    const node = outage.perComponent.find((c) => c.component === 'node');
    expect(node?.start.notBefore?.slice(0, 19)).toBe('2024-05-10T18:30:01');
  });

  it('knows deleting the WAL for the mistake that it is', async () => {
    const { draft } = await sample('kubeadm-disk-full');
    const { events } = reconstruct(draft, 'en');
    const mistake = events.find((e) => e.kind === 'human-error');
    expect(mistake?.said.key).toBe('event.mistake.wal-deleted');
    expect(mistake?.time.best).toBe('2026-10-15T06:03:41Z');
    expect(events.find((e) => e.kind === 'restart-loop')?.count).toBeGreaterThan(30);
  });

  it('sees that one member was stopped long before the others', async () => {
    const { draft } = await sample('kubekey-three-members');
    const { events, outage } = reconstruct(draft, 'en');
    const stop = events.find((e) => e.kind === 'etcd-stopped');
    expect([stop?.host, stop?.time.best?.slice(0, 19)]).toEqual(['vmw255', '2025-07-10T14:14:00']);
    expect(outage.perComponent.find((c) => c.host === 'vmw255' && c.component === 'etcd')?.start.notAfter?.slice(0, 19)).toBe('2025-07-10T14:14:00');
  });
});

describe('with an artifact left out the window gets wider, never wrong', () => {
  it.each([
    ['kubekey-powercut', /^var-lib-etcd/], ['kubekey-powercut', /^(?:messages|last)/], ['kubekey-powercut', /journal|kube_etcd/],
    ['kubeadm-disk-full', /etcd-data/], ['kubeadm-disk-full', /pods\/etcd\/4/], ['kubeadm-disk-full', /kubelet|pods\//],
    ['kubekey-three-members', /member-snap-db|255/], ['kubekey-three-members', /journal|last/], ['kubespray-transcript', /\.db$/], ['kubespray-transcript', /typescript/],
  ])('%s without %s', async (name, gone) => {
    const { draft, truth } = await sample(name, (path) => gone.test(path));
    expectHonest(reconstruct(draft, 'en').outage.start, truth);
  });
});
