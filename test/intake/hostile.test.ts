import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultLimits, openBundle, type IntakeLimits } from '../../src/intake/index.js';
import { paxEntry, tarEntry, tarOf, zipOf, type TarEntry } from './archives.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'intake-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What intake makes of these bytes: the paths it read, the codes it reported, and the contents. */
async function opened(bytes: Buffer, limits: Partial<IntakeLimits> = {}, name = 'in.bin') {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const bundle = await openBundle([path], { ...defaultLimits, ...limits });
  const result = {
    paths: bundle.files.map((f) => f.path).filter((p) => p !== name),
    codes: bundle.findings.map((f) => f.code),
    text: (p: string) => {
      const source = bundle.files.find((f) => f.path === p)?.open();
      return source === undefined ? null : Buffer.from(source.read(0, source.byteLength)).toString('latin1');
    },
    cut: bundle.files.filter((f) => f.cut).map((f) => f.path),
    unchanged: bundle.verifyUnchanged(),
  };
  bundle.close();
  return result;
}

const good = { name: 'good.txt', content: 'good' };
const evil = (name: string | Buffer) => ({ name, content: 'evil' });

/** Every archive also holds good.txt, which must still be read. */
const refused: readonly (readonly [string, Buffer, string])[] = [
  ['tar: parent folder', tarOf(evil('../evil'), good), 'intake.name-traversal'],
  ['tar: parent folder in the middle', tarOf(evil('a/../../evil'), good), 'intake.name-traversal'],
  ['tar: parent folder with backslashes', tarOf(evil('..\\evil'), good), 'intake.name-traversal'],
  ['tar: mixed slashes', tarOf(evil('a/..\\..\\evil'), good), 'intake.name-traversal'],
  ['tar: drive', tarOf(evil('C:\\Windows\\evil'), good), 'intake.name-drive'],
  ['tar: drive with slash', tarOf(evil('c:/evil'), good), 'intake.name-drive'],
  ['tar: drive relative', tarOf(evil('d:evil'), good), 'intake.name-drive'],
  ['tar: only dots', tarOf(evil('./.'), good), 'intake.name-empty'],
  ['tar: only slashes', tarOf(evil('///'), good), 'intake.name-empty'],
  ['tar: symlink out', tarOf({ name: 'l', type: '2', link: '/etc/passwd' }, good), 'intake.link'],
  ['tar: symlink up', tarOf({ name: 'l', type: '2', link: '../../x' }, good), 'intake.link'],
  ['tar: hard link out', tarOf({ name: 'l', type: '1', link: '/etc/shadow' }, good), 'intake.link'],
  ['tar: symlink then file through it', tarOf({ name: 'd', type: '2', link: '/tmp' }, { name: 'd/evil', content: 'x' }, good), 'intake.link'],
  ['tar: character device', tarOf({ name: 'null', type: '3' }, good), 'intake.special-file'],
  ['tar: block device', tarOf({ name: 'sda', type: '4' }, good), 'intake.special-file'],
  ['tar: fifo', tarOf({ name: 'pipe', type: '6' }, good), 'intake.special-file'],
  ['tar: old GNU sparse', tarOf({ name: 's', type: 'S', content: 'abc' }, good), 'intake.unknown-entry-type'],
  ['tar: same name twice', tarOf(good, good), 'intake.duplicate-name'],
  ['tar: absolute', tarOf({ name: '/etc/passwd', content: 'x' }, good), 'intake.name-absolute'],
  ['tar: pax name up', Buffer.concat([paxEntry({ path: '../../evil' }, evil('x')), tarOf(good)]), 'intake.name-traversal'],
  ['tar: pax name of 65 536 characters', Buffer.concat([paxEntry({ path: 'a'.repeat(65536) }, evil('x')), tarOf(good)]), 'intake.name-too-long'],
  ['tar: pax sparse name up', Buffer.concat([paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.name': '../evil', 'GNU.sparse.realsize': '4' }, evil('x')), tarOf(good)]), 'intake.name-traversal'],
  ['tar.gz: parent folder', gzipSync(tarOf(evil('../evil'), good)), 'intake.name-traversal'],
  ['zip: parent folder', zipOf(evil('../evil'), good), 'intake.name-traversal'],
  ['zip: deep parent folder', zipOf(evil('a/b/../../../evil'), good), 'intake.name-traversal'],
  ['zip: backslash parent', zipOf(evil('..\\..\\evil'), good), 'intake.name-traversal'],
  ['zip: drive', zipOf(evil('C:\\evil'), good), 'intake.name-drive'],
  ['zip: absolute', zipOf({ name: '/etc/passwd', content: 'x' }, good), 'intake.name-absolute'],
  ['zip: name of 65 535 bytes', zipOf(evil('a'.repeat(65535)), good), 'intake.name-too-long'],
  ['zip: symlink', zipOf({ name: 'l', content: '/etc/passwd', unixMode: 0o120777 }, good), 'intake.link'],
  ['zip: encrypted', zipOf({ ...evil('secret'), flags: 1 }, good), 'intake.encrypted'],
  ['zip: LZMA method', zipOf({ ...evil('x'), method: 14 }, good), 'intake.zip-method'],
  ['zip: bzip2 method', zipOf({ ...evil('x'), method: 12 }, good), 'intake.zip-method'],
  ['zip: wrong CRC', zipOf({ ...evil('x'), crc: 1 }, good), 'intake.entry-cut'],
  ['zip: size claimed too small', zipOf({ ...evil('x'), claimedSize: 1 }, good), 'intake.entry-cut'],
  ['zip: size claimed too large', zipOf({ ...evil('x'), claimedSize: 4_000_000_000 }, good), 'intake.entry-cut'],
  ['zip: same name twice', zipOf(good, good), 'intake.duplicate-name'],
  ['zip: entries over each other', zipOf(good, { ...evil('x'), at: 0 }), 'intake.zip-overlap'],
  ['zip: local header outside', zipOf(good, { ...evil('x'), at: 0x7fffffff }), 'intake.entry-broken'],
  ['zip: local header inside data', zipOf(good, { ...evil('x'), at: 3 }), 'intake.entry-broken'],
];

test.each(refused)('%s is refused, and the rest is read', async (_what, bytes, code) => {
  const result = await opened(bytes);
  expect(result.codes).toContain(code);
  expect(result.text('good.txt')).toBe('good');
  expect(existsSync(join(folder, '..', 'evil'))).toBe(false);
  expect(readdirSync(folder)).toEqual(['in.bin']);
  expect(result.unchanged).toEqual([]);
});

const shown: readonly (readonly [string, string, string])[] = [
  ['newline', 'a\nb', 'a\\u000ab'],
  ['escape sequence', 'a\u001b[31mb', 'a\\u001b[31mb'],
  ['right-to-left override', 'gpj.\u202etxt', 'gpj.\\u202etxt'],
  ['zero width', 'a\u200bb', 'a\\u200bb'],
  ['isolate', 'a\u2066b', 'a\\u2066b'],
  ['quotes', `a'"b`, `a'"b`],
  ['command substitution', '$(reboot)', '$(reboot)'],
  ['leading dash', '-rf', '-rf'],
  ['chinese', '说明.txt', '说明.txt'],
];
test.each(shown)('tar: a name with %s is shown harmlessly', async (_what, name, path) => {
  expect((await opened(tarOf(evil(name)))).paths).toEqual([path]);
});

test('names in GBK are read as Chinese', async () => {
  const gbk = Buffer.from([0xcb, 0xb5, 0xc3, 0xf7, 0x2e, 0x74, 0x78, 0x74]);
  expect((await opened(tarOf(evil(gbk)))).paths).toEqual(['说明.txt']);
  expect((await opened(zipOf(evil(gbk)))).paths).toEqual(['说明.txt']);
});

test('names that differ in case stay two files', async () => {
  expect((await opened(tarOf(evil('README'), evil('readme')))).paths).toEqual(['README', 'readme']);
});

test('a folder and a file of one name do not hide each other', async () => {
  expect((await opened(tarOf(evil('etc'), evil('etc/passwd')))).paths).toEqual(['etc', 'etc/passwd']);
});

test('archives inside archives are opened to the depth allowed, and no further', async () => {
  let bytes = tarOf(good);
  for (let i = 0; i < 5; i++) bytes = tarOf({ name: `n${i}.tar`, content: bytes });
  const result = await opened(bytes);
  expect(result.codes).toEqual(['intake.too-deep']);
  expect(result.paths).toContain('n4.tar!/n3.tar!/n2.tar');
  expect(result.paths.some((p) => p.endsWith('good.txt'))).toBe(false);
});

test('a gzip of a gzip of a gzip ends', async () => {
  const result = await opened(gzipSync(gzipSync(gzipSync(gzipSync(gzipSync('x'))))), {}, 'x.gz.gz.gz.gz.gz');
  expect(result.codes).toEqual(['intake.too-deep']);
});

test('too many entries stop one archive', async () => {
  const many = Array.from({ length: 50 }, (_, i) => evil(`f${i}`));
  expect((await opened(tarOf(...many), { maxEntries: 20 })).codes).toContain('intake.too-many-entries');
  expect((await opened(zipOf(...many), { maxEntries: 20 })).codes).toContain('intake.too-many-entries');
});

test('too many bytes and too large files stop one archive', async () => {
  const big = { name: 'big', content: Buffer.alloc(1 << 20) };
  expect((await opened(gzipSync(tarOf(big)), { maxFileBytes: 1 << 19 })).codes).toContain('intake.file-too-large');
  expect((await opened(zipOf(big, { ...big, name: 'b2' }), { maxTotalBytes: 1 << 20 })).codes).toContain('intake.too-many-bytes');
});

test('a bomb of zeros stops at the ratio', async () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  const result = await opened(bomb, { ratioFreeBytes: 32 << 20 }, 'bomb.gz');
  expect(result.codes).toEqual(['intake.ratio']);
  expect(result.paths).toEqual([]);
});

test('an archive cut in half keeps what came before', async () => {
  const first = { name: 'first', content: Buffer.alloc(40_000, 'a') };
  const second = { name: 'second', content: Buffer.alloc(40_000, 'b') };
  for (const bytes of [tarOf(first, second), zipOf({ ...first, store: true }, { ...second, store: true })]) {
    const result = await opened(bytes.subarray(0, 60_000));
    expect(result.codes).toContain('intake.archive-broken');
    expect(result.text('first')).toBe('a'.repeat(40_000));
    expect(result.cut).toEqual(['second']);
  }
});

test('a gzip cut in half keeps what came before', async () => {
  const noise = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24));
  const packed = gzipSync(tarOf(good, { name: 'noise', content: noise }));
  const result = await opened(packed.subarray(0, packed.length / 2));
  expect(result.codes).toContain('intake.archive-broken');
  expect(result.text('good.txt')).toBe('good');
});

