import { openEvents, sendJson } from '../respond.js';
import type { Route } from '../router.js';

/** GET: the progress of an analysis as server-sent events: `progress`, then `done`, `failed` or `cancelled`. */
export const jobEvents: Route = {
  method: 'GET',
  path: '/api/jobs/:id/events',
  handle(site, { request, response, params }) {
    const job = site.jobs.get(params['id'] ?? '');
    const tell = openEvents(response);
    const stop = job.listen((message) => {
      if (message.kind === 'progress') return tell('progress', message.progress);
      tell(message.kind, message.kind === 'done' ? { caseId: message.caseId } : message.kind === 'failed' ? { message: message.message } : {});
      response.end();
    });
    request.on('close', stop);
  },
};

/**
 * DELETE: ends the analysis and removes its upload; answers how the job ended. One that was done before the
 * click keeps its case and its files; one that is unknown is gone already. Neither is an error.
 */
export const cancelJob: Route = {
  method: 'DELETE',
  path: '/api/jobs/:id',
  async handle(site, { response, params }) {
    const job = site.jobs.find(params['id'] ?? '');
    await job?.cancel();
    if (job !== null && job.state !== 'done') site.uploads.remove(job.uploadId);
    sendJson(response, 200, { state: job?.state ?? 'gone', caseId: job?.caseId ?? null });
  },
};
