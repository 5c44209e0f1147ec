import type { Case } from '../../case/model.js';
import type { Choice } from '../../case/no-restore.js';
import type { Progress } from '../../progress.js';
import { t } from './words.js';

/** An answer of the server that is not what was asked for; the message is for people. */
export class ApiError extends Error {}

async function json<T>(answer: Response): Promise<T> {
  const body = (await answer.json().catch(() => ({ code: 'web.internal', params: {} }))) as unknown;
  if (answer.ok) return body as T;
  const { code, params } = body as { code: string; params?: Record<string, string | number> };
  throw new ApiError(t(`error.${code}`, params));
}

const send = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }) });

export interface CaseEntry {
  readonly id: string;
  readonly title: string;
  readonly recommendation: Case['recommendation']['kind'];
  readonly analysedAt: string;
  readonly outcome?: Choice;
  readonly hosts?: readonly string[];
  readonly installation?: string;
  readonly etcdVersion?: string | null;
}

export interface StoredCase {
  readonly entry: CaseEntry;
  readonly value: Case;
  readonly notes: Readonly<Record<string, string>>;
}

/** One object that differs between two candidates. */
export interface DiffRow {
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly a: { readonly revision: number; readonly version: number } | null;
  readonly b: { readonly revision: number; readonly version: number } | null;
}

export const api = {
  cases: async () => json<readonly CaseEntry[]>(await fetch('/api/cases')),
  readCase: async (id: string) => json<StoredCase>(await fetch(`/api/cases/${id}`)),
  removeCase: async (id: string) => json<unknown>(await send('DELETE', `/api/cases/${id}`)),
  writeNotes: async (id: string, notes: Record<string, string>) => json<unknown>(await send('PUT', `/api/cases/${id}/notes`, notes)),
  createUpload: async () => (await json<{ id: string }>(await send('POST', '/api/uploads'))).id,
  removeUpload: async (id: string) => json<unknown>(await send('DELETE', `/api/uploads/${id}`)),
  analyze: async (upload: string, language: string) => (await json<{ id: string }>(await send('POST', `/api/uploads/${upload}/analyze`, { language }))).id,
  cancelJob: async (id: string) => json<{ state: 'done' | 'failed' | 'cancelled' | 'gone'; caseId: string | null }>(await send('DELETE', `/api/jobs/${id}`)),
  diff: async (id: string, a: string, b: string) => json<{ rows: readonly DiffRow[]; folded: number }>(await fetch(`/api/cases/${id}/diff?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`)),
  chart: async (id: string, name: string) => {
    const answer = await fetch(`/api/cases/${id}/chart/${name}?width=${matchMedia('(max-width: 699px)').matches ? 'narrow' : 'wide'}`);
    return answer.ok ? answer.text() : null;
  },
  explain: async (text: string, language: string) => json<{ text: string }>(await send('POST', '/api/explain', { text, language })),
};

/** Sends one file as a raw body; `onProgress` hears the bytes sent. Rejects with ApiError. */
export function putFile(upload: string, file: File, name: string, signal: AbortSignal, onProgress: (sent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/uploads/${upload}/files?name=${encodeURIComponent(name)}&mtime=${file.lastModified}`);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      if (request.status === 201) return resolve();
      try {
        const { code, params } = JSON.parse(request.responseText) as { code: string; params: Record<string, string | number> };
        reject(new ApiError(t(`error.${code}`, params)));
      } catch {
        reject(new ApiError(t('error.web.internal')));
      }
    };
    request.onerror = () => reject(new ApiError(t('error.web.connection')));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    const abort = (): void => request.abort();
    signal.addEventListener('abort', abort);
    request.onloadend = () => signal.removeEventListener('abort', abort);
    request.send(file);
  });
}

/** What the stream of an analysis tells. */
export interface JobListener {
  progress(progress: Progress): void;
  done(caseId: string): void;
  failed(message: string): void;
  cancelled(): void;
}

/** Listens until the analysis ends, or until the returned function is called. */
export function listenToJob(id: string, listener: JobListener): () => void {
  const source = new EventSource(`/api/jobs/${id}/events`);
  const on = (name: string, act: (data: unknown) => void, last: boolean): void =>
    source.addEventListener(name, (event) => {
      if (last) source.close();
      act(JSON.parse((event as MessageEvent<string>).data));
    });
  on('progress', (data) => listener.progress(data as Progress), false);
  on('done', (data) => listener.done((data as { caseId: string }).caseId), true);
  on('failed', (data) => listener.failed((data as { message: string }).message), true);
  on('cancelled', () => listener.cancelled(), true);
  return () => source.close();
}
