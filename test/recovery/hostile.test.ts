import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact, MemberFact } from '../../src/artifacts/fact.js';
import { planOrMissing } from '../../src/recovery/plan.js';
import { hasControlCharacter, shellAssignments, shellWord } from '../../src/artifacts/shell/shell-word.js';
import { unitFacts } from '../installations/hand-facts.js';
import { candidateOf, draftOf, recommend } from './hand-draft.js';
import { layouts } from './layouts.js';

const snapshot = fileURLToPath(new URL('../../samples/kubespray-transcript/bundle/snapshot (1).db', import.meta.url));
const unit = '[Service]\nUser=root\nEnvironmentFile=/etc/etcd.env\nExecStart=/usr/local/bin/etcd\n';

interface Settings { readonly host: string; readonly name: string; readonly url: string; readonly dataDir: string; readonly cluster: string; readonly token?: string }

function factsOf(one: Settings): Fact[] {
  const env: readonly (readonly [string, string])[] = [
    ['ETCD_NAME', one.name], ['ETCD_DATA_DIR', one.dataDir], ['ETCD_INITIAL_ADVERTISE_PEER_URLS', one.url], ['ETCD_INITIAL_CLUSTER', one.cluster], ['ETCD_INITIAL_CLUSTER_TOKEN', one.token ?? 't'],
  ];
  return [
    ...env.map(([key, value], i): Fact => ({ kind: 'env', host: one.host, at: { artifact: 'etcd.env', line: i + 1, text: key }, path: '/etc/etcd.env', key, value })),
    ...unitFacts(unit, one.host, '/etc/systemd/system/etcd.service'),
  ];
}

function planOf(members: readonly Settings[], extra: readonly Fact[] = [], over: Parameters<typeof candidateOf>[1] = {}, installation: Parameters<typeof draftOf>[4] = {}) {
  const candidate = candidateOf(snapshot, { revision: 8385, liveKeys: 153, ...over });
  const draft = draftOf([...members.flatMap(factsOf), ...extra], members.map((one, i) => ({ name: one.host, address: `10.0.0.${i + 1}` })), [candidate], '3.5.16', installation);
  return planOrMissing(draft, recommend('restore-snapshot', candidate));
}

const good: Settings = { host: 'h1', name: 'n1', url: 'https://10.0.0.1:2380', dataDir: '/srv/etcd/data', cluster: 'n1=https://10.0.0.1:2380' };
const three = [1, 2, 3].map((i): Settings => ({
  host: `h${i}`, name: `n${i}`, url: `https://10.0.0.${i}:2380`, dataDir: '/srv/etcd/data', cluster: [1, 2, 3].map((k) => `n${k}=https://10.0.0.${k}:2380`).join(','),
}));

const nasty = ["'", '"', '`', '$(touch /tmp/x)', '; reboot', '&&', '|', '\\', ' ', '*', '?', '~', '#', '!', '{a,b}', '<', '>', '(', ')', '名', '%s', '-e', '=', "'\\''"];
const hostileText = fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 6 })), { maxLength: 6 }).map((parts) => parts.join(''));

