// Judges the files of a list, one after the other, beside the thread that reads what their content says.
import { parentPort, workerData } from 'node:worker_threads';
import type { SnapshotReport } from '../etcd/verdict.js';
import { fileSource } from '../intake/file-source.js';
import { verdictOn } from './verdict-on.js';
import type { VerdictReply, VerdictTask } from './verdicts-ahead.js';

function verdictOrNull({ onDisk, ...hashed }: VerdictTask): SnapshotReport | null {
  try {
    return verdictOn({ ...hashed, open: () => fileSource(onDisk) });
  } catch {
    // Whoever reads it in the other thread meets the same error, and reports it.
    return null;
  }
}

// Whoever started it ends it: left to end by itself, it could wait for ever (src/cli/check-worker.ts).
parentPort?.on('message', () => undefined);
for (const [index, task] of (workerData as readonly VerdictTask[]).entries()) parentPort?.postMessage({ index, report: verdictOrNull(task) } satisfies VerdictReply);
