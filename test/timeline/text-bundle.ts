import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readArtifacts } from '../../src/artifacts/index.js';
import { buildDraft } from '../../src/case/build-draft.js';
import type { Draft } from '../../src/case/draft.js';
import { openBundle, type BundleFile } from '../../src/intake/index.js';

/** A bundle file from text. */
export function textFile(path: string, text: string | Uint8Array, mtime: number | null = null): BundleFile {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return {
    path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), mtime, mtimeFromArchive: mtime !== null,
    open: () => ({ byteLength: bytes.length, read: (offset: number, length: number) => bytes.subarray(offset, offset + length) }),
  };
}

/** Reads and dates a bundle of texts with the real readers. */
export async function draftOf(texts: Readonly<Record<string, string>>, assumeZone: string | null = null): Promise<Draft> {
  const files = Object.entries(texts).map(([path, text]) => textFile(path, text));
  return buildDraft({ files, findings: [] }, await readArtifacts(files), { assumeZone });
}

export interface Truth {
  readonly bundle: string;
  readonly outage: { readonly firstFailureTrue: string; readonly failureInterval: readonly [string, string]; readonly detectionAtLatest?: string };
}

/** The draft of a shipped sample, and its truth; `without` leaves files out. */
export async function sample(name: string, without: (path: string) => boolean = () => false): Promise<{ readonly draft: Draft; readonly truth: Truth }> {
  const folder = new URL(`../../samples/${name}/`, import.meta.url).pathname;
  const truth = JSON.parse(readFileSync(`${folder}truth.json`, 'utf8')) as Truth;
  const bundle = await openBundle([`${folder}${truth.bundle}`]);
  const files = bundle.files.filter((file) => !without(file.path));
  const draft = buildDraft({ files, findings: bundle.findings }, await readArtifacts(files), { assumeZone: null });
  bundle.close();
  return { draft, truth };
}