test('a sparse file of GNU tar has its holes again', async () => {
  const map = Buffer.alloc(512);
  map.write('1\n1024\n4\n');
  const entry = paxEntry(
    { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'member/snap/db', 'GNU.sparse.realsize': '2048' },
    { name: 'GNUSparseFile.1/db', content: Buffer.concat([map, Buffer.from('data')]) },
  );
  const result = await opened(Buffer.concat([entry, tarOf(good)]));
  expect(result.text('member/snap/db')).toBe(`${'\0'.repeat(1024)}data${'\0'.repeat(1020)}`);
});

const broken: readonly (readonly [string, Buffer])[] = [
  ['a tar header that claims 8 GiB', tarEntry({ name: 'x', size: 8 * 2 ** 30 - 1 })],
  ['a tar of garbage after the first entry', Buffer.concat([tarEntry(good), Buffer.alloc(2048, 0xff)])],
  ['gzip magic only', Buffer.from([0x1f, 0x8b, 8])],
  ['gzip with a broken body', Buffer.concat([gzipSync('hello').subarray(0, 12), Buffer.alloc(100, 7)])],
  ['zstd magic only', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['zstd of garbage', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(4000, 0xa5)])],
  ['xz magic only', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])],
  ['xz of garbage', Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), Buffer.alloc(400, 0x5a)])],
  ['bzip2 of garbage', Buffer.concat([Buffer.from('BZh9'), Buffer.alloc(400, 0x5a)])],
  ['zip end record only', zipOf().subarray(0)],
  ['zip local header only', Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(8)])],
  ['zip directory count of 65 535', Buffer.concat([zipOf(good).subarray(0, -14), Buffer.from([0xff, 0xff, 0xff, 0xff]), zipOf(good).subarray(-10)])],
];
test.each(broken)('%s is a finding or an empty archive, never a crash', async (_what, bytes) => {
  const result = await opened(bytes);
  expect(result.unchanged).toEqual([]);
  expect(readdirSync(folder)).toEqual(['in.bin']);
});

