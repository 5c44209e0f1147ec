import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Progress } from '../progress.js';
import type { Case } from '../case/model.js';
import { HttpError } from './respond.js';
import type { Task, Wish } from './tasks.js';
import type { Upload } from './uploads.js';

/** What the worker says while it works. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly value: Case }
  | { readonly kind: 'failed'; readonly message: string };

/** What a listener hears: how far the work is, then once how it ended. */
export type Heard =
  | Extract<WorkerMessage, { kind: 'progress' | 'failed' }>
  | { readonly kind: 'done'; readonly caseId: string }
  | { readonly kind: 'cancelled' };

export type JobState = 'running' | 'done' | 'failed' | 'cancelled';

export interface Job {
  readonly id: string;
  readonly uploadId: string;
  readonly state: JobState;
  readonly caseId: string | null;
  readonly error: string | null;
  /** Every message so far, then new ones as they come; returns a way to stop listening. */
  listen(listener: (message: Heard) => void): () => void;
  /** Ends the analysis. One that has ended stays as it ended; one whose case is being stored is waited for. */
  cancel(): Promise<void>;
}

export interface Jobs {
  start(upload: Upload, wish: Wish, onDone: (value: Case) => Promise<string>): Job;
  /** Null for a job that this server does not know. */
  find(id: string): Job | null;
  /** Throws HttpError 404 for an unknown job. */
  get(id: string): Job;
  cancelAll(): Promise<void>;
}

/** Old progress lines are dropped: a late listener needs every fact, but of how far it is only the newest of each stage. */
function keep(history: Heard[], message: Heard): void {
  if (message.kind === 'progress') {
    const at = history.findIndex((m) => m.kind === 'progress' && m.progress.fact === undefined && m.progress.stage === message.progress.stage);
    if (at >= 0) history.splice(at, 1);
  }
  history.push(message);
}

/** Analyses run in worker threads, so that the page answers while they work and can end them. */
export function jobStore(workerFile: URL): Jobs {
  const jobs = new Map<string, Job>();
  return {
    start(upload, wish, onDone) {
      const task: Task = { kind: 'analyze', ...wish, inputs: upload.files };
      // Temporary files of the worker lie in the upload's folder: they go with it, even after terminate().
      const worker = new Worker(workerFile, { workerData: task, env: { ...process.env, TMPDIR: upload.folder } });
      const history: Heard[] = [];
      const listeners = new Set<(message: Heard) => void>();
      /** Storing the case, once the worker has delivered it: too late to cancel. */
      let storing: Promise<void> | null = null;
      const job = { id: randomBytes(9).toString('base64url'), state: 'running' as JobState, caseId: null as string | null, error: null as string | null };
      const tell = (message: Heard): void => {
        keep(history, message);
        for (const listener of listeners) listener(message);
      };
      const fail = (message: string): void => {
        if (job.state !== 'running') return;
        job.state = 'failed';
        job.error = message;
        tell({ kind: 'failed', message });
      };
      worker.on('message', (message: WorkerMessage) => {
        if (job.state !== 'running') return;
        if (message.kind === 'progress') tell(message);
        else if (message.kind === 'failed') fail(message.message);
        else {
          storing = onDone(message.value).then(
            (caseId) => {
              job.state = 'done';
              job.caseId = caseId;
              tell({ kind: 'done', caseId });
            },
            (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
          );
        }
      });
      worker.on('error', (error) => fail(error.message));
      worker.on('exit', (code) => code !== 0 && storing === null && fail(`worker ended with ${code}`));
      const handle: Job = {
        id: job.id,
        uploadId: upload.id,
        get state() {
          return job.state;
        },
        get caseId() {
          return job.caseId;
        },
        get error() {
          return job.error;
        },
        listen(listener) {
          history.forEach(listener);
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        async cancel() {
          await storing;
          if (job.state === 'running') {
            job.state = 'cancelled';
            tell({ kind: 'cancelled' });
          }
          await worker.terminate();
        },
      };
      jobs.set(job.id, handle);
      return handle;
    },
    find: (id) => jobs.get(id) ?? null,
    get(id) {
      const job = jobs.get(id);
      if (job === undefined) throw new HttpError(404, 'web.no-such-job');
      return job;
    },
    async cancelAll() {
      await Promise.all([...jobs.values()].map((job) => job.cancel()));
    },
  };
}
