import { Worker } from 'node:worker_threads';
import type { Case } from '../case/model.js';
import type { ExplainedText } from './explained.js';
import type { NamedInput } from '../intake/index.js';
import type { DiffRow } from '../kubernetes/difference.js';
import type { Language } from '../words/catalogue.js';
import { HttpError } from './respond.js';

/** Forms in which a case can be downloaded, with the names of the files. */
export const exportFiles = {
  html: { name: 'postmortem.html', type: 'text/html; charset=utf-8' },
  pdf: { name: 'postmortem.pdf', type: 'application/pdf' },
  md: { name: 'postmortem.md', type: 'text/markdown; charset=utf-8' },
  json: { name: 'case.json', type: 'application/json; charset=utf-8' },
  csv: { name: 'timeline.csv', type: 'text/csv; charset=utf-8' },
  restore: { name: 'restore.tar', type: 'application/x-tar' },
} as const;
export type ExportKind = keyof typeof exportFiles;

/** How an upload shall be analysed. */
export interface Wish {
  readonly language: Language;
  readonly assumeZone: string | null;
}

/** What a worker thread is asked to do. Everything that takes time runs there, so that the page answers. */
export type Task =
  | ({ readonly kind: 'analyze'; readonly inputs: readonly NamedInput[] } & Wish)
  | { readonly kind: 'compare'; readonly inputs: readonly NamedInput[]; readonly a: string; readonly b: string }
  | { readonly kind: 'explain'; readonly text: string; readonly language: Language }
  | { readonly kind: 'export'; readonly as: ExportKind; readonly value: Case; readonly notes: Readonly<Record<string, string>>; readonly inputs: readonly NamedInput[] | null; readonly outFile: string };

/** Answer of a task that is awaited. `refused` is an error code of the page's catalogue. */
export type TaskAnswer =
  | { readonly kind: 'compared'; readonly rows: readonly DiffRow[]; readonly folded: number }
  | { readonly kind: 'explained'; readonly value: ExplainedText }
  | { readonly kind: 'exported'; readonly bytes: number }
  | { readonly kind: 'refused'; readonly code: string };

/** How long a thread may take to end by itself. */
const patienceMs = 2_000;

/** The worker's file: compiled beside this one; a test that runs from source names the built one. */
export const workerFile = new URL('./worker.js', import.meta.url);

/**
 * Runs one task in its own thread. Temporary files lie in `folder`. Throws HttpError for a refusal. When
 * `signal` says that nobody waits any more, the thread is told to end, together with a browser that prints.
 */
export function runTask(task: Task, folder: string, signal: AbortSignal, file: URL = workerFile): Promise<TaskAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(file, { workerData: task, env: { ...process.env, TMPDIR: folder } });
    const end = (): void => {
      worker.postMessage('end');
      setTimeout(() => void worker.terminate(), patienceMs).unref();
    };
    signal.addEventListener('abort', end);
    worker.once('exit', () => signal.removeEventListener('abort', end));
    worker.once('message', (answer: TaskAnswer) => {
      if (answer.kind === 'refused') reject(new HttpError(answer.code === 'web.files-gone' ? 410 : 409, answer.code));
      else resolve(answer);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`worker ended with ${code}`)));
  });
}
