import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import type { Explained, Explanation } from './index.js';

/** The explanation as plain lines, for the terminal and the page. */
export function explanationText(explained: Explained, language: Language): string {
  const t = (key: string, params: Readonly<Record<string, string | number>> = {}): string => say(language, `explain.${key}`, params);
  if (explained.matches.length === 0) return t('none');
  const blocks = explained.matches.map((match) => block(match, t));
  const decisive = explained.decisive === null || explained.matches.length < 2 ? null : explained.matches[explained.decisive]!;
  const tail = [
    ...(explained.builtFrom === null ? [] : [t('built', { version: explained.builtFrom })]),
    ...(decisive === null ? [] : [t('decisive', { id: decisive.messageId, line: decisive.line })]),
  ];
  return [...blocks, ...tail].join('\n\n');
}

function block(match: Explanation, t: (key: string, params?: Readonly<Record<string, string | number>>) => string): string {
  const fields = Object.entries(match.fields).map(([name, value]) => `${name} ${value}`);
  const rows: readonly (readonly [string, string | null])[] = [
    [t('means'), match.meaning],
    [t('save'), match.severity === 'info' ? null : t(`save.${match.save}`)],
    [t('do'), match.action],
    [t('dont'), match.avoid],
    [t('versions'), match.versions ?? t('versions.all')],
    [t('fields'), fields.length === 0 ? null : fields.join(', ')],
  ];
  const repeated = match.count > 1 ? ` (${t('repeated', { count: match.count, last: match.lastLine })})` : '';
  return [
    `${t('line', { line: match.line })}: ${match.program}, ${t(`severity.${match.severity}`)}, ${match.messageId}${repeated}`,
    ...(match.confidence === 'low' ? [`  ${t('unsure')}`] : []),
    ...rows.flatMap(([name, value]) => (value === null ? [] : [`  ${name}: ${value}`])),
  ].join('\n');
}
