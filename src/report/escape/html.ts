const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/**
 * Text for the content or a quoted attribute of HTML and SVG. Control characters, which no reader can
 * see, and marks that turn the direction of writing are shown as their code points.
 */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (c) => entities[c] ?? c);
}

/** Control characters, bidi marks and lone surrogates by name; line feed and tab stay. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu,
    (c) => (c === '\r' ? '' : `\u27e8${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`),
  );
}
