// Writes src/kubernetes/fields/table.json: the newest API packages first, then the kinds and fields that
// only older ones had (PodSecurityPolicy, the beta autoscalers, ...). Needs Go and its module proxy.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../../src/kubernetes/fields/table.json', import.meta.url));
const older = ['0.30.14', '0.22.17'];
const modules = ['api', 'apimachinery', 'apiextensions-apiserver', 'kube-aggregator'];

function go(folder, ...argv) {
  return execFileSync('go', argv, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, GOFLAGS: '-mod=mod' } });
}

/** A source file that names every API package of the module in `folder`. */
function apiList(folder) {
  const versioned = go(folder, 'list', 'k8s.io/api/...').split('\n').filter((path) => /\/v\d\w*$/.test(path));
  const alias = (path) => path.split('/').slice(2).join('');
  return `package main\n\nimport (\n\t"k8s.io/apimachinery/pkg/runtime"\n\n${versioned.map((p) => `\t${alias(p)} "${p}"`).join('\n')}\n)\n\n`
    + `var apis = []func(*runtime.Scheme) error{\n${versioned.map((p) => `\t${alias(p)}.AddToScheme,`).join('\n')}\n}\n`;
}

writeFileSync(target, go(here, 'run', '.'));
for (const version of older) {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-fields-'));
  try {
    copyFileSync(join(here, 'main.go'), join(folder, 'main.go'));
    go(folder, 'mod', 'init', 'k8sfields');
    go(folder, 'get', ...modules.map((name) => `k8s.io/${name}@v${version}`));
    writeFileSync(join(folder, 'apis.go'), apiList(folder));
    writeFileSync(target, go(folder, 'run', '.', '-merge', target));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
