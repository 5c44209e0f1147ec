import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { Plan, Recommendation } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { planRunbook } from './plan-runbook.js';
import { snapshotFile } from './script.js';

/** The bytes of the chosen snapshot, wherever they lie. */
export interface SnapshotBytes {
  readonly byteLength: number;
  read(offset: number, length: number): Uint8Array;
}

/** What goes into `restore/` beside the plan. */
export interface RestoreFolderOptions {
  /** Null with `--no-snapshot-copy`: the runbook says where the file belongs. */
  readonly snapshot: SnapshotBytes | null;
  readonly language: Language;
  /** Put into the runbook: why, conditions, risks, loss, next best. */
  readonly recommendation?: Recommendation;
}

/** `plan.json` in its published form. */
function planJson(plan: Plan): string {
  const steps = plan.steps.map((step) => ({ id: step.id, host: step.host, address: step.address, script: step.script, phase: step.phase, needs: step.needs, expect: step.expect.text }));
  return `${JSON.stringify({ schemaVersion: 1, candidate: plan.candidate, steps }, null, 2)}\n`;
}

const chunk = 1 << 20;

/**
 * Writes `restore/`: the scripts, `plan.json`, `RUNBOOK.md` and, unless left out, the chosen snapshot
 * beside them, so that the folder can be copied to each host as it is. Throws when the snapshot's bytes
 * are not the planned ones.
 */
export function writeRestoreFolder(plan: Plan, folder: string, options: RestoreFolderOptions): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const written: string[] = [];
  const write = (name: string, text: string, mode: number): void => {
    writeFileSync(join(folder, name), text, { mode });
    chmodSync(join(folder, name), mode);
    written.push(name);
  };
  for (const [name, text] of Object.entries(plan.scripts)) write(name, text, 0o755);
  write('plan.json', planJson(plan), 0o644);
  // The installers' own tools need the file as much as the scripts do.
  const copied = options.snapshot !== null && (plan.steps.some((step) => step.phase === 'preflight' && step.commands.some((command) => command.startsWith(`cp ${snapshotFile} `))) || (plan.kind === 'restore-snapshot' && plan.manual.length > 0));
  if (copied && options.snapshot !== null) {
    copySnapshot(options.snapshot, join(folder, snapshotFile), plan.candidate?.sha256 ?? null);
    written.push(snapshotFile);
  }
  write('RUNBOOK.md', planRunbook(plan, options.language, copied, options.recommendation ?? null), 0o644);
  return written;
}

function copySnapshot(source: SnapshotBytes, path: string, sha256: string | null): void {
  const hash = createHash('sha256');
  const out = openSync(path, 'w', 0o600);
  try {
    for (let offset = 0; offset < source.byteLength; offset += chunk) {
      const bytes = source.read(offset, Math.min(chunk, source.byteLength - offset));
      hash.update(bytes);
      writeSync(out, bytes);
    }
  } finally {
    closeSync(out);
  }
  if (sha256 !== null && hash.digest('hex') !== sha256) throw new Error('the snapshot in the bundle is not the planned one any more: its SHA-256 differs');
}