describe('words of a bundle are data', () => {
  test('every word round-trips through sh, or is refused', () => {
    fc.assert(fc.property(fc.array(hostileText, { minLength: 1, maxLength: 60 }), (texts) => {
      const fit = texts.filter((text) => !hasControlCharacter(text));
      for (const text of texts) if (hasControlCharacter(text)) expect(() => shellWord(text)).toThrow(RangeError);
      const out = execFileSync('sh', ['-c', `printf '%s\\0' ${fit.map(shellWord).join(' ')}`], { encoding: 'utf8' });
      expect(fit.length === 0 ? [''] : out.split('\0').slice(0, -1)).toEqual(fit.length === 0 ? [''] : fit);
      const values = Object.fromEntries(fit.map((text, i) => [`V${i}`, text]));
      const assigned = execFileSync('sh', ['-euc', `${shellAssignments(values)}\nprintf '%s\\0' "" ${fit.map((_, i) => `"$V${i}"`).join(' ')}`], { encoding: 'utf8' });
      expect(assigned.split('\0').slice(1, -1)).toEqual(fit);
    }), { numRuns: 40 });
  });

  test('hostile directories, names and hosts: the script holds them as they are, and does nothing by itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
    try {
      fc.assert(fc.property(hostileText, hostileText, hostileText, (a, b, c) => {
        const name = `n${a.replace(/[,=]/g, '')}`;
        const one: Settings = { ...good, host: `h${c}`, name, dataDir: `/srv/etcd/d${b.replaceAll('/', '')}`, cluster: `${name}=https://10.0.0.1:2380` };
        const { plan, missing } = planOf([one]);
        const text = Object.values(plan.scripts)[0];
        if (text === undefined) {
          expect(missing.length).toBeGreaterThan(0);
          return;
        }
        const head = text.slice(0, text.indexOf('\nstop_etcd() {'));
        const seen = execFileSync('sh', ['-c', `${head}\nprintf '%s\\0' "$HOST" "$DATA_DIR" "$MEMBERS"`], { encoding: 'utf8' }).split('\0');
        expect(seen.slice(0, 3)).toEqual([one.host, one.dataDir, `${name}=https://10.0.0.1:2380`]);
        writeFileSync(join(folder, 's.sh'), text);
        expect(execFileSync('sh', [join(folder, 's.sh')], { encoding: 'utf8', cwd: folder, env: { PATH: '/nonexistent:/usr/bin:/bin' } })).toContain('Without a phase it does nothing');
      }), { numRuns: 40 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test.each([
    ['data dir', { ...good, dataDir: '/srv/etcd/a\nreboot' }], ['name', { ...good, name: 'n1\u0007', cluster: 'n1\u0007=https://10.0.0.1:2380' }],
    ['host', { ...good, host: 'h1\u202e' }], ['URL', { ...good, url: 'https://10.0.0.1:2380;reboot' }], ['token', { ...good, token: 't\r' }],
    ['data dir /', { ...good, dataDir: '/' }], ['data dir of the system', { ...good, dataDir: '/var/lib' }], ['data dir with ..', { ...good, dataDir: '/var/lib/etcd/../../etc' }],
  ] as const)('an unfit %s withholds every command', (_what, one) => {
    const { plan, missing } = planOf([one]);
    expect(plan).toMatchObject({ steps: [], scripts: {} });
    expect(missing.length).toBeGreaterThan(0);
    for (const word of plan.manual.flatMap((step) => [...step.commands, step.title.text])) expect(hasControlCharacter(word)).toBe(false);
  });
});

describe('a plan is refused with its reason', () => {
  const facts = (list: ReturnType<typeof planOf>): readonly string[] => list.missing.map((one) => one.said.key);
  const member = (name: string, url: string): MemberFact => ({ kind: 'member', host: 'h1', at: { artifact: 'member-list.txt', line: 1, text: name }, memberId: '1', clusterId: null, name, status: 'started', peerUrls: [url], clientUrls: [], learner: null });

  test.each([
    ['two hosts with one name', () => planOf([{ ...three[0]!, host: 'twin' }, { ...three[1]!, host: 'twin.' }, { ...three[2]!, host: 'twin_' }].map((one) => ({ ...one, host: one.host.replace('.', '/') }))), 'recovery.missing.twins'],
    ['files of one host of three', () => planOf([three[0]!]), 'recovery.missing.member-host'],
    ['a member list that contradicts the units', () => planOf(three, [member('n9', 'https://10.0.0.9:2380')]), 'recovery.missing.member-host'],
    ['different tokens', () => planOf([three[0]!, { ...three[1]!, token: 'other' }, three[2]!]), 'recovery.missing.tokens'],
    ['one URL on two hosts', () => planOf([three[0]!, { ...three[1]!, url: three[0]!.url }, three[2]!]), 'recovery.missing.same-member'],
    ['a file judged unusable, as one of another cluster is', () => planOf([good], [], { usable: false }), 'recovery.missing.unusable'],
    ['a plain container whose mounts are unknown', () => planOf([good], [], {}, { etcdRunsAs: 'container' }), 'recovery.missing.mount'],
    ['a file without digest and without proof', () => planOf([good], [], { verdict: 'digest-absent' }), 'recovery.missing.unproven'],
  ] as const)('%s', (_what, make, key) => {
    const made = make();
    expect(made.plan).toMatchObject({ steps: [], scripts: {} });
    expect(facts(made)).toContain(key);
    for (const one of made.missing) expect(one.said.text.length).toBeGreaterThan(20);
  });
});

describe('the mistakes of hand-made restores cannot be produced', () => {
  test.each(Object.keys(layouts) as (keyof typeof layouts)[])('%s: data dir, all members, own name and URL, one file, one token', (id) => {
    const layout = layouts[id];
    const names = [1, 2, 3].map((i) => ({ name: `${id}-${i}`, address: `10.9.0.${i}` }));
    const cluster = names.map((host, i) => `${layout.memberName(host, i)}=https://${host.address}:2380`).join(',');
    const facts = names.flatMap((host, i) => layout.facts(host, layout.files(host, layout.memberName(host, i), cluster.replaceAll(id === 'systemd' ? 'https' : 'none', 'http'))));
    const candidate = candidateOf(snapshot, { revision: 8385, liveKeys: 153 });
    const { plan } = planOrMissing(draftOf(facts, names, [candidate], '3.5.16'), recommend('restore-snapshot', candidate));
    const scripts = Object.values(plan.scripts);
    expect(scripts).toHaveLength(3);
    const flag = (text: string, name: string): string | undefined => new RegExp(`--${name} (\\S+)`).exec(text)?.[1];
    for (const text of scripts) {
      const restore = /restore_data\(\) \{[^}]*\}/.exec(text)?.[0] ?? '';
      expect(restore).toContain('--data-dir "$TARGET_DIR"');
      expect(text).toContain(`DATA_DIR=${layout.dataDir}\n`);
      expect(text.includes('--wal-dir "$TARGET_WAL"')).toBe(layout.walDir !== null);
      expect(flag(restore, 'initial-cluster')?.split(',')).toContain(`${flag(restore, 'name') ?? ''}=${flag(restore, 'initial-advertise-peer-urls') ?? ''}`);
      expect(text).not.toMatch(/\brm\b|rmdir/);
    }
    const of = (pattern: RegExp): Set<string | undefined> => new Set(scripts.map((text) => pattern.exec(text)?.[1]));
    for (const pattern of [/--initial-cluster (\S+)/, /--initial-cluster-token (\S+)/, /SNAPSHOT_SHA256=(\S+)/, /--bump-revision (\d+)/]) expect(of(pattern).size).toBe(1);
    expect(of(/--name (\S+)/).size).toBe(3);
    // All are stopped before any is restored, all restored before any is started.
    const position = new Map(plan.steps.map((step, i) => [step.id, i]));
    for (const step of plan.steps) for (const need of step.needs) expect(position.get(need)).toBeLessThan(position.get(step.id) ?? -1);
    for (const phase of ['keep', 'start', 'control-plane']) for (const step of plan.steps.filter((one) => one.phase === phase)) expect(step.needs).toHaveLength(3);
  });
});

const shellcheck = (() => { try { execFileSync('shellcheck', ['--version'], { stdio: 'ignore' }); return null; } catch { return 'shellcheck is not on PATH: node scripts/test-setup.mjs'; } })();
if (shellcheck !== null && process.env['CI'] === 'true') throw new Error(shellcheck);

test.skipIf(shellcheck !== null)(`scripts are clean for shellcheck${shellcheck === null ? '' : ` (skipped: ${shellcheck})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'shellcheck-'));
  try {
    for (const id of ['kubeadm', 'kubeasz'] as const) {
      const layout = layouts[id];
      const host = { name: `${id}-1`, address: '10.9.0.1' };
      const facts = layout.facts(host, layout.files(host, layout.memberName(host, 0), `${layout.memberName(host, 0)}=https://10.9.0.1:2380`));
      const candidate = candidateOf(snapshot, { revision: 1, liveKeys: 1 });
      const { plan } = planOrMissing(draftOf(facts, [host], [candidate], '3.5.16'), recommend('restore-snapshot', candidate));
      for (const [name, text] of Object.entries(plan.scripts)) writeFileSync(join(folder, name), text);
    }
    writeFileSync(join(folder, 'collect.sh'), readFileSync(new URL('../../templates/collect.sh', import.meta.url)));
    for (const name of ['restore-kubeadm-1.sh', 'restore-kubeasz-1.sh', 'collect.sh']) {
      expect(execFileSync('shellcheck', ['-s', 'sh', join(folder, name)], { encoding: 'utf8' })).toBe('');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
