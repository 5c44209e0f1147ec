// etcd built from the Go module proxy that this machine's go is set to. `go install PATH@VERSION`
// refuses etcd's replace directives, so a small module requires the three programs.
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './run.mjs';

const programs = { etcd: 'server', etcdctl: 'etcdctl', etcdutl: 'etcdutl' };

/** Builds etcd, etcdctl and etcdutl of one version (3.5 or newer) into `folder`. */
export async function goEtcd(version, folder) {
  const work = mkdtempSync(join(tmpdir(), 'etcd-go-'));
  const options = { cwd: work, env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false' } };
  try {
    await run('go', ['version'], options);
    await run('go', ['mod', 'init', 'etcd.build'], options);
    await run('go', ['get', ...Object.values(programs).map((name) => `go.etcd.io/etcd/${name}/v3@v${version}`)], options);
    mkdirSync(dirname(folder), { recursive: true });
    const fresh = mkdtempSync(join(dirname(folder), '.new-'));
    for (const [program, name] of Object.entries(programs)) {
      await run('go', ['build', '-trimpath', '-o', join(fresh, program), `go.etcd.io/etcd/${name}/v3`], options);
    }
    chmodSync(fresh, 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
