import type { Area, Catalogue, Language } from './catalogue.js';
import { isSpoken } from './spoken.js';

type Areas = Readonly<Record<Area, () => Promise<Catalogue>>>;

const english: Areas = {
  audit: () => import('./en/audit.js').then((area) => area.audit),
  boot: () => import('./en/boot.js').then((area) => area.boot),
  bytes: () => import('./en/bytes.js').then((area) => area.bytes),
  causes: () => import('./en/causes.js').then((area) => area.causes),
  cli: () => import('./en/cli.js').then((area) => area.cli),
  events: () => import('./en/events.js').then((area) => area.events),
  explain: () => import('./en/explain.js').then((area) => area.explain),
  findings: () => import('./en/findings.js').then((area) => area.findings),
  installations: () => import('./en/installations.js').then((area) => area.installations),
  intake: () => import('./en/intake.js').then((area) => area.intake),
  kubernetes: () => import('./en/kubernetes.js').then((area) => area.kubernetes),
  recommend: () => import('./en/recommend.js').then((area) => area.recommend),
  recovery: () => import('./en/recovery.js').then((area) => area.recovery),
  report: () => import('./en/report.js').then((area) => area.report),
  web: () => import('./en/web.js').then((area) => area.web),
};

const chinese: Areas = {
  audit: () => import('./zh-CN/audit.js').then((area) => area.audit),
  boot: () => import('./zh-CN/boot.js').then((area) => area.boot),
  bytes: () => import('./zh-CN/bytes.js').then((area) => area.bytes),
  causes: () => import('./zh-CN/causes.js').then((area) => area.causes),
  cli: () => import('./zh-CN/cli.js').then((area) => area.cli),
  events: () => import('./zh-CN/events.js').then((area) => area.events),
  explain: () => import('./zh-CN/explain.js').then((area) => area.explain),
  findings: () => import('./zh-CN/findings.js').then((area) => area.findings),
  installations: () => import('./zh-CN/installations.js').then((area) => area.installations),
  intake: () => import('./zh-CN/intake.js').then((area) => area.intake),
  kubernetes: () => import('./zh-CN/kubernetes.js').then((area) => area.kubernetes),
  recommend: () => import('./zh-CN/recommend.js').then((area) => area.recommend),
  recovery: () => import('./zh-CN/recovery.js').then((area) => area.recovery),
  report: () => import('./zh-CN/report.js').then((area) => area.report),
  web: () => import('./zh-CN/web.js').then((area) => area.web),
};

async function merged(language: Language, areas: Areas): Promise<Catalogue> {
  const spoken = Object.entries(areas).filter(([area]) => isSpoken(language, area as Area));
  return Object.assign({}, ...await Promise.all(spoken.map(([, load]) => load()))) as Catalogue;
}

/** All areas of each language, merged. Adding an area = one file a language and one line for each above. */
export const catalogues: Readonly<Record<Language, Catalogue>> = { en: await merged('en', english), 'zh-CN': await merged('zh-CN', chinese) };
