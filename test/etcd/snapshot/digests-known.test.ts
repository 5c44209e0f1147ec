import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { bytesSource, digestsKnown, readSnapshot } from '../../../src/etcd/snapshot/index.js';
import { goldenSnapshots } from './goldens.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What happens to a file on its way into a bundle. */
const ways: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['as it is', (bytes) => bytes],
  ['with a line appended', (bytes) => Buffer.concat([bytes, Buffer.from('[root@master1 ~]# cat /backup/etcd.db | tee copy\n')])],
  ['lengthened with zeros', (bytes) => Buffer.concat([bytes, Buffer.alloc(8192)])],
  ['without its digest', (bytes) => bytes.subarray(0, -32)],
  ['with half of its digest', (bytes) => bytes.subarray(0, -16)],
  ['without its last page', (bytes) => bytes.subarray(0, -4096)],
  ['with one bit turned', (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte)))],
];
const files = [...goldenSnapshots()].filter((_, n) => n % 4 === 0);

it.each(files.map((golden) => [golden.name, golden] as const))('%s: the verdict with the digests that the bundle has is the one of reading them', (_, golden) => {
  for (const [way, change] of ways) {
    const bytes = change(golden.bytes);
    const source = bytesSource(bytes);
    const known = { digests: digestsKnown(source, sha256(bytes), sha256(bytes.subarray(0, -32))) };
    expect(readSnapshot(source, known), way).toEqual(readSnapshot(source));
  }
});

it('does not hash again what the bundle has hashed', () => {
  const source = bytesSource(files[0]!.bytes);
  expect(readSnapshot(source, { digests: digestsKnown(source, 'as known', 'without its end') }).sha256).toBe('as known');
});
