import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCasebook, type Casebook } from '../../src/casebook/index.js';
import { serve, type RunningSite } from '../../src/web/server.js';

let folder: string;
let casebook: Casebook;
let site: RunningSite;
let cookie: string;
const temporary = process.env['TMPDIR'];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A raw request: every header is ours, as a hostile page or program would choose them. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body?: Buffer | string, port = site.port): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: { host: `127.0.0.1:${port}`, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const uploadsOnDisk = (): string[] => readdirSync(tmpdir()).filter((n) => n.startsWith('etcd-autopsy-upload-'));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'web-test-'));
  process.env['TMPDIR'] = join(folder, 'tmp');
  mkdirSync(tmpdir());
  casebook = await openCasebook(join(folder, 'casebook'));
  site = await serve({ host: '127.0.0.1', port: 0, casebook, toolVersion: '0.0.0', limits: { maxFiles: 3, maxBytes: 1 << 20, idleMs: 60_000 } });
  const opened = await ask('GET', new URL(site.address).pathname + new URL(site.address).search);
  cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
});
afterAll(async () => {
  await site.close();
  await casebook.close();
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  rmSync(folder, { recursive: true, force: true });
});

test('the opened address hands out the token once, as a cookie that scripts and other sites cannot read', async () => {
  const opened = await ask('GET', `/?token=${new URL(site.address).searchParams.get('token') ?? ''}`);
  expect(opened.status).toBe(303);
  expect(opened.headers.location).toBe('/');
  expect(opened.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict$/);
});

test.each([
  ['no token', {}],
  ['a wrong token', { cookie: 'etcd-autopsy-1=AAAA' }],
  ['an empty token', { cookie: 'etcd-autopsy=' }],
])('%s gets nothing', async (_what, headers) => {
  expect((await ask('GET', '/api/cases', headers)).status).toBe(401);
  expect((await ask('GET', '/?token=x', headers)).status).toBe(401);
});

test.each(['evil.example', 'evil.example:80', '127.0.0.1:1', 'localhost.evil.example'])('a page that reached us under the name "%s" gets nothing (DNS rebinding)', async (host) => {
  expect((await ask('GET', '/api/cases', { cookie, host })).status).toBe(403);
});

