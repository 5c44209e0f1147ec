import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { escapeHtml } from './escape/html.js';
import { escapeMarkdown } from './escape/markdown.js';

const views = fileURLToPath(new URL('../../templates', import.meta.url));

/** Every `<%= %>` of a template goes through the escaping function of its sink. */
function engine(escapeFunction: (text: unknown) => string): Eta {
  return new Eta({ views, autoEscape: true, escapeFunction, cache: true, autoTrim: [false, 'nl'] });
}

export const htmlTemplates = engine((value) => escapeHtml(String(value)));
export const markdownTemplates = engine((value) => escapeMarkdown(String(value)));
