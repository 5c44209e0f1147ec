import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { serverKind, startMember } from '../../../src/etcd/boot/member-start.js';
import { hashKv } from '../../../src/etcd/replay/hash-kv.js';
import { serve } from '../../../src/etcd/replay/served.js';
import { etcdLine } from '../../../src/etcd/version.js';
import { bytesSource } from '../../../src/formats/source.js';
import { baseFiles } from '../../damage/cases.js';

const folder = fileURLToPath(new URL('../../fixtures/datadirs/', import.meta.url));
const names = ['v3.3.25-shop-single', 'v3.4.23-erp-single', 'v3.5.16-kubesphere-single', 'v3.6.16-config-single', 'v3.7.3-shop-single'];

it.each(names)('%s: hashes made while the rows are loaded give what reading them again gives', async (name) => {
  const files = new Map([...(await baseFiles(name, folder))].map(([path, bytes]) => [path.replace(/^data\//, ''), bytesSource(bytes)]));
  const start = (hashes: boolean) => startMember({ files, complete: true }, serverKind({ line: etcdLine(name.slice(1))! }), { hashes }).loaded!;
  const [hashed, plain] = [start(true), start(false)];
  expect([hashed.keyRows?.complete, plain.keyRows?.complete]).toEqual([true, false]);
  const hashOf = ({ machine, database, keyBucket, keyRows }: typeof plain) => hashKv(machine.store, database.backend, keyBucket, keyRows, []);
  expect(hashOf(hashed)).toEqual(hashOf(plain));
  expect(serve(hashed.machine)).toEqual(serve(plain.machine));
});
