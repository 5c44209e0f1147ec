import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { scenarios } from '../src/etcd/boot/together.js';
import { etcdLine } from '../src/etcd/version.js';
import { bytesSource } from '../src/formats/source.js';
import { text } from './damage/trio.js';
const [folder, version] = process.argv.slice(2);
const dirs = ['m1', 'm2', 'm3'].map((m) => { const files = new Map<string, any>(); const walk = (p: string): void => { let l: string[] = []; try { l = readdirSync(join(folder!, m, p)); } catch { return; } for (const n of l) { const q = p === '' ? n : `${p}/${n}`; if (statSync(join(folder!, m, q)).isDirectory()) walk(q); else files.set(q, bytesSource(readFileSync(join(folder!, m, q)))); } }; walk(''); return { files, complete: true }; });
for (const s of scenarios(dirs, { line: etcdLine(version!)!, version: version! })) console.log(text(s));
