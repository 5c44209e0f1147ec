import type { Catalogue, Language } from './catalogue.js';
import { spokenLanguages } from './spoken.js';

type Areas = () => Promise<readonly Catalogue[]>;

const english: Areas = () => Promise.all([
  import('./en/audit.js').then((area) => area.audit),
  import('./en/boot.js').then((area) => area.boot),
  import('./en/bytes.js').then((area) => area.bytes),
  import('./en/causes.js').then((area) => area.causes),
  import('./en/cli.js').then((area) => area.cli),
  import('./en/events.js').then((area) => area.events),
  import('./en/explain.js').then((area) => area.explain),
  import('./en/findings.js').then((area) => area.findings),
  import('./en/installations.js').then((area) => area.installations),
  import('./en/intake.js').then((area) => area.intake),
  import('./en/kubernetes.js').then((area) => area.kubernetes),
  import('./en/recommend.js').then((area) => area.recommend),
  import('./en/recovery.js').then((area) => area.recovery),
  import('./en/report.js').then((area) => area.report),
  import('./en/web.js').then((area) => area.web),
]);

const chinese: Areas = () => Promise.all([
  import('./zh-CN/audit.js').then((area) => area.audit),
  import('./zh-CN/boot.js').then((area) => area.boot),
  import('./zh-CN/bytes.js').then((area) => area.bytes),
  import('./zh-CN/causes.js').then((area) => area.causes),
  import('./zh-CN/cli.js').then((area) => area.cli),
  import('./zh-CN/events.js').then((area) => area.events),
  import('./zh-CN/explain.js').then((area) => area.explain),
  import('./zh-CN/findings.js').then((area) => area.findings),
  import('./zh-CN/installations.js').then((area) => area.installations),
  import('./zh-CN/intake.js').then((area) => area.intake),
  import('./zh-CN/kubernetes.js').then((area) => area.kubernetes),
  import('./zh-CN/recommend.js').then((area) => area.recommend),
  import('./zh-CN/recovery.js').then((area) => area.recovery),
  import('./zh-CN/report.js').then((area) => area.report),
  import('./zh-CN/web.js').then((area) => area.web),
]);

async function merged(language: Language, areas: Areas): Promise<Catalogue> {
  return spokenLanguages().includes(language) ? Object.assign({}, ...await areas()) as Catalogue : {};
}

/** All areas of each language, merged. Adding an area = one file a language and one line for each above. */
export const catalogues: Readonly<Record<Language, Catalogue>> = { en: await merged('en', english), 'zh-CN': await merged('zh-CN', chinese) };
