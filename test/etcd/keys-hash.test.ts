import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { keysHash } from '../../src/etcd/keys-hash.js';
import { sha256 } from '../../src/formats/sha256.js';

it('is SHA-256 over one line for each key, however long and many they are', () => {
  const hash = keysHash();
  const lines: string[] = [];
  for (const key of ['\0', ...Array.from({ length: 3000 }, (_, i) => `/registry/pods/shop/web-${i}`), 'z'.repeat(70_000), '\xff\xfe']) {
    const value = Buffer.from(`value of ${key}`, 'latin1');
    hash.add(key, 653_489n, sha256(value));
    lines.push(`${Buffer.from(key, 'latin1').toString('hex')}\t653489\t${createHash('sha256').update(value).digest('hex')}\n`);
  }
  expect(hash.digest()).toBe(createHash('sha256').update(lines.join('')).digest('hex'));
});

it('is that of nothing without keys', () => {
  expect(keysHash().digest()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
