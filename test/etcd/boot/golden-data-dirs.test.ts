import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { predictBoot } from '../../../src/etcd/boot/index.js';
import { etcdLine } from '../../../src/etcd/version.js';
import { bytesSource } from '../../../src/formats/source.js';
import { baseFiles } from '../../damage/cases.js';

const folder = fileURLToPath(new URL('../../fixtures/datadirs/', import.meta.url));

interface Facts {
  readonly ready: boolean;
  readonly endpointStatus: string;
  readonly hashkv: string;
  readonly range: { readonly keys: number; readonly revision: number };
}

interface Golden {
  readonly etcdVersion: string;
  readonly boot: Facts;
  readonly bootForceNewCluster?: Facts;
}

interface KeyLine {
  readonly key: string;
  readonly modRevision: number;
  readonly valueSha256: string;
}

/** Digest of the listed keys in the form that `served.keysHash` has. */
function keysHashOf(path: string): { readonly keys: number; readonly hash: string } {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n').map((line) => JSON.parse(line) as KeyLine);
  const hash = createHash('sha256');
  for (const line of lines.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))) hash.update(`${Buffer.from(line.key).toString('hex')}\t${line.modRevision}\t${line.valueSha256}\n`);
  return { keys: lines.length, hash: hash.digest('hex') };
}

const bigNumber = (json: string, field: string): string => new RegExp(`"${field}":(-?\\d+)`).exec(json)?.[1] ?? '';

describe('data directories of killed servers', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tar.xz')).map((name) => name.replace('.tar.xz', ''));
  it.each(names)('%s: served state, HashKV and ids as the real server had them', async (name) => {
    const golden = JSON.parse(readFileSync(`${folder}${name}.golden.json`, 'utf8')) as Golden;
    const unpacked = await baseFiles(name, folder);
    const files = new Map([...unpacked].map(([path, bytes]) => [path.replace(/^data\//, ''), bytesSource(bytes)]));
    const line = etcdLine(golden.etcdVersion)!;
    const plain = predictBoot({ files, complete: true }, { line, version: golden.etcdVersion });
    expect(plain.result).toBe(golden.boot.ready ? 'ready' : 'hangs');
    expect(plain.hazard).toBeNull();
    const forced = golden.bootForceNewCluster !== undefined;
    const facts = golden.bootForceNewCluster ?? golden.boot;
    const report = forced ? predictBoot({ files, complete: true }, { line, version: golden.etcdVersion, forceNewCluster: true }) : plain;
    const listed = keysHashOf(`${folder}${name}.keys.jsonl.gz`);
    expect(report.served).toEqual({ revision: BigInt(facts.range.revision), keys: listed.keys, keysHash: listed.hash });
    expect(report.hashKv).toEqual({ hash: Number(bigNumber(facts.hashkv, 'hash')), revision: BigInt(facts.range.revision), compactRevision: BigInt(bigNumber(facts.hashkv, 'compact_revision')) });
    expect(BigInt(`0x${report.memberId}`).toString()).toBe(bigNumber(facts.endpointStatus, 'member_id'));
    expect(BigInt(`0x${report.clusterId}`).toString()).toBe(bigNumber(facts.endpointStatus, 'cluster_id'));
    expect(report.writable).toBe(true);
  }, 60_000);
});
