import type { Section } from './blocks.js';
import { fileSize } from './header.js';
import { optionsAsTyped } from './options.js';
import { code, plain } from './rich.js';
import type { Reading } from './reading.js';

/** Rows of the manifest in the report; `case.json` lists every file. */
const filesShown = 200;
const glossary = ['revision', 'snapshot', 'wal', 'digest', 'member', 'quorum', 'lease', 'defragment', 'basis'] as const;

export function manifestView(r: Reading): Section {
  const { manifest } = r.case;
  const shown = manifest.slice(0, filesShown);
  return {
    id: 'manifest',
    title: r.t('report.section.manifest'),
    lead: r.rich(r.case.inputUnchanged ? 'report.manifest.unchanged' : 'report.manifest.changed', { n: r.number(manifest.length), sha256: r.case.manifestSha256 }),
    blocks: [{
      kind: 'table',
      table: {
        caption: r.t('report.section.manifest'),
        fold: 'screen',
        columns: [{ title: r.t('report.column.file'), kind: 'wide' }, { title: r.t('report.column.read-as') }, { title: r.t('report.column.host'), kind: 'host' }, { title: r.t('report.column.size'), number: true }, { title: 'SHA-256', kind: 'mono' }],
        rows: shown.map((f) => ({
          cells: [
            { text: code(f.path), ...(f.firstLine === null ? {} : { below: [{ text: r.t('report.manifest.first-line') }, { code: f.firstLine.slice(0, 100) }] }) },
            { text: plain(f.kind) }, { text: plain(f.host ?? '–') }, { text: plain(fileSize(f.size)) }, { text: code(f.sha256.slice(0, 16)) },
          ],
        })),
        ...(manifest.length > shown.length ? { note: r.rich('report.manifest.folded', { shown: shown.length, all: r.number(manifest.length) }) } : {}),
      },
    }],
  };
}

export function appendixView(r: Reading): Section {
  const { tool, schemaVersion } = r.case;
  const shownOptions = optionsAsTyped(r.case);
  return {
    id: 'appendix',
    title: r.t('report.section.appendix'),
    lead: null,
    blocks: [
      {
        kind: 'facts',
        facts: [
          { term: r.t('report.appendix.tool'), value: plain(`${tool.name} ${tool.version}`) },
          { term: r.t('report.appendix.schema'), value: plain(schemaVersion) },
          { term: r.t('report.appendix.options'), value: shownOptions === '' ? plain('–') : code(shownOptions) },
          { term: r.t('report.appendix.manifest'), value: code(r.case.manifestSha256) },
          { term: r.t('report.appendix.kubernetes'), value: plain(r.case.installation.kubernetesVersion?.value ?? r.t('report.unknown')) },
        ],
      },
      { kind: 'heading', text: r.t('report.glossary') },
      { kind: 'facts', facts: glossary.map((word) => ({ term: r.t(`report.glossary.${word}`), value: r.rich(`report.glossary.${word}.text`) })) },
    ],
  };
}
