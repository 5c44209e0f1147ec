import { readFileSync } from 'node:fs';
import { readSnapshot } from '../src/etcd/snapshot/index.js';
import { bytesSource } from '../src/formats/source.js';
import { etcdLine } from '../src/etcd/version.js';
const b = readFileSync(process.argv[2]!);
const r = readSnapshot(bytesSource(b));
console.log(r.verdict, JSON.stringify(r.restore?.[etcdLine(process.argv[3]!)!], (k, v) => typeof v === 'bigint' ? String(v) : v), r.problems.map((p) => `${p.code} ${p.message}`.slice(0, 200)), JSON.stringify(r.damage ?? null).slice(0, 500));
