import { z } from 'zod';
import { sendJson } from '../respond.js';
import { readJson, type Route } from '../router.js';

/** GET: the list of earlier cases. */
export const listCases: Route = {
  method: 'GET',
  path: '/api/cases',
  handle: async (site, { response }) => sendJson(response, 200, await site.casebook.cases()),
};

/** GET: one case with its notes. */
export const readCase: Route = {
  method: 'GET',
  path: '/api/cases/:id',
  handle: async (site, { response, params }) => sendJson(response, 200, await site.casebook.readCase(params['id'] ?? '')),
};

/** DELETE: removes one case. */
export const removeCase: Route = {
  method: 'DELETE',
  path: '/api/cases/:id',
  async handle(site, { response, params }) {
    const { entry } = await site.casebook.readCase(params['id'] ?? '');
    await site.casebook.removeCase(entry.id);
    const upload = site.uploads.ofCase(entry.id);
    if (upload !== null) site.uploads.remove(upload.id);
    sendJson(response, 200, {});
  },
};

const notes = z.record(z.string().max(64), z.string().max(100_000));

/** PUT: the sections that only people can fill. */
export const writeNotes: Route = {
  method: 'PUT',
  path: '/api/cases/:id/notes',
  async handle(site, { request, response, params }) {
    await site.casebook.putNotes(params['id'] ?? '', notes.parse(await readJson(request)));
    sendJson(response, 200, {});
  },
};
