/**
 * The web page under load, in the built program: speed and memory of an upload on loopback, answers while an
 * analysis runs, and stored cases that are opened.
 * Usage: npx tsx bench/upload.ts [MEGABYTES=2000]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyze } from '../src/analyze.js';
import { openCasebook } from '../src/casebook/index.js';
import { longLog } from '../test/long-log.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
if (!existsSync(main)) throw new Error('dist/ is missing; run npm run build first');
const megabytes = Number(process.argv[2] ?? 2000);
const folder = mkdtempSync(join(tmpdir(), 'bench-upload-'));
const cases = 10;
let address = new URL('http://127.0.0.1/');
let cookie = '';

interface Answer {
  readonly body: string;
  readonly milliseconds: number;
  readonly cookie: string;
}

/** One request; `body` is a text, or that many pieces of one MB. */
function ask(method: string, path: string, body: string | number = ''): Promise<Answer> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const length = typeof body === 'number' ? body * 1e6 : Buffer.byteLength(body);
    const sent = request({ host: address.hostname, port: address.port, method, path, headers: { host: address.host, cookie, 'content-length': length } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => {
        if ((answer.statusCode ?? 500) >= 400) return reject(new Error(`${method} ${path}: ${answer.statusCode ?? ''} ${text}`));
        resolve({ body: text, milliseconds: performance.now() - began, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' });
      });
    });
    sent.on('error', reject);
    if (typeof body === 'string') return void sent.end(body);
    const piece = Buffer.alloc(1e6, 7);
    let left = body;
    const more = (): void => {
      while (left > 0) {
        left -= 1;
        if (!sent.write(piece)) return void sent.once('drain', more);
      }
      sent.end();
    };
    more();
  });
}

const idOf = (answer: Answer): string => (JSON.parse(answer.body) as { id: string }).id;
const status = (pid: number, field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);
const say = (what: string, value: string): void => console.log(`${what.padEnd(52)} ${value}`);

const sample = await analyze([join(root, 'samples/kubekey-powercut/bundle')], { language: 'en', assumeZone: null });
const casebook = await openCasebook(join(folder, 'casebook'));
for (let i = 0; i < cases; i++) await casebook.putCase({ ...sample, manifestSha256: String(i).padStart(64, '0').split('').reverse().join('') }, new Date(i));
await casebook.close();

const server = spawn(process.execPath, [main, 'serve', '--casebook', join(folder, 'casebook')], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: folder } });
try {
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += String(chunk);
    if (/token=\S+/.test(printed)) break;
  }
  address = new URL(/http:\S+/.exec(printed)?.[0] ?? '');
  ({ cookie } = await ask('GET', `/${address.search}`));
  const pid = server.pid ?? 0;
  say('memory of the server before', `${status(pid, 'VmRSS').toFixed(0)} MB`);

  const upload = idOf(await ask('POST', '/api/uploads'));
  const { milliseconds } = await ask('PUT', `/api/uploads/${upload}/files?name=large`, megabytes);
  say(`upload of ${megabytes} MB`, `${((megabytes * 1000) / milliseconds).toFixed(0)} MB/s`);
  say('peak memory of the server', `${status(pid, 'VmHWM').toFixed(0)} MB`);
  await ask('DELETE', `/api/uploads/${upload}`);

  const list = JSON.parse((await ask('GET', '/api/cases')).body) as { id: string }[];
  const opened: number[] = [];
  for (const { id } of list) opened.push((await ask('GET', `/api/cases/${id}`)).milliseconds);
  say(`${list.length} cases opened, each`, `median ${sorted(opened)[Math.floor(opened.length / 2)]?.toFixed(1)} ms, slowest ${sorted(opened).at(-1)?.toFixed(1)} ms`);

  const log = readFileSync(longLog(folder), 'utf8');
  const reading = idOf(await ask('POST', '/api/uploads'));
  await ask('PUT', `/api/uploads/${reading}/files?name=etcd.log`, log);
  const job = idOf(await ask('POST', `/api/uploads/${reading}/analyze`, '{}'));
  const answers: number[] = [];
  const until = performance.now() + 8_000;
  while (performance.now() < until) {
    answers.push((await ask('GET', '/api/cases')).milliseconds);
    await new Promise((done) => setTimeout(done, 40));
  }
  const { state } = JSON.parse((await ask('DELETE', `/api/jobs/${job}`)).body) as { state: string };
  const order = sorted(answers);
  say(`${answers.length} answers while an analysis runs (${state})`, `median ${order[Math.floor(order.length / 2)]?.toFixed(1)} ms, 99 of 100 within ${order[Math.floor(order.length * 0.99)]?.toFixed(1)} ms, slowest ${order.at(-1)?.toFixed(1)} ms`);
} finally {
  server.kill('SIGINT');
  await new Promise((done) => server.once('exit', done));
  rmSync(folder, { recursive: true, force: true });
}
