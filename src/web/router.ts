import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Casebook } from '../casebook/index.js';
import type { Jobs } from './jobs.js';
import type { Session } from './session.js';
import type { Uploads } from './uploads.js';

/** Everything that a route may use. */
export interface Site {
  readonly session: Session;
  readonly uploads: Uploads;
  readonly jobs: Jobs;
  readonly casebook: Casebook;
  readonly toolVersion: string;
  readonly workerFile: URL;
  /** Private folders of answers that are on their way; removed when the site closes. */
  readonly scratch: Set<string>;
  /** Aborted when the site closes. */
  readonly closing: AbortSignal;
}

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Values of the `:name` parts of the route's path. They are looked up in maps, never used as file names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** Aborted when the one who asked has gone away, or the site closes. */
export function whileWanted(site: Site, { response }: Call): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return AbortSignal.any([site.closing, gone.signal]);
}

/** One route. Adding one = one file in `routes/` and one line in its list. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/api/cases/:id`. */
  readonly path: string;
  handle(site: Site, call: Call): Promise<void> | void;
}

/** Matches one path against one pattern; null when they differ. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of want.entries()) {
    const got = have[i] ?? '';
    if (part.startsWith(':')) {
      if (got === '') return null;
      params[part.slice(1)] = got;
    } else if (part !== got) return null;
  }
  return params;
}

const maxJsonBytes = 1 << 20;

/** The JSON body of a small request. Throws SyntaxError for anything else. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxJsonBytes) throw new SyntaxError('body too large');
    parts.push(chunk);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
}