/** A GNU long name (type L) or long link (type K) before its entry. */
const gnuLong = (type: 'L' | 'K', text: string, entry: TarEntry): Buffer => Buffer.concat([tarEntry({ name: '././@LongLink', type, content: `${text}\0` }), tarEntry(entry)]);

/** The size field as a number of base 256, for what no octal number can say. */
function base256(entry: TarEntry, size: Buffer): Buffer {
  const block = tarEntry(entry);
  size.copy(block, 124);
  block.write('        ', 148);
  let sum = 0;
  for (const byte of block.subarray(0, 512)) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const end = Buffer.alloc(1024);
/** A nested bomb: each layer packs the one before ten times. */
function nestedZip(depth: number): Buffer {
  let bytes: Buffer = Buffer.alloc(1 << 16);
  for (let i = 0; i < depth; i++) bytes = zipOf(...Array.from({ length: 10 }, (_, n) => ({ name: `${i}-${n}.zip`, content: bytes })));
  return bytes;
}

test.each([
  ['GNU long name up', Buffer.concat([gnuLong('L', '../../evil', evil('x')), tarOf(good)]), 'intake.name-traversal'],
  ['GNU long name of 65 536 characters', Buffer.concat([gnuLong('L', 'a'.repeat(65_536), evil('x')), tarOf(good)]), 'intake.name-too-long'],
  ['GNU long name, absolute', Buffer.concat([gnuLong('L', '/etc/evil', evil('x')), tarOf(good)]), 'intake.name-absolute'],
  ['GNU long link out', Buffer.concat([gnuLong('K', `/${'a'.repeat(300)}`, { name: 'l', type: '2', link: 'x' }), tarOf(good)]), 'intake.link'],
  ['hard link to a file before it', tarOf(good, { name: 'again', type: '1', link: 'good.txt' }), 'intake.link'],
  ['a chain of links', tarOf({ name: 'a', type: '2', link: 'b' }, { name: 'b', type: '2', link: 'c' }, { name: 'c', type: '2', link: '..' }, good), 'intake.link'],
  ['zip: AES (method 99)', zipOf({ ...evil('x'), method: 99, flags: 1 }, good), 'intake.encrypted'],
  ['zip: symlink with a long target', zipOf({ name: 'l', content: '../'.repeat(2_000), unixMode: 0o120777 }, good), 'intake.link'],
  ['zip: device', zipOf({ name: 'sda', content: '', unixMode: 0o060666 }, good), 'intake.special-file'],
  ['zip: fifo', zipOf({ name: 'pipe', content: '', unixMode: 0o010666 }, good), 'intake.special-file'],
  ['zip: drive with slash', zipOf(evil('c:/evil'), good), 'intake.name-drive'],
  ['tar: network share', tarOf(evil('\\\\host\\share\\evil'), good), 'intake.name-absolute'],
  ['zip in tar: parent folder', tarOf({ name: 'in.zip', content: zipOf(evil('../evil')) }, good), 'intake.name-traversal'],
  ['tar in zip: parent folder', zipOf({ name: 'in.tar', content: tarOf(evil('../../evil')) }, good), 'intake.name-traversal'],
])('%s is refused, and the rest is read', async (_what, bytes, code) => {
  const result = await opened(bytes);
  expect(result.codes).toContain(code);
  expect(result.text('good.txt')).toBe('good');
  expect(readdirSync(folder)).toEqual(['in.bin']);
});

test.each([
  ['a tar size of base 256 beyond all numbers', Buffer.concat([base256(good, Buffer.from([0x80, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255])), end])],
  ['a negative tar size', Buffer.concat([base256(good, Buffer.alloc(12, 255)), end])],
  ['a pax size that contradicts the header', Buffer.concat([paxEntry({ size: '99999999999999999999' }, good), end])],
  ['a pax record that claims to be longer than it is', Buffer.concat([tarEntry({ name: 'p', type: 'x', content: '999999 path=x\n' }), tarOf(good)])],
  ['a sparse map of a million pieces', Buffer.concat([paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'db', 'GNU.sparse.realsize': '9999999999999' }, { name: 's', content: Buffer.concat([Buffer.from('1000000\n'), Buffer.alloc(4096, '9\n')]) }), end])],
  ['a sparse map that overlaps itself', Buffer.concat([paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'db', 'GNU.sparse.realsize': '2048' }, { name: 's', content: Buffer.concat([Buffer.from('2\n0\n1024\n512\n1024\n'.padEnd(512, '\0')), Buffer.alloc(2048, 1)]) }), end])],
  ['a zip whose comment holds another end record', Buffer.concat([zipOf(good).subarray(0, -2), Buffer.from([22, 0]), zipOf().subarray(-22)])],
  ['a zip with bytes before it', Buffer.concat([Buffer.from('#!/bin/sh\nreboot\n'), zipOf(good)])],
  ['a zip with bytes after it', Buffer.concat([zipOf(good), Buffer.alloc(70_000, 'x')])],
  ['a gzip with a zip after it', Buffer.concat([gzipSync(tarOf(good)), zipOf(evil('../evil'))])],
  ['a tar that begins as a zip does', Buffer.concat([tarEntry({ name: 'PK\u0003\u0004x', content: 'x' }), tarOf(good)])],
  ['a PDF that is a zip', Buffer.concat([Buffer.from('%PDF-1.4\n'), zipOf(good), Buffer.from('\n%%EOF')])],
  ['a picture that is a zip', Buffer.concat([Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), zipOf(good)])],
  ['a zip of zips of zips, ten times each', nestedZip(4)],
  ['names that only normalisation makes equal', tarOf(evil('caf\u00e9'), evil('cafe\u0301'))],
  ['names that Windows keeps for itself', zipOf(evil('CON'), evil('nul.txt'), evil('a.'), evil('b '), evil('f.txt:stream'))],
  ['folders that differ in case', zipOf(evil('ETC/x'), evil('etc/x'), evil('Etc/X'))],
  ['a thousand entries of one name', tarOf(...Array.from({ length: 1_000 }, () => evil('same')))],
])('%s ends without a crash, and nothing is written beside it', async (_what, bytes) => {
  const result = await opened(bytes, { maxTotalBytes: 64 << 20, maxEntries: 2_000 });
  expect(result.unchanged).toEqual([]);
  expect(new Set(result.paths).size).toBe(result.paths.length);
  expect(result.paths.filter((path) => /(^|\/)\.\.(\/|$)|^\/|\u0000/.test(path))).toEqual([]);
  expect(readdirSync(folder)).toEqual(['in.bin']);
  expect(existsSync(join(folder, '..', 'evil'))).toBe(false);
});

test('no scratch folder is left behind', async () => {
  const before = readdirSync(tmpdir()).filter((n) => n.startsWith('etcd-autopsy-'));
  await opened(tarOf({ name: 'large', content: Buffer.alloc(600_000, 1) }));
  expect(readdirSync(tmpdir()).filter((n) => n.startsWith('etcd-autopsy-'))).toEqual(before);
});
