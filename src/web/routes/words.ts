import { catalogues } from '../../words/areas.js';
import { sendJson } from '../respond.js';
import type { Route } from '../router.js';

/** What the page says in its own words, and what it says as the report does. */
const used = /^(?:web\.|error\.|report\.(?:installation|component|phase|confidence)\.|report\.before-anything$|runbook\.rollback\.|finding\.[\w.-]+\.act$)/;

/** GET: the words of one language that the page uses. */
export const pageWords: Route = {
  method: 'GET',
  path: '/api/words',
  handle(_site, { response, query }) {
    const all = Object.entries(catalogues[query.get('lang') === 'zh-CN' ? 'zh-CN' : 'en']);
    sendJson(response, 200, Object.fromEntries(all.filter(([key]) => used.test(key))));
  },
};
