import { createReadStream, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { removeFolder } from '../../remove-folder.js';
import { chartNames, chartOf } from '../../report/index.js';
import { HttpError, send, sendFile, sendJson } from '../respond.js';
import { whileWanted, type Route, type Site } from '../router.js';
import { exportFiles, runTask, type ExportKind } from '../tasks.js';

/** GET: one chart of a case as SVG. */
export const caseChart: Route = {
  method: 'GET',
  path: '/api/cases/:id/chart/:name',
  async handle(site, { response, params, query }) {
    const { value } = await site.casebook.readCase(params['id'] ?? '');
    const name = chartNames.find((one) => one === params['name']);
    const svg = name === undefined ? null : chartOf(value, name, query.get('width') === 'narrow' ? 'narrow' : 'wide');
    if (svg === null) throw new HttpError(404, 'web.not-found');
    send(response, 200, 'image/svg+xml', svg);
  },
};

/** A private folder for one answer; removed when the answer has gone out. */
async function withFolder(site: Site, act: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-autopsy-out-'));
  site.scratch.add(folder);
  try {
    await act(folder);
  } finally {
    removeFolder(folder);
    site.scratch.delete(folder);
  }
}

/** GET: a case in one form, as a download. The restore folder holds the snapshot while its upload is here. */
export const exportedCase: Route = {
  method: 'GET',
  path: '/api/cases/:id/export/:kind',
  async handle(site, call) {
    const { response, params } = call;
    const kind = params['kind'] ?? '';
    if (!Object.hasOwn(exportFiles, kind)) throw new HttpError(404, 'web.not-found');
    const as = kind as ExportKind;
    const { entry, value, notes } = await site.casebook.readCase(params['id'] ?? '');
    const inputs = site.uploads.ofCase(entry.id)?.files ?? null;
    await withFolder(site, async (folder) => {
      const outFile = join(folder, 'out');
      const answer = await runTask({ kind: 'export', as, value, notes, inputs, outFile }, folder, whileWanted(site, call), site.workerFile);
      if (answer.kind !== 'exported') throw new HttpError(500, 'web.internal');
      const { name, type } = exportFiles[as];
      await pipeline(createReadStream(outFile), sendFile(response, type, name, answer.bytes));
    });
  },
};

/** GET `?a=ID&b=ID`: the objects in which two candidates of a case differ. */
export const comparedCandidates: Route = {
  method: 'GET',
  path: '/api/cases/:id/diff',
  async handle(site, call) {
    const { response, params, query } = call;
    const { entry, value } = await site.casebook.readCase(params['id'] ?? '');
    const upload = site.uploads.ofCase(entry.id);
    if (upload === null) throw new HttpError(410, 'web.files-gone');
    const [a, b] = ['a', 'b'].map((side) => value.candidates.find((candidate) => candidate.id === query.get(side)));
    if (a === undefined || b === undefined) throw new HttpError(404, 'web.not-found');
    if ([a, b].some((one) => ['empty', 'not-bbolt', 'unreadable'].includes(one.verdict))) throw new HttpError(409, 'web.not-comparable');
    const answer = await runTask({ kind: 'compare', inputs: upload.files, a: a.path, b: b.path }, upload.folder, whileWanted(site, call), site.workerFile);
    if (answer.kind !== 'compared') throw new HttpError(500, 'web.internal');
    sendJson(response, 200, { rows: answer.rows, folded: answer.folded });
  },
};
