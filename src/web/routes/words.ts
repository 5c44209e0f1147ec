import { catalogues } from '../../words/areas.js';
import { sendJson } from '../respond.js';
import type { Route } from '../router.js';

/** GET: the words of one language that the page uses. */
export const pageWords: Route = {
  method: 'GET',
  path: '/api/words',
  handle(_site, { response, query }) {
    const all = Object.entries(catalogues[query.get('lang') === 'zh-CN' ? 'zh-CN' : 'en']);
    sendJson(response, 200, Object.fromEntries(all.filter(([key]) => /^(?:web|error|report\.installation|report\.component)\./.test(key))));
  },
};
