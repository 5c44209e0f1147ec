import { z } from 'zod';
import { HttpError, sendJson } from '../respond.js';
import { readJson, type Route } from '../router.js';

const maxNameLength = 4096;

/** POST: a new, empty upload. */
export const createUpload: Route = {
  method: 'POST',
  path: '/api/uploads',
  handle: (site, { response }) => sendJson(response, 201, { id: site.uploads.create().id }),
};

/** PUT: one file as the raw body; its relative name and time stand in the query. */
export const receiveFile: Route = {
  method: 'PUT',
  path: '/api/uploads/:id/files',
  async handle(site, { request, response, params, query }) {
    const name = query.get('name') ?? '';
    if (name === '' || name.length > maxNameLength) throw new HttpError(400, 'web.bad-name');
    const mtime = Number(query.get('mtime') ?? Number.NaN);
    const bytes = await site.uploads.receive(site.uploads.get(params['id'] ?? ''), request, name, Number.isFinite(mtime) ? mtime : null);
    sendJson(response, 201, { bytes });
  },
};

/** DELETE: the upload and its files. */
export const removeUpload: Route = {
  method: 'DELETE',
  path: '/api/uploads/:id',
  handle(site, { response, params }) {
    site.uploads.remove(params['id'] ?? '');
    sendJson(response, 200, {});
  },
};

const request = z.object({ language: z.enum(['en', 'zh-CN']).default('en'), assumeZone: z.string().max(64).nullable().default(null) });

/** POST: starts the analysis of an upload. */
export const analyzeUpload: Route = {
  method: 'POST',
  path: '/api/uploads/:id/analyze',
  async handle(site, { request: incoming, response, params }) {
    const upload = site.uploads.get(params['id'] ?? '');
    if (upload.files.length === 0) throw new HttpError(400, 'web.empty-upload');
    const wish = request.parse(await readJson(incoming));
    const job = site.jobs.start(upload, wish, async (value) => {
      const { id } = await site.casebook.putCase(value, new Date());
      site.uploads.keepFor(id, upload);
      return id;
    });
    sendJson(response, 202, { id: job.id });
  },
};
