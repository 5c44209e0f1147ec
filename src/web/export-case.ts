import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import type { Case } from '../case/model.js';
import { openBundle, type Bundle, type BundleFile } from '../intake/index.js';
import { writeRestoreFolder } from '../recovery/plan-folder.js';
import { caseJson, findBrowser, htmlReport, markdownReport, pdfReport, reportView, timesketchCsv } from '../report/index.js';
import type { Task, TaskAnswer } from './tasks.js';

type Find = (bundle: Bundle, path: string) => BundleFile | null;

function entry(tar: Pack, name: string, path: string): Promise<void> {
  const { size, mode } = statSync(path);
  return pipeline(createReadStream(path), tar.entry({ name, size, mode: mode & 0o777, mtime: new Date(0) }));
}

/** `restore/` as one tar: scripts, plan, runbook and, while the upload is there, the snapshot. */
async function restoreTar(value: Case, bundle: Bundle | null, find: Find, outFile: string): Promise<TaskAnswer> {
  const { plan } = value;
  if (plan === null || (plan.steps.length === 0 && plan.manual.length === 0)) return { kind: 'refused', code: 'web.no-plan' };
  const folder = mkdtempSync(join(tmpdir(), 'restore-'));
  try {
    // The path of a chosen data directory is a folder; its db is known by its digest.
    const { candidate } = plan;
    const file = bundle === null || candidate === null ? null : (bundle.files.find((one) => one.sha256 === candidate.sha256) ?? find(bundle, candidate.path));
    const names = writeRestoreFolder(plan, folder, { snapshot: file?.open() ?? null, language: value.language, recommendation: value.recommendation });
    const tar = pack();
    const written = pipeline(tar, createWriteStream(outFile, { mode: 0o600 }));
    for (const name of names) await entry(tar, `restore/${name}`, join(folder, name));
    tar.finalize();
    await written;
    return { kind: 'exported', bytes: statSync(outFile).size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes one form of a case to a file. */
export async function exportCase(task: Extract<Task, { kind: 'export' }>, find: Find): Promise<TaskAnswer> {
  const { value, notes, as, outFile } = task;
  if (as === 'restore') {
    const bundle = task.inputs === null ? null : await openBundle(task.inputs);
    try {
      return await restoreTar(value, bundle, find, outFile);
    } finally {
      bundle?.close();
    }
  }
  const browser = as === 'pdf' ? findBrowser(null) : null;
  if (as === 'pdf' && browser === null) return { kind: 'refused', code: 'web.no-browser' };
  const content = {
    html: () => htmlReport(reportView(value, notes)),
    pdf: () => pdfReport(value, browser ?? '', notes),
    md: () => markdownReport(reportView(value, notes)),
    json: () => caseJson(value),
    csv: () => timesketchCsv(value),
  }[as];
  writeFileSync(outFile, await content(), { mode: 0o600 });
  return { kind: 'exported', bytes: statSync(outFile).size };
}
