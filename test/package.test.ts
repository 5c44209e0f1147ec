import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'package-'));
const built = existsSync(join(root, 'dist/cli/main.js')) && existsSync(join(root, 'dist/assets/tree-sitter-bash.wasm'));
const wholeInstall = process.env['CI'] === 'true' || process.env['PACK_TEST'] === '1';
const bundle = 'samples/kubekey-powercut/bundle';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function run(program: string, words: readonly string[], folder: string): string {
  return execFileSync(program, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
}

/** What npm would publish: a list, or an object by name, as the version of npm prints it. */
function pack(...words: readonly string[]): Packed {
  const printed = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', ...words], root)) as object;
  return (Object.values(printed) as readonly Packed[])[0]!;
}

afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

describe.runIf(built)('the package', () => {
  test('holds all that the program opens, and nothing of the tests', () => {
    const packed = pack('--dry-run');
    const paths = packed.files.map((file) => file.path);
    for (const needed of [
      'LICENSE', 'README.md', 'docs/architecture.md', 'dist/cli/main.js', 'dist/case/case.schema.json', 'dist/assets/tree-sitter-bash.wasm',
      'dist/formats/bbolt/index.d.ts', 'dist/formats/wal/index.d.ts', 'dist/etcd/snapshot/index.d.ts',
      'templates/restore.sh', 'templates/collect.sh', 'templates/postmortem.md.eta', 'templates/postmortem.html.eta', 'templates/report.css',
      'assets/fonts/inter-latin-400-normal.woff2', 'assets/fonts/noto-sans-sc-chinese-simplified-400-normal.woff2', 'assets/fonts/NotoSansSC-OFL.txt',
      `${bundle}/crontab.txt`, `${bundle}/kube_etcd/etcd-2024-05-11-02-00-01/snapshot.db`,
    ]) expect(paths).toContain(needed);
    expect(paths.filter((path) => /^(?:test|bench|src|node_modules)\/|\.test\.|fixtures/.test(path))).toEqual([]);
    expect(packed.size).toBeLessThan(15 * 2 ** 20);
  });

  test.runIf(wholeInstall)('installs elsewhere without its developers\' tools and analyses its own sample', () => {
    const packed = pack('--pack-destination', scratch);
    run('npm', ['install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--prefix', scratch, join(scratch, packed.filename)], scratch);
    const program = join(scratch, 'node_modules/.bin/etcd-autopsy');
    const installed = join(scratch, 'node_modules/etcd-autopsy');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(run(program, ['--version'], scratch).trim()).toBe(version);
    expect(run(program, ['explain', '--lang', 'en', 'panic: freepages: failed to get all reachable pages'], scratch)).toContain('etcd.db-freepages');
    const verdict = run(program, ['analyze', join(installed, bundle), '--out', 'report', '--no-pdf', '--lang', 'en'], scratch);
    expect(verdict).toContain('etcd-2024-05-11-02-00-01/snapshot.db');
    expect(existsSync(join(scratch, 'report/postmortem.html'))).toBe(true);
  }, 300_000);
});
