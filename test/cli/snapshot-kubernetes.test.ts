import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse, parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { truthOf } from '../kubernetes/fixture-snapshots.js';

const root = new URL('../../', import.meta.url).pathname;
let scratch = '';
const file = (name: string): string => join(scratch, `${name}.db`);

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process and collects what it prints. */
async function snapshot(...words: string[]): Promise<Answer> {
  const argv = ['snapshot', ...words];
  const printed = { out: '', err: '' };
  const { write: writeOut } = process.stdout;
  const { write: writeErr } = process.stderr;
  process.stdout.write = (text: unknown) => ((printed.out += String(text)), true);
  process.stderr.write = (text: unknown) => ((printed.err += String(text)), true);
  process.exitCode = undefined;
  try {
    const program = await buildProgram(argv);
    await program.exitOverride().parseAsync(argv, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), ...printed };
  } catch (error) {
    return { code: 2, out: printed.out, err: printed.err + String(error) };
  } finally {
    process.stdout.write = writeOut;
    process.stderr.write = writeErr;
    process.exitCode = undefined;
  }
}

const sources = {
  before: 'v3.5.30/billing-single-before-delete', after: 'v3.5.30/billing-single-after-delete', open: 'v3.5.16/kubesphere-single-late', encrypted: 'v3.7.3/shop-single-late',
};

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'snapshot-'));
  for (const [name, source] of Object.entries(sources)) {
    writeFileSync(file(name), gunzipSync(readFileSync(join(root, `test/fixtures/snapshots/${source}.db.gz`))));
    chmodSync(file(name), 0o400);
  }
  writeFileSync(file('cut'), readFileSync(file('before')).subarray(0, 1_500_000));
  writeFileSync(file('text'), 'not a database');
  const broken = readFileSync(file('open'));
  broken.fill(0, 49 * 4096, 49 * 4096 + 16);
  writeFileSync(file('broken'), broken);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a damaged file', () => {
  it('is called so by every command that shows what can still be read', async () => {
    for (const words of [['objects', file('broken')], ['get', file('broken'), 'ns', 'kube-system']]) expect((await snapshot(...words)).err).toContain('is damaged in');
  });
});

