import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readArtifacts } from '../../src/artifacts/index.js';
import { buildDraft } from '../../src/case/build-draft.js';
import { diagnose, type Diagnosis } from '../../src/diagnosis/index.js';
import { openBundle } from '../../src/intake/index.js';
import { reconstruct } from '../../src/timeline/index.js';

/** Text files of a bundle by name. */
export type Files = Readonly<Record<string, string>>;

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

/** The same for a bundle on disk. `keep` leaves files out. */
export async function diagnosedFolder(path: string, keep: (file: string) => boolean = () => true): Promise<Diagnosis> {
  const bundle = await openBundle([path]);
  try {
    const files = bundle.files.filter((file) => keep(file.path));
    const draft = buildDraft({ files, findings: bundle.findings }, await readArtifacts(files), { assumeZone: null });
    return diagnose(draft, reconstruct(draft, 'en'), 'en');
  } finally {
    bundle.close();
  }
}
