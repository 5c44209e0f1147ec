import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar-stream';
import xz from 'xz-decompress';
import type { Edit, Files } from './edits.js';

/** Ending of one program (status, restore, restoreSkip), or of a boot. */
export interface ProgramOutcome {
  readonly rc: number | 'timeout';
  readonly how?: string;
  readonly why?: readonly string[];
  readonly out?: unknown;
}

export interface BootOutcome extends Partial<ProgramOutcome> {
  readonly result: 'ready' | 'died' | 'hung';
  readonly diedAt?: string;
  readonly phases?: Readonly<Record<string, string>>;
  readonly served?: { readonly revision: number; readonly keys: number; readonly keysHash: string; readonly hashkv?: { readonly hash: number; readonly compactRevision: number; readonly revision: number } };
  readonly diff?: { readonly lost: number; readonly added: number; readonly valueChanged: number; readonly metaChanged: number };
  readonly of?: 'restore' | 'restoreSkip';
}

export interface SnapshotOutcome {
  readonly status: ProgramOutcome;
  readonly restore: ProgramOutcome;
  readonly restoreSkip: ProgramOutcome;
  readonly boot?: BootOutcome;
}

export interface DamageCase {
  readonly id: string;
  readonly kind: 'snapshot' | 'dir' | 'trio';
  readonly base: string;
  readonly version: string;
  readonly op: string;
  readonly class: string;
  readonly note: string;
  readonly edits: readonly Edit[];
  readonly files: Readonly<Record<string, string | null>>;
  readonly expected: { readonly revision: number; readonly keys: number; readonly keysHash: string };
  readonly unstable?: unknown;
  readonly outcomes: Readonly<Record<string, unknown>>;
}

const folder = fileURLToPath(new URL('../fixtures/damage/', import.meta.url));

/** All cases of the fixtures. */
export function damageCases(file = `${folder}cases.jsonl`): readonly DamageCase[] {
  return readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as DamageCase);
}

const bases = new Map<string, Promise<Files>>();

async function unpack(path: string): Promise<Files> {
  const files: Files = new Map();
  const reader = new xz.XzReadableStream(new ReadableStream({
    start: (controller) => {
      controller.enqueue(new Uint8Array(readFileSync(path)));
      controller.close();
    },
  }));
  const tar = extract();
  tar.on('entry', (header, stream, next) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: unknown) => parts.push(part as Buffer));
    stream.on('end', () => {
      if (header.type === 'file') files.set(header.name.replace(/^\.\//, ''), Buffer.concat(parts));
      next();
    });
  });
  await finished(Readable.fromWeb(reader as Parameters<typeof Readable.fromWeb>[0]).pipe(tar));
  return files;
}

/** The files of one base, unpacked once. */
export function baseFiles(name: string, from = `${folder}bases/`): Promise<Files> {
  let base = bases.get(name);
  if (base === undefined) {
    const path = `${from}${name}.tar.xz`;
    if (!existsSync(path)) throw new Error(`no such base: ${path}`);
    base = unpack(path);
    bases.set(name, base);
  }
  return base;
}

/** True when every edited file has the digest that the case names (gzip streams excepted: their bytes do not matter). */
export function matchesDigests(damaged: Files, test: DamageCase): boolean {
  const free = new Set(test.edits.filter((edit) => edit.t === 'gzip').map((edit) => edit.f));
  return Object.entries(test.files).every(([path, want]) => {
    const bytes = damaged.get(path);
    return free.has(path) || (bytes === undefined ? null : createHash('sha256').update(bytes).digest('hex')) === want;
  });
}
