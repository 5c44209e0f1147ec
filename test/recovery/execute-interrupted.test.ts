import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planOrMissing } from '../../src/recovery/plan.js';
import { candidateOf, draftOf, recommend } from './hand-draft.js';
import { layouts } from './layouts.js';
import { deliver } from './run-plan.js';
import { etcdFolder, noScratchHosts, ScratchNetwork, type ScratchHost } from './scratch-hosts.js';

const version = '3.5.16';
const snapshot = fileURLToPath(new URL('../../samples/kubespray-transcript/bundle/snapshot (1).db', import.meta.url));
const reason = noScratchHosts(version);
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

const data = '/var/lib/etcd/default';
const wrap = '/root/wrap';

/** `mv` that kills the script which called it at its nth call, before or after the rename: as a power cut does. */
const cutting = `#!/bin/sh
n=$(($(cat ${wrap}/count) + 1))
echo $n >${wrap}/count
if [ $n != "$(cat ${wrap}/at)" ]; then exec /bin/mv "$@"; fi
if [ "$(cat ${wrap}/when)" = after ]; then /bin/mv "$@"; fi
id=$PPID
while [ "\${id:-1}" -gt 1 ]; do
  next=$(sed -n 's/^PPid:[[:space:]]*//p' /proc/$id/status)
  if tr '\\0' ' ' </proc/$id/cmdline | grep -q '^sh /root/restore/'; then kill -KILL "$id"; fi
  id=$next
done
`;

describe.skipIf(reason !== null)(`scripts that were cut off${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let network: ScratchNetwork;
  beforeAll(() => { network = new ScratchNetwork(); });
  afterAll(() => network.close());

  /** A host with old data, a plan and its scripts; the data directory may be a file system of its own. */
  async function hostWith(name: string, address: string, onMount: boolean): Promise<ScratchHost> {
    const host = network.host(name, address, etcdFolder(version) ?? '');
    const { systemd } = layouts;
    const one = { name, address };
    const files = systemd.files(one, name, `${name}=http://${address}:2380`);
    for (const [path, text] of Object.entries(files)) host.write(path, text);
    const candidate = candidateOf(snapshot, { revision: 8385, liveKeys: 153 });
    const { plan, missing } = planOrMissing(draftOf(systemd.facts(one, files), [one], [candidate], version), recommend('restore-snapshot', candidate));
    expect(missing).toEqual([]);
    deliver(plan, snapshot, [host]);
    host.write(`${wrap}/mv`, cutting, 0o755);
    const made = [`mkdir -p ${data}`, ...(onMount ? [`mount -t tmpfs tmpfs ${data}`, `mkdir ${data}/lost+found`] : []), `mkdir -p ${data}/member/snap ${data}/member/wal`, `echo ruin >${data}/member/snap/db`, `echo ruin >${data}/member/wal/0.wal`, `echo x >${data}/stray`];
    expect(await host.run(['sh', '-ec', made.join('\n')])).toMatchObject({ status: 0 });
    return host;
  }

  test.concurrent.each([['a directory', false, '10.77.6.11'], ['a mount point', true, '10.77.6.12']] as const)('%s: after a cut at any rename the phase can be run again, and rolled back', { timeout: 240_000 }, async (_what, onMount, address) => {
    const host = await hostWith(onMount ? 'mounted' : 'plain', address, onMount);
    const script = `sh /root/restore/restore-${host.name}.sh`;
    const sh = async (...lines: string[]): Promise<string> => {
      const ran = await host.run(['sh', '-ec', lines.join('\n')]);
      expect(ran.status, ran.output).toBe(0);
      return ran.output;
    };
    const show = `cd ${data} && find . -type f -not -path './.*' -exec sha256sum {} + | sort`;
    const before = await sh(show);
    // What a phase finds is saved, and laid out again for each cut.
    const save = (name: string): string => `mkdir -p /srv/${name}/work /srv/${name}/lib; cp -a /root/etcd-restore-* /srv/${name}/work/; cp -a ${dirname(data)}/. /srv/${name}/lib/`;
    const lay = (name: string): string => `cp -a /srv/${name}/work/. /root/; cp -a /srv/${name}/lib/. ${dirname(data)}/`;
    const wipe = `find /root -mindepth 1 -maxdepth 1 -name 'etcd-restore-*' -exec rm -r {} +; find ${dirname(data)} -mindepth 1 -maxdepth 1 -not -path ${data} -exec rm -r {} +; [ ! -d ${data} ] || find ${data} -mindepth 1 -delete${onMount ? '' : `; [ ! -d ${data} ] || rmdir ${data}`}`;
    await sh(`${script} preflight --yes`, `${script} stop --yes`, save('keep'), `${script} keep --yes`, save('restore'), `${script} restore --yes`, save('rollback'));
    let cuts = 0;
    for (const [phase, rest] of [['keep', ['keep', 'restore']], ['restore', ['restore']], ['rollback', []]] as const) {
      for (let at = 1; ; at++) {
        const when = at % 2 === 0 ? 'before' : 'after';
        await sh(wipe, lay(phase), `cd ${wrap}; echo 0 >count; echo ${at} >at; echo ${when} >when`);
        const ran = await host.run(['sh', '-c', `PATH=${wrap}:$PATH ${script} ${phase} --yes`]);
        if (ran.status === 0) break;
        cuts += 1;
        // Every other time the next thing is the roll-back itself.
        if (rest.length > 0 && at % 4 < 2) expect(await sh(...rest.map((one) => `${script} ${one} --yes`), `ls -A ${data}/member`)).toMatch(/\nsnap\nwal\n$/);
        expect(await sh(`${script} rollback --yes >/dev/null`, show), `${phase}, cut ${when} rename ${at}`).toBe(before);
      }
    }
    expect(cuts).toBeGreaterThan(7);
  });
});
