import type { Catalogue, Language } from './catalogue.js';
import { audit as en_audit } from './en/audit.js';
import { cli as en_cli } from './en/cli.js';
import { findings as en_findings } from './en/findings.js';
import { causes as en_causes } from './en/causes.js';
import { events as en_events } from './en/events.js';
import { explain as en_explain } from './en/explain.js';
import { recovery as en_recovery } from './en/recovery.js';
import { recommend as en_recommend } from './en/recommend.js';
import { installations as en_installations } from './en/installations.js';
import { report as en_report } from './en/report.js';
import { web as en_web } from './en/web.js';
import { boot as en_boot } from './en/boot.js';
import { bytes as en_bytes } from './en/bytes.js';
import { intake as en_intake } from './en/intake.js';
import { kubernetes as en_kubernetes } from './en/kubernetes.js';
import { audit as zh_audit } from './zh-CN/audit.js';
import { cli as zh_cli } from './zh-CN/cli.js';
import { findings as zh_findings } from './zh-CN/findings.js';
import { causes as zh_causes } from './zh-CN/causes.js';
import { events as zh_events } from './zh-CN/events.js';
import { explain as zh_explain } from './zh-CN/explain.js';
import { recovery as zh_recovery } from './zh-CN/recovery.js';
import { recommend as zh_recommend } from './zh-CN/recommend.js';
import { installations as zh_installations } from './zh-CN/installations.js';
import { report as zh_report } from './zh-CN/report.js';
import { web as zh_web } from './zh-CN/web.js';
import { boot as zh_boot } from './zh-CN/boot.js';
import { bytes as zh_bytes } from './zh-CN/bytes.js';
import { intake as zh_intake } from './zh-CN/intake.js';
import { kubernetes as zh_kubernetes } from './zh-CN/kubernetes.js';

/** All areas of each language, merged. Adding an area = one file a language and one line here. */
export const catalogues: Readonly<Record<Language, Catalogue>> = {
  en: { ...en_cli, ...en_findings, ...en_causes, ...en_events, ...en_audit, ...en_explain, ...en_recovery, ...en_recommend, ...en_installations, ...en_report, ...en_web, ...en_boot, ...en_bytes, ...en_intake, ...en_kubernetes, },
  'zh-CN': { ...zh_cli, ...zh_findings, ...zh_causes, ...zh_events, ...zh_audit, ...zh_explain, ...zh_recovery, ...zh_recommend, ...zh_installations, ...zh_report, ...zh_web, ...zh_boot, ...zh_bytes, ...zh_intake, ...zh_kubernetes, },
};
