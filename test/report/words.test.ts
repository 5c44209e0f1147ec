import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { report as english } from '../../src/words/en/report.js';
import { report as chinese } from '../../src/words/zh-CN/report.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = ['src', 'templates']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|eta)$/.test(name) && (!name.startsWith('words') || name === 'words/duration.ts')).map((name) => readFileSync(join(root, folder, name), 'utf8')))
  .join('\n');

test('every word of the report is used, and every word that is used exists', () => {
  const literals = new Set([...sources.matchAll(/['"`]((?:report|terminal)\.[a-zA-Z0-9.-]*[a-zA-Z0-9])['"`]/g)].map((m) => m[1]!));
  const families = [...sources.matchAll(/['"`]((?:report|terminal)\.[a-zA-Z0-9.-]*)(?:\$\{|['"] \+)/g)].map((m) => m[1]!);
  const used = (key: string): boolean => literals.has(key) || families.some((start) => key.startsWith(start));
  expect(Object.keys(english).filter((key) => !used(key))).toEqual([]);
  expect([...literals].filter((key) => !(key in english) && !families.some((start) => start === key || start.startsWith(`${key}.`)))).toEqual([]);
});

test('both languages have the same keys with the same places, and the Chinese ones are Chinese', () => {
  const places = (text: string): readonly string[] => [...new Set([...text.matchAll(/\{(\w+)[^}]*\}/g)].map((m) => m[1]!))].sort();
  const dates = /^report\.(months|day|date|weekdays)/;
  for (const [key, text] of Object.entries(english)) {
    const other = (chinese as Record<string, string>)[key]!;
    if (!dates.test(key)) expect([key, places(other)]).toEqual([key, places(text)]);
    if (/[a-z]{4}/.test(text.replaceAll('etcd', '').replace(/\{\w+[^}]*\}|`[^`]*`|\*\*/g, '')) && other === text) expect(key).toMatch(/^report\.(installation|setting|component|column|runs-as|appendix)\./);
    expect(other).not.toMatch(/[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]/);
  }
});
