import { parentPort, workerData } from 'node:worker_threads';
import { analyze } from '../analyze.js';
import { openBundle, type Bundle, type BundleFile } from '../intake/index.js';
import { diffRows } from '../kubernetes/difference.js';
import { stopPrinting } from '../report/printing.js';
import type { WorkerMessage } from './jobs.js';
import type { Task, TaskAnswer } from './tasks.js';

type Answer = WorkerMessage | TaskAnswer;

async function runAnalysis(task: Extract<Task, { kind: 'analyze' }>): Promise<Answer> {
  try {
    const value = await analyze(task.inputs, { language: task.language, assumeZone: task.assumeZone }, (progress) => parentPort?.postMessage({ kind: 'progress', progress } satisfies WorkerMessage));
    return { kind: 'done', value };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The database of a candidate: the file itself, or the db of a data directory. */
function databaseOf(bundle: Bundle, path: string): BundleFile | null {
  for (const place of [path, `${path}/member/snap/db`, `${path}/snap/db`, `${path}/db`]) {
    const file = bundle.files.find((one) => one.path === place);
    if (file !== undefined) return file;
  }
  return null;
}

async function compare(task: Extract<Task, { kind: 'compare' }>): Promise<Answer> {
  const bundle = await openBundle(task.inputs);
  try {
    const [a, b] = [databaseOf(bundle, task.a), databaseOf(bundle, task.b)];
    if (a === null || b === null) return { kind: 'refused', code: 'web.files-gone' };
    return { kind: 'compared', ...diffRows(a.open(), b.open()) };
  } finally {
    bundle.close();
  }
}

async function run(task: Task): Promise<Answer> {
  if (task.kind === 'analyze') return runAnalysis(task);
  if (task.kind === 'compare') return compare(task);
  if (task.kind === 'explain') return { kind: 'explained', value: (await import('./explained.js')).explained(task.text, task.language) };
  return (await import('./export-case.js')).exportCase(task, databaseOf);
}

// The only message to a worker is the wish that it ends: a browser that prints must not outlive it.
parentPort?.on('message', () => {
  stopPrinting();
  process.exit(1);
});
parentPort?.postMessage(await run(workerData as Task));
parentPort?.close();
