import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { catalogues } from '../../src/words/areas.js';
import type { Catalogue } from '../../src/words/catalogue.js';

const words = new URL('../../src/words/', import.meta.url).pathname;
const root = new URL('../../', import.meta.url).pathname;

/** Keys of one language as its files write them, area by area: what merging would hide. */
async function keysWritten(language: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const listed = readFileSync(join(words, 'areas.ts'), 'utf8');
  const exported = (file: string) => listed.includes(`'./${language}/${file.replace('.ts', '.js')}'`);
  for (const file of readdirSync(join(words, language))) {
    const area = await import(join(words, language, file)) as Record<string, Catalogue>;
    if (exported(file)) for (const catalogue of Object.values(area)) keys.push(...Object.keys(catalogue));
  }
  return keys;
}

/** The places of a sentence. A month is a name in English and a number in Chinese: one place. */
function places(text: string): string {
  return [...new Set([...text.matchAll(/\{(\w+)[^}]*\}/g)].map((match) => match[1]!.replace('monthName', 'month')))].sort().join(' ');
}

/** What speaks to people: the program and the generator of its pages, without the catalogues and the readers of bytes. */
function code(): string {
  const files = ['src', 'scripts', 'templates'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)));
  return files.filter((name) => /\.(?:ts|eta)$/.test(name) && !/\/src\/(?:words|formats)\//.test(name)).map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
}

const source = code();

test.each(['en', 'zh-CN'] as const)('each key of %s is written once, in a file that is listed', async (language) => {
  const written = [...await keysWritten(language)].sort();
  expect(written.filter((key, i) => key === written[i + 1])).toEqual([]);
  expect(Object.keys(catalogues[language]).sort()).toEqual([...new Set(written)]);
});

test('both languages have the same keys, with the same places to fill', () => {
  const english = Object.entries(catalogues.en);
  expect(Object.keys(catalogues['zh-CN']).sort()).toEqual(english.map(([key]) => key).sort());
  expect(english.filter(([key, text]) => places(text) !== places(catalogues['zh-CN'][key] ?? '')).map(([key]) => key)).toEqual([]);
});

test('Chinese sentences use Chinese punctuation', () => {
  const ascii = /[\u4e00-\u9fff][,;:!?(]|[,;:)](?=[\u4e00-\u9fff])|[\u4e00-\u9fff]\.(?:\s|$)/;
  const wrong = Object.entries(catalogues['zh-CN']).filter(([, text]) => ascii.test(text.replaceAll(/`[^`]*`/g, '')));
  expect(wrong).toEqual([]);
});

test('every key that the code names is in the catalogues', () => {
  const named = [...source.matchAll(/\b(?:say|said|sentence)\((?:\w+\.)*language, '([a-z][\w.-]*\.[\w.-]+)'/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(200);
  expect([...new Set(named)].filter((key) => !(key in catalogues.en))).toEqual([]);
});

test('every key of the catalogues is named in the code, whole or by its beginning', () => {
  const whole = new Set([...source.matchAll(/['"`]([a-z][\w-]*(?:\.[\w-]+)+)/g)].map((match) => match[1]!));
  const begun = [...new Set([...source.matchAll(/[`']([a-z][\w-]*(?:\.[\w-]+)*\.[\w-]*)\$\{/g)].map((match) => match[1]!))];
  const unused = Object.keys(catalogues.en).filter((key) => !whole.has(key) && !begun.some((beginning) => key.startsWith(beginning)));
  expect(unused).toEqual([]);
});

/** A file of src and all that it imports, but for the words. */
function reached(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file) || file.startsWith(words)) return seen;
  seen.add(file);
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)\.js'/g)) reached(`${join(dirname(file), name!)}.ts`, seen);
  return seen;
}

test.each(commands.filter((entry) => entry.words !== undefined))('$path names every area whose words it could say', async (entry) => {
  const areas = await Promise.all(entry.words!.map((area) => import(join(words, 'en', `${area}.ts`)) as Promise<Record<string, Catalogue>>));
  const spoken = areas.flatMap((area) => Object.values(area).flatMap((catalogue) => Object.keys(catalogue)));
  const code = [...reached(join(root, `src/cli/commands/${entry.path.replaceAll(' ', '-')}.ts`))].map((name) => readFileSync(name, 'utf8')).join('\n');
  const named = [...code.matchAll(/['"`]([a-z][\w-]*(?:\.[\w-]+)+)['"`]/g)].map((match) => match[1]!).filter((key) => key in catalogues.en);
  const begun = [...code.matchAll(/[`']([a-z][\w-]*(?:\.[\w-]+)*\.[\w-]*)\$\{/g)].map((match) => match[1]!).flatMap((beginning) => Object.keys(catalogues.en).filter((key) => key.startsWith(beginning)));
  expect(named.length).toBeGreaterThan(3);
  expect([entry.summary, ...named, ...begun].filter((key) => !spoken.includes(key))).toEqual([]);
});
