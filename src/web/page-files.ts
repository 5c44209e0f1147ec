import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { send } from './respond.js';

/**
 * The files of the page, by the path under which the browser asks for them. The list is fixed: no path
 * of a request ever reaches the file system.
 */
const files: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
};

/** Answers with a file of the page; false when the path is none of them. */
export function servePage(path: string, response: ServerResponse): boolean {
  const entry = Object.hasOwn(files, path) ? files[path] : undefined;
  if (entry === undefined) return false;
  const location = new URL(`./page/${entry.file}`, import.meta.url);
  if (!existsSync(location)) return false;
  send(response, 200, entry.type, readFileSync(location));
  return true;
}
