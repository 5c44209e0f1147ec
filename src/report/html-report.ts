import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { drawChart } from './charts/chart.js';
import { chartNames, type ChartName } from './charts/chart-names.js';
import type { Chart, ChartWidth } from './charts/sheet.js';
import { glyphSvg, type Shape } from './charts/glyphs.js';
import { cssString } from './escape/css-string.js';
import { escapeHtml } from './escape/html.js';
import { paperFonts, screenFonts } from './fonts.js';
import { notesHtml, proseHtml } from './prose-html.js';
import { htmlTemplates } from './templates.js';
import { optionsAsTyped } from './view/options.js';
import type { ReportView } from './view/report-view.js';
import { ms } from './view/times.js';
import type { Rich } from './view/rich.js';

const sheet = (name: string): string => readFileSync(new URL(`../../templates/${name}.css`, import.meta.url), 'utf8');

/** Filled cells of three, with a word beside them in the text. */
function cells(filled: number): string {
  return `<span class="cells" aria-hidden="true">${[0, 1, 2].map((i) => `<i${i < filled ? ' class="full"' : ''}></i>`).join('')}</span>`;
}

/**
 * Lines of one command, wrapped between words with a hanging indent. The text is the exact source: what is
 * copied has no line break or blank that is only visual.
 */
function commandLines(command: string, last: boolean): string {
  const words = (line: string): string => line.split(/( +)/).map((word) => (word.trim() === '' ? word : `<span class="w">${escapeHtml(word)}</span>`)).join('');
  return command.split('\n').map((line, i, all) => `<span class="line">${words(line)}${last && i === all.length - 1 ? '' : '\n'}</span>`).join('');
}

function marginBoxes(view: ReportView): string {
  const { case: c, t, clock } = view.reading;
  const hosts = [...new Set(c.members.flatMap((m) => (m.host === null ? [] : [m.host])))].slice(0, 4).join(t('report.comma'));
  const at = ms(c.outage.collectedAt.best) ?? ms(c.outage.collectedAt.notAfter);
  const head = [`${t('report.postmortem')}`, ...(hosts === '' ? [] : [hosts])].join(' · ');
  const date = at === null ? '' : clock.iso(at).slice(0, 10);
  return `@page{@top-left{content:${cssString(`etcd-autopsy  ${head}`)}}@top-right{content:${cssString(date)}}@bottom-left{content:${cssString(`${t('report.footer.manifest')} ${c.manifestSha256.slice(0, 8)} · ${c.tool.version}`)}}@bottom-right{content:counter(page) " / " counter(pages)}}`;
}

function footer(view: ReportView): string {
  const { case: c, t } = view.reading;
  const options = optionsAsTyped(c);
  return [`${c.tool.name} ${c.tool.version}`, `schema ${c.schemaVersion}`, `${t('report.footer.options')}${t('report.colon')}${options === '' ? '–' : options}`, `${t('report.footer.manifest')} ${c.manifestSha256.slice(0, 16)}`, t(c.inputUnchanged ? 'report.footer.unchanged' : 'report.footer.changed')].join(' · ');
}

type Drawn = Chart & { readonly width: ChartWidth };

/**
 * The report as one HTML file: no script, no request to anywhere, a policy that allows only its own style
 * sheet. For paper: the form that is printed to PDF, with all fonts, without navigation, with tick boxes.
 */
export function htmlReport(view: ReportView): string {
  const { reading } = view;
  const paper = reading.medium === 'paper';
  const widths: readonly ChartWidth[] = paper ? ['paper'] : ['wide', 'paper', 'narrow'];
  const drawn = new Map<ChartName, readonly Drawn[]>(chartNames.map((name) => [name, widths.flatMap((width): readonly Drawn[] => {
    const chart = drawChart(reading, name, width);
    return chart === null ? [] : [{ ...chart, width }];
  })]));
  const basisOf = new Map([...reading.cited].map(([id, { evidence }]) => [id, evidence.basis]));
  const render = (style: string): string => htmlTemplates.render('./postmortem.html.eta', {
    view, paper, language: reading.language, t: reading.t, rich: reading.rich, style,
    styleHash: `sha256-${createHash('sha256').update(style).digest('base64')}`,
    documentTitle: `${view.header.title} · etcd-autopsy`,
    generator: `etcd-autopsy ${reading.case.tool.version}`,
    footer: footer(view),
    prose: (rich: Rich) => proseHtml(rich, (id) => basisOf.get(id) ?? null),
    notes: notesHtml, cells, commandLines,
    glyph: (shape: Shape) => glyphSvg(shape),
    charts: (name: ChartName) => drawn.get(name) ?? [],
  });
  const css = `${sheet('report')}\n${sheet('paper')}\n${marginBoxes(view)}`;
  if (!paper) return render(`${screenFonts(reading.language)}\n${css}`);
  const marker = '/* fonts */';
  const text = render(marker);
  const style = `${paperFonts(reading.language, text)}\n${css}`;
  return render(style);
}
