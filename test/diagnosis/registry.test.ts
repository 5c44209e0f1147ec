import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pages } from '../../scripts/docs/pages.js';
import { knownMessages } from '../../src/artifacts/messages/index.js';
import { moreMessages } from '../../src/diagnosis/explain/more-messages.js';
import { deciders } from '../../src/diagnosis/deciders.js';
import { findingSeverity } from '../../src/diagnosis/findings/registry.js';
import { rules } from '../../src/diagnosis/rules/index.js';
import { catalogues } from '../../src/words/areas.js';
import type { Language } from '../../src/words/catalogue.js';

const languages = Object.keys(catalogues) as Language[];

describe('the registry of findings', () => {
  it.each(languages)('has message, meaning and act for every code in %s', (language) => {
    const words = catalogues[language];
    const missing = Object.keys(findingSeverity).flatMap((code) => ['message', 'meaning', 'act'].map((what) => `finding.${code}.${what}`)).filter((key) => !words[key]);
    expect(missing).toEqual([]);
  });

  it('holds every code that has words', () => {
    const codes = Object.keys(catalogues.en).flatMap((key) => /^finding\.(.+)\.(?:message|meaning|act)$/.exec(key)?.[1] ?? []);
    expect([...new Set(codes)].filter((code) => !(code in findingSeverity))).toEqual([]);
  });
});

describe('the causes', () => {
  it.each(languages)('have a summary, a way out and a prevention in %s', (language) => {
    const words = catalogues[language];
    const missing = rules.flatMap(({ id }) => ['summary', 'prevention', ...(id === 'detected-late' ? [] : ['fix'])].map((what) => `cause.${id}.${what}`)).filter((key) => !words[key]);
    expect(missing).toEqual([]);
    expect(Object.keys(deciders).filter((id) => !words[`decider.${id}`])).toEqual([]);
  });

  it('have ids only once, and words only for causes that exist', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const worded = Object.keys(catalogues.en).flatMap((key) => /^cause\.([a-z0-9-]+)\.summary$/.exec(key)?.[1] ?? []);
    expect(worded.filter((id) => id !== 'unknown' && !ids.includes(id))).toEqual([]);
  });

  it('name only messages that the catalogue has', () => {
    const known = new Set([...knownMessages, ...moreMessages].map(({ id }) => id));
    const programs = ['etcd', 'tool', 'tls', 'kernel', 'journald', 'systemd', 'kubelet', 'apiserver', 'client', 'k3s', 'runtime', 'backup', 'stack', 'audit'];
    for (const { id } of rules) {
      const source = readFileSync(`src/diagnosis/rules/${id}.ts`, 'utf8').replace(/^ {2}source:.*$/m, '').replace(/auditFinds\([^)]*\)/g, '');
      const named = [...source.matchAll(/'([a-z0-9]+)\.([a-z-]+)'/g)].filter(([, program]) => programs.includes(program!)).map(([, program, what]) => `${program}.${what}`);
      expect(named.filter((message) => !known.has(message)), id).toEqual([]);
    }
  });
});

describe('the generated pages', () => {
  it.each(Object.keys(pages))('%s is up to date', (path) => {
    expect(readFileSync(path, 'utf8') === pages[path]!(), 'run: npx tsx scripts/docs/write.ts').toBe(true);
  });
});
