import { marked } from 'marked';
import sanitizeHtml from 'sanitize-html';
import type { Basis } from '../case/model.js';
import { escapeHtml, visible } from './escape/html.js';
import { richMarkdown, type Rich } from './view/rich.js';

const heads = { h1: 'h4', h2: 'h4', h3: 'h4', h5: 'h4', h6: 'h4' };

/** Words of the report: marks, code and evidence marks, nothing else. */
const proseRules: sanitizeHtml.IOptions = {
  allowedTags: ['strong', 'code', 'a'],
  allowedAttributes: { a: ['href', 'class'] },
  allowedSchemes: [],
  allowProtocolRelative: false,
  disallowedTagsMode: 'escape',
};

/** Notes of people: the marks of a text, links to the web, no pictures, no styles. */
const noteRules: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'h4', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a'],
  allowedAttributes: { a: ['href', 'rel'], ol: ['start'] },
  allowedSchemes: ['https', 'http', 'mailto'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'escape',
  transformTags: { ...heads, a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer nofollow' }) },
};

const plainWords = /^[\p{L}\p{N} ,.;:()“”„·–—…、。，；：（）～≥%]*$/u;

/**
 * A sentence as HTML, by way of its Markdown: what the two reports say is the same by construction.
 * `basis` tells how a cited place is known.
 */
export function proseHtml(rich: Rich, basis: (id: string) => Basis | null): string {
  if (rich.every((run) => 'text' in run && plainWords.test(run.text))) return escapeHtml(rich.map((run) => ('text' in run ? run.text : '')).join(''));
  const html = marked.parseInline(richMarkdown(rich), { async: false, gfm: true });
  const clean = sanitizeHtml(html, {
    ...proseRules,
    transformTags: {
      a: (tagName, attributes) => {
        const id = /^#(e\d+)$/.exec(attributes['href'] ?? '')?.[1];
        return id === undefined ? { tagName: 'span', attribs: {} } : { tagName, attribs: { href: `#${id}`, class: `chip ${basis(id.toUpperCase()) ?? 'observed'}` } };
      },
    },
  });
  // A short command stays on one line: `set -e` must not break after its hyphen.
  return clean.replace(/<code>([^<]{1,24})<\/code>/g, '<code class="keep">$1</code>');
}

/** What people wrote, as HTML. */
export function notesHtml(markdown: string): string {
  return sanitizeHtml(marked.parse(visible(markdown), { async: false, gfm: true }), noteRules);
}
