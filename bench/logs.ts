/**
 * Speed and memory of reading logs, beside `grep -c` for the same words, and lnav where it is installed.
 * Usage: npx tsx bench/logs.ts [MEGABYTES=1024] [FOLDER]
 * Makes its input itself: journal, zap, CRI, klog, docker JSON and application lines, the same every time.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArtifacts } from '../src/artifacts/index.js';
import { messageFragments } from '../src/artifacts/messages/index.js';
import { openBundle } from '../src/intake/index.js';

const megabytes = Number(process.argv[2] ?? 1024);
const folder = process.argv[3] ?? join(tmpdir(), `bench-logs-${megabytes}`);

/** A small generator of numbers with a fixed seed. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Line = (time: Date, random: () => number) => string;
const two = (n: number): string => String(n).padStart(2, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const short = (t: Date): string => `${months[t.getUTCMonth()] ?? ''} ${String(t.getUTCDate()).padStart(2, ' ')} ${t.toISOString().slice(11, 19)}`;
const plain = (t: Date): string => t.toISOString().slice(0, 23).replace('T', ' ');
const int = (random: () => number, most: number): number => Math.floor(random() * most);

/** Ordinary lines; about one in forty is of a kind that the catalogue knows. */
const files: Readonly<Record<string, readonly Line[]>> = {
  'messages': [
    (t, r) => `${short(t)} cp1 systemd[1]: Started Session ${int(r, 99999)} of user root.`,
    (t, r) => `${short(t)} cp1 kubelet[873]: I${two(t.getUTCMonth() + 1)}${two(t.getUTCDate())} ${t.toISOString().slice(11, 23)}000     873 reconciler.go:224] "operationExecutor.VerifyControllerAttachedVolume started for volume \\"kube-api-access-${int(r, 9999)}\\"" pod="default/shop-${int(r, 50)}"`,
    (t, r) => `${short(t)} cp1 dockerd[99]: time="${t.toISOString()}" level=info msg="ignoring event" container=${int(r, 1e9).toString(16)} module=libcontainerd namespace=moby topic=/tasks/exec`,
    (t, r) => `${short(t)} cp1 CRON[${int(r, 30000)}]: (root) CMD (/usr/lib/sysstat/sadc 1 1 /var/log/sa/sa${int(r, 30)})`,
    (t, r) => `${short(t)} cp1 etcd[811]: ${plain(t)}123 I | mvcc: finished scheduled compaction at ${int(r, 1e6)} (took ${int(r, 900)}.${int(r, 999)}µs)`,
  ],
  'etcd.log': [
    (t, r) => `{"level":"info","ts":"${t.toISOString()}","caller":"traceutil/trace.go:171","msg":"trace[${int(r, 1e9)}] range","detail":"{range_begin:/registry/pods/; range_end:/registry/pods0; response_count:${int(r, 900)}; }","duration":"${int(r, 300)}.${int(r, 999)}ms","steps":["trace[1] 'agreement among raft nodes before linearized reading'"]}`,
    (t, r) => `{"level":"warn","ts":"${t.toISOString()}","caller":"etcdserver/util.go:170","msg":"apply request took too long","took":"${100 + int(r, 300)}.42ms","expected-duration":"100ms","prefix":"read-only range ","request":"key:\\"/registry/leases/kube-node-lease/n${int(r, 9)}\\" ","response":"range_response_count:1 size:499"}`,
  ],
  'kube-apiserver.log': [
    (t, r) => `${t.toISOString()} stderr F I${two(t.getUTCMonth() + 1)}${two(t.getUTCDate())} ${t.toISOString().slice(11, 23)}000       1 httplog.go:132] "HTTP" verb="GET" URI="/api/v1/namespaces/default/pods?limit=${int(r, 500)}" latency="${int(r, 90)}.${int(r, 999)}ms" userAgent="kubelet/v1.28.2" audit-ID="${int(r, 1e9).toString(16)}" srcIP="10.0.0.${int(r, 250)}:41000" resp=200`,
    (t, r) => `${t.toISOString()} stderr F W${two(t.getUTCMonth() + 1)}${two(t.getUTCDate())} ${t.toISOString().slice(11, 23)}000       1 watcher.go:229] watch chan error: etcdserver: mvcc: required revision has been compacted ${int(r, 9)}`,
  ],
  'shop-json.log': [
    (t, r) => `{"log":"${t.toISOString()} INFO  order ${int(r, 1e7)} paid by customer ${int(r, 1e6)} amount=${int(r, 90000)} currency=EUR session=${int(r, 1e9).toString(36)}\\n","stream":"stdout","time":"${t.toISOString()}"}`,
    (t, r) => `{"log":"${t.toISOString()} DEBUG cache miss key=product:${int(r, 1e6)} region=eu-${int(r, 4)} took=${int(r, 40)}ms retries=0 user-agent=Mozilla/5.0\\n","stream":"stdout","time":"${t.toISOString()}"}`,
  ],
};

