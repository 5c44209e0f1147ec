import { tmpdir } from 'node:os';
import { z } from 'zod';
import { explained } from '../explained.js';
import { HttpError, sendJson } from '../respond.js';
import { readJson, whileWanted, type Route } from '../router.js';
import { runTask } from '../tasks.js';

const question = z.object({ text: z.string().max(1_000_000), language: z.enum(['en', 'zh-CN']).catch('en') });

/** A few lines are explained at once; more of them in a thread, so that the page goes on answering. */
const atOnce = 10_000;

/** POST `{text, language}`: pasted lines in plain words, as text and as data. */
export const explainLines: Route = {
  method: 'POST',
  path: '/api/explain',
  async handle(site, call) {
    const { text, language } = question.parse(await readJson(call.request));
    if (text.length <= atOnce) return sendJson(call.response, 200, explained(text, language));
    const answer = await runTask({ kind: 'explain', text, language }, tmpdir(), whileWanted(site, call), site.workerFile);
    if (answer.kind !== 'explained') throw new HttpError(500, 'web.internal');
    sendJson(call.response, 200, answer.value);
  },
};
