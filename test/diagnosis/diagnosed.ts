import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readArtifacts } from '../../src/artifacts/index.js';
import { buildDraft } from '../../src/case/build-draft.js';
import { diagnose, type Diagnosis } from '../../src/diagnosis/index.js';
import { openBundle } from '../../src/intake/index.js';
import { reconstruct } from '../../src/timeline/index.js';

/** Files of a bundle by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes the files into a folder and diagnoses it the whole way: intake, readers, draft, timeline, rules. */
export async function diagnosed(files: Files): Promise<Diagnosis> {
  const folder = mkdtempSync(join(tmpdir(), 'diagnosed-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await diagnosedFolder(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same for a bundle on disk. */
export async function diagnosedFolder(path: string): Promise<Diagnosis> {
  const opened = await openFolder(path);
  try {
    return opened.without(null);
  } finally {
    opened.close();
  }
}

/** A bundle whose files were read once, to be diagnosed with and without one of them. */
export async function openFolder(path: string): Promise<{ without(file: string | null): Diagnosis; close(): void }> {
  const bundle = await openBundle([path]);
  const artifacts = await readArtifacts(bundle.files);
  return {
    without(file) {
      const files = bundle.files.filter((one) => one.path !== file);
      const facts = artifacts.facts.filter((fact) => fact.at.artifact !== file);
      const draft = buildDraft({ files, findings: bundle.findings }, { ...artifacts, facts }, { assumeZone: null });
      return diagnose(draft, reconstruct(draft, 'en'), 'en');
    },
    close: () => bundle.close(),
  };
}
