import { drawChart } from './charts/chart.js';
import type { ChartName } from './charts/chart-names.js';
import { escapeMarkdown, markdownBlock, markdownCode } from './escape/markdown.js';
import { visible } from './escape/html.js';
import { markdownTemplates } from './templates.js';
import type { Cell, Row } from './view/blocks.js';
import type { EvidenceItem } from './view/evidence.js';
import { optionsAsTyped } from './view/options.js';
import type { ReportView } from './view/report-view.js';
import { richMarkdown, richPlain, type Rich } from './view/rich.js';

/** File of a chart beside the report. */
export const chartFile = (name: ChartName): string => `charts/${name}.svg`;

function cell(view: ReportView, one: Cell, row: Row): string {
  const { t } = view.reading;
  const text = richMarkdown(one.text, true);
  const below = one.below === undefined || richPlain(one.below).trim() === '' && !one.below.some((run) => 'cite' in run) ? '' : richMarkdown(one.below, true);
  const parts = [
    one.mark === undefined ? '' : escapeMarkdown(one.mark.word), row.pick === true && one.tag !== undefined ? `**${text}**` : text,
    one.tag === undefined ? '' : `**← ${escapeMarkdown(one.tag)}**`, one.basis === undefined ? '' : escapeMarkdown(t(`report.basis.${one.basis}`)), below === '' ? '' : `<br>${below}`,
  ];
  return parts.filter((p) => p !== '').join(' ');
}

function excerpt(view: ReportView, item: EvidenceItem): string {
  const width = Math.max(...item.lines.map((line) => String(line.number ?? '').length));
  return item.lines.map((line) => `${line.cited ? '>' : ' '} ${line.number === null ? '' : String(line.number).padStart(width)}  ${line.text}${line.cut > 0 ? ` ${view.reading.t('report.evidence.cut', { n: line.cut })}` : ''}`).join('\n');
}

/** Notes of people inside the report: their headings step down, so that the report keeps its own order. */
function notes(markdown: string): string {
  return visible(markdown).split('\n').map((line) => line.replace(/^(#{1,4})(?=\s)/, '#####')).join('\n');
}

/** The report as Markdown for GitHub, a wiki or a terminal. */
export function markdownReport(view: ReportView): string {
  const { reading } = view;
  const { case: c, t } = reading;
  const options = optionsAsTyped(c);
  const text = markdownTemplates.render('./postmortem.md.eta', {
    view, t, rich: reading.rich,
    md: (rich: Rich, inTable = false) => richMarkdown(rich, inTable),
    code: (one: string) => markdownCode(one, true),
    fence: markdownBlock,
    indented: (one: string) => markdownBlock(one, 'sh').split('\n').map((line) => `  ${line}`).join('\n'),
    cell: (one: Cell, row: Row) => cell(view, one, row),
    excerpt: (item: EvidenceItem) => excerpt(view, item),
    notes,
    chart: (name: ChartName) => {
      const drawn = drawChart(reading, name, 'wide');
      return drawn === null ? null : { title: drawn.title, text: drawn.text, file: chartFile(name) };
    },
    footer: [`${c.tool.name} ${c.tool.version}`, `schema ${c.schemaVersion}`, `${t('report.footer.options')}${t('report.colon')}${options === '' ? '–' : options}`, `${t('report.footer.manifest')} ${c.manifestSha256}`, t(c.inputUnchanged ? 'report.footer.unchanged' : 'report.footer.changed')].join(' · '),
  });
  return `${text.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n').trim()}\n`;
}
