import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { planOrMissing } from '../../src/recovery/plan.js';
import { candidateOf, draftOf, recommend } from './hand-draft.js';
import { layouts } from './layouts.js';
import { deliver } from './run-plan.js';
import { etcdFolder, makeCertificates, noScratchHosts, ScratchNetwork } from './scratch-hosts.js';

const version = '3.5.16';
const snapshot = fileURLToPath(new URL('../../samples/kubespray-transcript/bundle/snapshot (1).db', import.meta.url));
const reason = noScratchHosts(version);
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

/** The engine is a stand-in that starts the real etcdutl with the words that docker would get; docker itself is not proven. */
describe.skipIf(reason !== null)(`a host whose only etcdutl is in the image of etcd${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  test('restores through the image, each folder mounted once', { timeout: 120_000 }, async () => {
    const network = new ScratchNetwork();
    const authority = '/dev/shm/authority-image';
    try {
      const { kubeadm } = layouts;
      const one = { name: 'cp1', address: '10.77.8.11' };
      const etcd = etcdFolder(version) ?? '';
      const host = network.host(one.name, one.address, etcd);
      const files = Object.fromEntries(Object.entries(kubeadm.files(one, 'cp1', 'cp1=https://10.77.8.11:2380')).map(([path, text]) => [path, text.replace('VERSION', version)]));
      for (const [path, text] of Object.entries(files)) host.write(path, text);
      makeCertificates(host, authority, kubeadm.certificates(one));
      host.write('/opt/image/x', '');
      for (const tool of readdirSync(etcd)) symlinkSync(join(etcd, tool), host.at(`/opt/image/${tool}`));
      for (const tool of ['etcdctl', 'etcdutl']) rmSync(host.at(`/usr/local/bin/${tool}`));
      const candidate = candidateOf(snapshot, { revision: 8385, liveKeys: 153 });
      const { plan, missing } = planOrMissing(draftOf(kubeadm.facts(one, files), [one], [candidate], version), recommend('restore-snapshot', candidate));
      expect(missing).toEqual([]);
      deliver(plan, snapshot, [host]);
      for (const phase of ['preflight', 'stop', 'keep', 'restore']) expect(await host.run(['sh', '/root/restore/restore-cp1.sh', phase, '--yes'])).toMatchObject({ status: 0 });
      expect(existsSync(host.at('/var/lib/etcd/member/snap/db'))).toBe(true);
      expect(readdirSync(host.at('/var/lib/etcd/member/wal')).length).toBeGreaterThan(0);
    } finally {
      network.close();
      rmSync(authority, { recursive: true, force: true });
    }
  });
});