test.each([{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])('a foreign page cannot act with our cookie: %o', async (headers) => {
  expect((await ask('POST', '/api/uploads', { cookie, ...headers } as Record<string, string>)).status).toBe(403);
});

test.each(['/../package.json', '/..%2fpackage.json', '/page/../../package.json', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/api/cases/..%2f..%2fetc', '/__proto__', '/constructor'])(
  'no path reaches the file system: %s',
  async (path) => {
    const answer = await ask('GET', path, { cookie });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toMatch(/root:|etcd-autopsy"/);
  },
);

test('every answer forbids foreign content, framing and sniffing', async () => {
  const { headers } = await ask('GET', '/api/cases', { cookie });
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
});

async function newUpload(): Promise<string> {
  return (JSON.parse((await ask('POST', '/api/uploads', { cookie })).body) as { id: string }).id;
}

test('files of two uploads stay apart, and a hostile name stays a name', async () => {
  const [a, b] = [await newUpload(), await newUpload()];
  for (const [id, text] of [[a, 'one'], [b, 'two']] as const) {
    const stored = await ask('PUT', `/api/uploads/${id}/files?name=${encodeURIComponent('../../evil')}`, { cookie }, text);
    expect(JSON.parse(stored.body)).toEqual({ bytes: 3 });
  }
  expect(uploadsOnDisk().length).toBeGreaterThanOrEqual(2);
  for (const id of [a, b]) await ask('DELETE', `/api/uploads/${id}`, { cookie });
  expect(readdirSync(tmpdir())).not.toContain('evil');
});

test('limits on size and count are answered, not suffered', async () => {
  const id = await newUpload();
  const put = (body: Buffer): Promise<Answer> => ask('PUT', `/api/uploads/${id}/files?name=x`, { cookie, 'content-length': String(body.length) }, body);
  expect((await ask('PUT', `/api/uploads/${id}/files?name=x`, { cookie, 'content-length': '99999999' }, 'x')).status).toBe(413);
  for (let i = 0; i < 3; i++) expect((await put(Buffer.alloc(10))).status).toBe(201);
  expect(JSON.parse((await put(Buffer.alloc(10))).body)).toMatchObject({ code: 'web.too-many-files' });
  await ask('DELETE', `/api/uploads/${id}`, { cookie });
});

/** Sends the head of an upload of 1000 bytes and three of them; `after` decides what becomes of the rest. */
async function beginUpload(port: number, session: string, id: string, after: (socket: Socket) => void): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const closed = new Promise((done) => socket.on('close', done));
  socket.on('error', () => undefined);
  socket.write(`PUT /api/uploads/${id}/files?name=x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${session}\r\nContent-Length: 1000\r\n\r\nabc`);
  await expect.poll(filesOnDisk, { timeout: 60_000 }).toHaveLength(1);
  after(socket);
  await closed;
}
const filesOnDisk = (): string[] => uploadsOnDisk().flatMap((name) => readdirSync(join(tmpdir(), name)));

test('an upload whose sender goes away leaves no file', async () => {
  const id = await newUpload();
  await beginUpload(site.port, cookie, id, (socket) => socket.destroy());
  await expect.poll(filesOnDisk, { timeout: 60_000 }).toEqual([]);
  await ask('DELETE', `/api/uploads/${id}`, { cookie });
});

test('an upload that is removed while a file of it is on its way leaves nothing', async () => {
  const id = await newUpload();
  await beginUpload(site.port, cookie, id, (socket) => void ask('DELETE', `/api/uploads/${id}`, { cookie }).then(() => socket.end('d'.repeat(997))));
  await expect.poll(uploadsOnDisk, { timeout: 60_000 }).toEqual([]);
});

test('a slow upload is closed and leaves no file', async () => {
  const hasty = await serve({ host: '127.0.0.1', port: 0, casebook, toolVersion: '0.0.0', limits: { maxFiles: 3, maxBytes: 1 << 20, idleMs: 300 } });
  try {
    const own = { host: `127.0.0.1:${hasty.port}` };
    const opened = await ask('GET', `/?token=${new URL(hasty.address).searchParams.get('token') ?? ''}`, own, undefined, hasty.port);
    const its = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const { id } = JSON.parse((await ask('POST', '/api/uploads', { ...own, cookie: its }, undefined, hasty.port)).body) as { id: string };
    await beginUpload(hasty.port, its, id, () => undefined);
    await expect.poll(filesOnDisk, { timeout: 60_000 }).toEqual([]);
  } finally {
    await hasty.close();
  }
  expect(uploadsOnDisk()).toEqual([]);
});

test('two uploads at once, in small pieces, each keep their own bytes', async () => {
  const big = ['a', 'b'].map((letter) => Buffer.alloc(400_000, letter));
  const ids = [await newUpload(), await newUpload()];
  await Promise.all(big.map((bytes, i) => new Promise<void>((done, failed) => {
    const sent = httpRequest({ host: '127.0.0.1', port: site.port, method: 'PUT', path: `/api/uploads/${ids[i]!}/files?name=x`, headers: { host: `127.0.0.1:${site.port}`, cookie, 'content-length': String(bytes.length) } }, (answer) => answer.resume().on('end', done));
    sent.on('error', failed);
    let at = 0;
    const more = (): void => {
      if (at >= bytes.length) return void sent.end();
      sent.write(bytes.subarray(at, at + 10_000));
      at += 10_000;
      setImmediate(more);
    };
    more();
  })));
  const stored = uploadsOnDisk().map((name) => readFileSync(join(tmpdir(), name, '000000')));
  expect(stored.map((bytes) => [bytes.length, new Set(bytes).size])).toEqual([[400_000, 1], [400_000, 1]]);
  expect(new Set(stored.map((bytes) => bytes[0])).size).toBe(2);
  for (const id of ids) await ask('DELETE', `/api/uploads/${id}`, { cookie });
  expect(uploadsOnDisk()).toEqual([]);
});

test('to cancel an analysis that is unknown is no error', async () => {
  const answer = await ask('DELETE', '/api/jobs/none', { cookie });
  expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { state: 'gone', caseId: null }]);
});

test.each([
  ['POST', '/api/uploads/none/analyze', 404],
  ['PUT', '/api/uploads/none/files?name=x', 404],
  ['GET', '/api/jobs/none/events', 404],
  ['GET', '/api/cases/none', 404],
  ['PUT', '/api/cases/none/notes', 404],
  ['GET', '/api/nothing', 404],
])('%s %s is an answer with a code, not a crash', async (method, path, status) => {
  const answer = await ask(method, path, { cookie }, method === 'GET' ? undefined : '{}');
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toHaveProperty('code');
});

test('a body that is not JSON, or not of the form, is a bad request', async () => {
  const id = await newUpload();
  await ask('PUT', `/api/uploads/${id}/files?name=x`, { cookie }, 'abc');
  for (const body of ['{', '{"language":"xx"}', '[]', JSON.stringify({ language: 'en', assumeZone: 'x'.repeat(100) })]) {
    expect((await ask('POST', `/api/uploads/${id}/analyze`, { cookie }, body)).status).toBe(400);
  }
  await ask('DELETE', `/api/uploads/${id}`, { cookie });
});