describe('snapshot objects', () => {
  it('counts as the life did', async () => {
    const hook = truthOf(sources.after)!.hooks.find((h) => h.name === 'after-delete')!;
    const { code, out } = await snapshot('objects', file('after'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ counts: hook.counts, liveKeys: hook.liveKeys, revision: hook.rev });
  });

  it('shows people what fills the file', async () => {
    const { code, out } = await snapshot('objects', file('encrypted'));
    expect(code).toBe(0);
    for (const line of [/^\d+ live keys at revision \d+ \(2026-03-/m, /^pods +\d+/m, /^kube-system /m, /^LARGEST/m, /^MOST REVISED/m, /aescbc|secretbox|aesgcm|kms/]) expect(out).toMatch(line);
  });
});

describe('snapshot when', () => {
  it('says when the newest and any older revision was written, and by what proof', async () => {
    const truth = truthOf(sources.before)!;
    for (const words of [[], ['--revision', '11000']]) {
      const answer = JSON.parse((await snapshot('when', file('before'), ...words, '--json')).out) as { revision: number; time: { notBefore: string; best: string; notAfter: string }; basis: { key: string; what: string; time: string }[] };
      const time = truth.times.get(answer.revision)!;
      expect(Date.parse(answer.time.notBefore)).toBeLessThanOrEqual(time);
      expect(Date.parse(answer.time.notAfter)).toBeGreaterThanOrEqual(time);
      expect(Math.abs(Date.parse(answer.time.best) - time)).toBeLessThan(10_000);
      expect(answer.basis[0]).toMatchObject({ key: expect.stringMatching(/^\/registry\//), what: expect.any(String), time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });
    }
    expect((await snapshot('when', file('before'))).out).toMatch(/^Revision \d+ was written at 2024-02-29T18:05:5/);
    expect((await snapshot('when', file('before'), '--revision', '99999999')).out).toMatch(/^When revision 99999999 was written is not known closely:\n {2}not before 2024-02-29T18:05:5.*\n {2}not after {2}\?$/m);
  });

  it('reads what a cut file still holds, and says that it is damaged', async () => {
    const { code, out, err } = await snapshot('when', file('cut'), '--json');
    expect(code).toBe(0);
    expect(err).toMatch(/damaged/);
    const answer = JSON.parse(out) as { revision: number; time: { notBefore: string; notAfter: string } };
    const time = truthOf(sources.before)!.times.get(answer.revision)!;
    expect([Date.parse(answer.time.notBefore) <= time, Date.parse(answer.time.notAfter) >= time]).toEqual([true, true]);
  });

  it('refuses what is no database, and a revision that is none', async () => {
    expect((await snapshot('when', file('text')))).toMatchObject({ code: 2, out: '' });
    expect((await snapshot('when', join(scratch, 'missing.db'))).code).toBe(2);
    expect((await snapshot('when', file('before'), '--revision', 'x1')).code).toBe(2);
  });
});

describe('snapshot get', () => {
  it('prints one object as YAML and as JSON', async () => {
    const yaml = await snapshot('get', file('open'), 'node', 'node1');
    expect(yaml).toMatchObject({ code: 0, err: '' });
    expect(parse(yaml.out)).toEqual(JSON.parse((await snapshot('get', file('open'), 'nodes', 'node1', '--json')).out));
    expect(yaml.out).toMatch(/^apiVersion: v1\nkind: Node\nmetadata:\n/);
  });

  it('withholds Secrets unless asked, and warns then', async () => {
    const name = (JSON.parse((await snapshot('diff', file('before'), file('after'), '--kind', 'secret', '--json')).out) as { removed: { namespace: string; name: string }[] }).removed[0]!;
    const closed = await snapshot('get', file('before'), 'secret', `${name.namespace}/${name.name}`);
    expect(closed.out).toContain('<withheld>');
    const shown = parse(closed.out) as { data: Record<string, string> };
    expect(new Set(Object.values(shown.data))).toEqual(new Set(['<withheld>']));
    const open = await snapshot('get', file('before'), 'secret', `${name.namespace}/${name.name}`, '--reveal');
    expect(Buffer.from((parse(open.out) as { data: { password: string } }).data.password, 'base64').toString()).toMatch(/^SIMULATED-SECRET-/);
    expect(open.err).toMatch(/Warning/);
  });

  it('names provider and key of an encrypted object, and nothing of it', async () => {
    const { code, out, err } = await snapshot('get', file('encrypted'), 'secret', 'shop/api-db', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ kind: 'secret', metadata: { namespace: 'shop', name: 'api-db' }, encrypted: { provider: expect.any(String), keyName: expect.any(String) } });
    expect(err).toMatch(/encrypted at rest/);
  });

  it('helps when the name is wrong', async () => {
    const { code, out, err } = await snapshot('get', file('open'), 'node', 'nodeX');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('node1');
  });
});

describe('a state that was compacted away', () => {
  it('is said to be no longer whole, by get and by extract', async () => {
    const { compactRev } = truthOf(sources.after)!.hooks.find((h) => h.name === 'after-delete')!;
    for (const words of [['get', file('after'), 'deploy', 'billing/web'], ['extract', file('after'), '-n', 'billing']]) {
      expect((await snapshot(...words, '--revision', '100')).err).toMatch(/compacted away: of the state at revision 100 only a part is left/);
      expect((await snapshot(...words, '--revision', String(compactRev + 1))).err).not.toContain('compacted away');
    }
  });
});

describe('snapshot diff', () => {
  it('lists what went, with the fixed names', async () => {
    const { code, out } = await snapshot('diff', file('before'), file('after'), '--namespace', 'billing', '--kind', 'deploy', '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(out) as { added: object[]; removed: object[]; changed: object[] };
    expect([answer.added, answer.changed]).toEqual([[], []]);
    expect(answer.removed).toHaveLength(20);
    expect(answer.removed[0]).toEqual({ resource: 'deployments', namespace: 'billing', name: 'api' });
  });

  it('names changed paths, never values, and warns people of a mass deletion', async () => {
    const { out } = await snapshot('diff', file('before'), file('after'), '--fields', '--all');
    expect(out).toMatch(/^! The namespace billing was deleted, with 247 objects in it\.$/m);
    expect(out).toMatch(/^~ minions master1\n {4}metadata\.managedFields\n {4}status\.conditions\[\w+\]\.lastHeartbeatTime$/m);
    expect(out).not.toContain('SIMULATED');
  });
});

describe('snapshot extract', () => {
  it('writes manifests in the order of applying, and a list of what is left out', async () => {
    const folder = join(scratch, 'billing');
    const { code, out, err } = await snapshot('extract', file('before'), '--namespace', 'billing', '--missing-in', file('after'), '--out', folder);
    expect([code, out]).toEqual([0, '']);
    expect(err).toMatch(/^122 manifests/);
    const names = readdirSync(folder).sort();
    expect(names[0]).toBe('00001-Namespace-billing.yaml');
    expect(names.at(-1)).toBe('LEFT-OUT.txt');
    expect(statSync(join(folder, names[0]!)).mode & 0o077).toBe(0);
    expect(parse(readFileSync(join(folder, names[0]!), 'utf8'))).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { labels: { 'kubernetes.io/metadata.name': 'billing' }, name: 'billing' } });
    expect((await snapshot('extract', file('before'), '--namespace', 'billing', '--out', folder)).code).toBe(2);
  });

  it('prints one stream of YAML, or JSON with both lists', async () => {
    const yaml = await snapshot('extract', file('before'), '--kind', 'deploy,svc', '--selector', 'app=web');
    expect(parseAllDocuments(yaml.out).map((d) => (d.toJS() as { kind: string }).kind)).toEqual(['Service', 'Deployment']);
    const json = JSON.parse((await snapshot('extract', file('before'), '-n', 'billing', '-k', 'secret', '--json')).out) as { manifests: object[]; leftOut: { reason: string }[] };
    expect(json.manifests).toEqual([]);
    expect(new Set(json.leftOut.map((o) => o.reason))).toEqual(new Set(['secret-withheld']));
  });

  it('asks for a limit', async () => {
    expect((await snapshot('extract', file('before')))).toMatchObject({ code: 2, out: '' });
    expect((await snapshot('extract', file('before'), '--selector', 'a=b=c')).code).toBe(2);
  });
});
