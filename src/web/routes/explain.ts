import { z } from 'zod';
import { explain } from '../../diagnosis/explain/index.js';
import { explanationText } from '../../diagnosis/explain/text.js';
import { sendJson } from '../respond.js';
import { readJson, type Route } from '../router.js';

const question = z.object({ text: z.string().max(1_000_000), language: z.enum(['en', 'zh-CN']).catch('en') });

/** POST `{text, language}`: pasted lines in plain words, as text and as data. */
export const explainLines: Route = {
  method: 'POST',
  path: '/api/explain',
  async handle(_site, { request, response }) {
    const { text, language } = question.parse(await readJson(request));
    const explained = explain(text, language);
    sendJson(response, 200, { text: explanationText(explained, language), ...explained });
  },
};
