import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { send } from './respond.js';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

const folder = new URL('./page/', import.meta.url);

/** The files of the page by request path, listed once at start: no path of a request reaches the file system. */
const files: ReadonlyMap<string, { readonly location: URL; readonly type: string }> = new Map(
  readdirSync(folder).flatMap((name) => {
    const type = types[name.split('.').at(-1) ?? ''];
    const path = name === 'index.html' ? '/' : `/page/${name}`;
    return type === undefined ? [] : [[path, { location: new URL(name, folder), type }] as const];
  }),
);

/** Answers with a file of the page; false when the path is none of them. */
export function servePage(path: string, response: ServerResponse): boolean {
  const entry = files.get(path);
  if (entry === undefined) return false;
  send(response, 200, entry.type, readFileSync(entry.location));
  return true;
}