function generate(): void {
  mkdirSync(folder, { recursive: true });
  const names = Object.keys(files);
  for (const [n, name] of names.entries()) {
    const random = numbers(n + 1);
    const fd = openSync(join(folder, name), 'w');
    const lines = files[name] ?? [];
    let written = 0;
    let at = Date.UTC(2026, 1, 1);
    while (written < (megabytes * 1e6) / names.length) {
      const part: string[] = [];
      for (let i = 0; i < 4000; i++) {
        at += random() * 200;
        // The first kind makes up most of the log; failures are rare.
        const kind = random() < 0.975 || name === 'shop-json.log' ? int(random, lines.length - (name === 'shop-json.log' ? 0 : 1)) : lines.length - 1;
        part.push((lines[kind] ?? lines[0]!)(new Date(at), random));
      }
      written += writeSync(fd, `${part.join('\n')}\n`);
    }
    closeSync(fd);
  }
}

/** Wall and CPU seconds of a command beside, and what it printed. */
function timed(program: string, words: readonly string[]): { readonly wall: number; readonly cpu: number; readonly out: string } | null {
  const start = process.hrtime.bigint();
  const run = spawnSync('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', program, ...words], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 1 << 26 });
  const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(run.stderr);
  return cpu === null || run.status === 127 ? null : { wall: Number(process.hrtime.bigint() - start) / 1e9, cpu: Number(cpu[1]) + Number(cpu[2]), out: run.stdout };
}

if (!existsSync(join(folder, 'messages'))) generate();
const paths = Object.keys(files).map((name) => join(folder, name));
const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
const row = (name: string, wall: number, cpu: number, rest: string): void => console.log(`${name.padEnd(24)} ${wall.toFixed(2).padStart(7)} s ${cpu.toFixed(2).padStart(7)} s CPU ${(bytes / 1e6 / cpu).toFixed(0).padStart(5)} MB per CPU second   ${rest}`);
console.log(`${(bytes / 1e6).toFixed(0)} MB in ${paths.length} logs`);
const bundle = await openBundle([folder]);
const before = process.cpuUsage();
const start = process.hrtime.bigint();
const { facts } = await readArtifacts(bundle.files);
const wall = Number(process.hrtime.bigint() - start) / 1e9;
const used = process.cpuUsage(before);
bundle.close();
row('etcd-autopsy', wall, (used.user + used.system) / 1e6, `${facts.length} facts, peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
const patterns = join(folder, '..', `bench-logs-${process.pid}.patterns`);
writeFileSync(patterns, `${messageFragments.filter((fragment) => !fragment.includes('\n')).join('\n')}\n`);
const grep = timed('grep', ['-cFf', patterns, ...paths]);
if (grep !== null) row(`grep -cF, ${messageFragments.length} words`, grep.wall, grep.cpu, `${(grep.out.match(/:(\d+)/g) ?? []).reduce((sum, m) => sum + Number(m.slice(1)), 0)} lines`);
rmSync(patterns);
// lnav reads what it is given into its own tables before it can answer.
const lnav = timed('lnav', ['-n', '-q', '-c', ';SELECT count(*) FROM all_logs', ...paths]);
if (lnav === null) console.log('lnav is not there');
else row('lnav -n', lnav.wall, lnav.cpu, '');
if (process.argv[4] === 'remove') rmSync(folder, { recursive: true });
