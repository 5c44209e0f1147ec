import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { send } from './respond.js';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  woff2: 'font/woff2',
};

interface PageFile {
  readonly location: URL;
  readonly type: string;
}

/** Files of one folder by request path. */
function folderFiles(folder: URL, pathOf: (name: string) => string): readonly (readonly [string, PageFile])[] {
  return readdirSync(folder).flatMap((name) => {
    const type = types[name.split('.').at(-1) ?? ''];
    return type === undefined ? [] : [[pathOf(name), { location: new URL(name, folder), type }] as const];
  });
}

/** Modules outside of the page's folder that the page runs too: no imports but of types, nothing of Node. */
const shared = ['case/no-restore.js', 'case/open-loss.js', 'report/view/paths.js', 'words/fill.js'] as const;

/** The files of the page by request path, listed once at start: no path of a request reaches the file system. */
const files: ReadonlyMap<string, PageFile> = new Map([
  ...folderFiles(new URL('./page/', import.meta.url), (name) => (name === 'index.html' ? '/' : `/page/${name}`)),
  ...folderFiles(new URL('../../assets/fonts/', import.meta.url), (name) => `/page/fonts/${name}`),
  ...shared.map((name) => [`/${name}`, { location: new URL(`../${name}`, import.meta.url), type: types['js'] ?? '' }] as const),
]);

/** Answers with a file of the page; false when the path is none of them. */
export function servePage(path: string, response: ServerResponse): boolean {
  const entry = files.get(path);
  if (entry === undefined) return false;
  send(response, 200, entry.type, readFileSync(entry.location));
  return true;
}
