import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ZodError } from 'zod';
import { CasebookError, type Casebook } from '../casebook/index.js';
import { removeFolder } from '../remove-folder.js';
import { jobStore } from './jobs.js';
import { servePage } from './page-files.js';
import { HttpError, send, sendJson } from './respond.js';
import { matchPath, type Site } from './router.js';
import { routes } from './routes/index.js';
import { newSession } from './session.js';
import { workerFile } from './tasks.js';
import { uploadStore, uploadLimits, type UploadLimits } from './uploads.js';

export interface ServeOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly casebook: Casebook;
  readonly toolVersion: string;
  readonly limits?: UploadLimits;
  /** The compiled worker, when the server runs from source. */
  readonly workerFile?: URL;
}

export interface RunningSite {
  /** The address to open, with the token. */
  readonly address: string;
  readonly port: number;
  /** Ends every analysis, removes every upload, closes every connection. */
  close(): Promise<void>;
}

/**
 * What an error tells the page: a code and numbers, never a stack or a path of this machine. A body that
 * was refused half-way is not read to its end: the connection closes after the answer.
 */
function report(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  if (!request.complete) {
    response.setHeader('Connection', 'close');
    response.on('finish', () => request.destroy());
  }
  if (error instanceof HttpError) sendJson(response, error.status, { code: error.code, params: error.params });
  else if (error instanceof CasebookError) sendJson(response, error.code === 'casebook.unknown-case' ? 404 : 503, { code: error.code, params: {} });
  else if (error instanceof ZodError || error instanceof SyntaxError) sendJson(response, 400, { code: 'web.bad-request', params: {} });
  else sendJson(response, 500, { code: 'web.internal', params: {} });
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!site.session.isLocal(request)) throw new HttpError(403, 'web.foreign-origin');
  const url = new URL(request.url ?? '/', 'http://site');
  const token = url.searchParams.get('token');
  if (request.method === 'GET' && url.pathname === '/' && token !== null && site.session.isToken(token)) {
    return send(response, 303, 'text/plain', '', { Location: '/', 'Set-Cookie': site.session.cookie() });
  }
  if (!site.session.isOwner(request)) throw new HttpError(401, 'web.no-token');
  if (request.method === 'GET' && servePage(url.pathname, response)) return;
  for (const route of routes) {
    const params = route.method === request.method ? matchPath(route.path, url.pathname) : null;
    if (params !== null) return route.handle(site, { request, response, params, query: url.searchParams });
  }
  throw new HttpError(404, 'web.not-found');
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * Starts the web page. It answers only the browser that opened `address`, only under its own name, and
 * never reaches beyond this machine. Throws Node's EADDRINUSE or EACCES when the port cannot be taken.
 */
export async function serve(options: ServeOptions): Promise<RunningSite> {
  const worker = options.workerFile ?? workerFile;
  const jobs = jobStore(worker);
  const scratch = new Set<string>();
  const uploads = uploadStore(options.limits ?? uploadLimits);
  const closing = new AbortController();
  let site: Site | null = null;
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 0, headersTimeout: 10_000 }, (request, response) => {
    if (site === null) return void response.destroy();
    answer(site, request, response).catch((error: unknown) => report(request, response, error));
  });
  const port = await listen(server, options.host, options.port);
  const session = newSession(options.host, port);
  site = { session, uploads, jobs, casebook: options.casebook, toolVersion: options.toolVersion, workerFile: worker, scratch, closing: closing.signal };
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    address: `http://${host}:${port}/?token=${session.token}`,
    port,
    async close() {
      closing.abort();
      await jobs.cancelAll();
      uploads.removeAll();
      // Answers on their way remove their own folders as they end; what is left after that is removed here.
      for (let waited = 0; scratch.size > 0 && waited < 3_000; waited += 25) await new Promise((done) => setTimeout(done, 25));
      for (const folder of scratch) removeFolder(folder);
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
