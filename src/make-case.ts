import { readFileSync } from 'node:fs';
import type { Draft } from './case/draft.js';
import { citedIn, excerptsOf } from './case/excerpts.js';
import { schemaVersion, type Case, type Finding, type Said } from './case/model.js';
import { revisionPoints } from './case/revision-points.js';
import { timeReadings } from './case/time-readings.js';
import { estimate } from './case/time-words.js';
import type { auditBackups } from './diagnosis/audit/index.js';
import type { Diagnosis, Timeline } from './diagnosis/index.js';
import type { Bundle } from './intake/index.js';
import { candidateFindings } from './recovery/candidate-findings.js';
import type { PlanOrMissing } from './recovery/plan.js';
import type { Recommended } from './recovery/recommend.js';
import { say } from './words/say.js';
import type { Language } from './words/catalogue.js';

/** What the caller decides about an analysis; it is named in the case. */
export interface AnalyzeOptions {
  readonly language: Language;
  /** Zone for civil times that nothing in the bundle explains, for example `Asia/Shanghai`. */
  readonly assumeZone: string | null;
}

/** Everything that a case is put together from. */
export interface CaseParts {
  readonly bundle: Bundle;
  readonly draft: Draft;
  readonly timeline: Timeline;
  readonly diagnosis: Diagnosis;
  readonly audit: ReturnType<typeof auditBackups>;
  readonly recommended: Recommended;
  readonly plan: PlanOrMissing;
  readonly options: AnalyzeOptions;
}

export function toolVersion(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

const few = (names: readonly string[]): string => (names.length <= 6 ? names.join(', ') : `${names.slice(0, 6).join(', ')}, …`);

/** What this analysis itself could not look at, beside what the diagnosis misses. */
function unseen(parts: CaseParts, changed: readonly string[]): Said[] {
  const { draft, options } = parts;
  const said = (key: string, params: Said['params']): Said => ({ key, params, text: say(options.language, key, params) });
  const notes: Said[] = [];
  const unread = draft.manifest.filter((entry) => entry.kind === 'unrecognised' || (entry.kind === 'binary' && !draft.manifest.some((other) => other.path.startsWith(`${entry.path}!/`)))).map((entry) => entry.path);
  if (unread.length > 0) notes.push(said('case.not-checked.binary', { count: unread.length, names: few(unread) }));
  if (changed.length > 0) notes.push(said('case.not-checked.changed', { names: few(changed) }));
  const unzoned = draft.hosts.filter((host) => host.zone === null);
  if (unzoned.length > 0) notes.push(said('case.not-checked.zone', { host: few(unzoned.map((host) => host.name)) }));
  if (draft.facts.length > 0 && draft.collected.notAfter === null) notes.push(said('case.not-checked.collection', {}));
  return notes;
}

function title(parts: CaseParts): string {
  const { draft, diagnosis, options } = parts;
  const cause = diagnosis.causes.find((one) => one.confidence !== 'rejected');
  const hosts = draft.hosts.filter((host) => host.roles.includes('etcd')).map((host) => host.name);
  const where = hosts.length > 0 ? hosts : draft.hosts.map((host) => host.name);
  const what = cause?.summary.text.replace(/[.。]$/, '') ?? say(options.language, 'case.title.unknown');
  return where.length === 0 || cause !== undefined ? what : say(options.language, 'case.title', { what, where: few(where) });
}

const rankOf: Readonly<Record<Finding['severity'], number>> = { critical: 0, error: 1, warning: 2, info: 3 };

/** A cluster that answers, with no failure dated, had no outage: its newest snapshot ends nothing. */
function outageOf(parts: CaseParts): Case['outage'] {
  const { outage } = parts.timeline;
  const { health } = parts.recommended.situation;
  return health.allHealthy && outage.firstKnownBad === null ? { ...outage, start: { notBefore: null, notAfter: null }, detectedAt: null } : outage;
}

/** The recommendation with the facts that its plan still lacks, each named once. */
function withMissing(parts: CaseParts): Case['recommendation'] {
  const { recommendation } = parts.recommended;
  const known = new Set(recommendation.missingFacts.map((one) => one.fact));
  return { ...recommendation, missingFacts: [...recommendation.missingFacts, ...parts.plan.missing.filter((one) => !known.has(one.fact))] };
}

/** Puts the published case together; proves that the input is unchanged on the way. */
export function makeCase(parts: CaseParts): Case {
  const { bundle, draft, timeline, diagnosis, recommended, options } = parts;
  const changed = bundle.verifyUnchanged();
  const findings = [...diagnosis.findings, ...parts.audit.findings, ...candidateFindings(recommended.situation, options.language as Language)];
  const last = draft.lastKnown;
  const body: Omit<Case, 'excerpts'> = {
    schemaVersion,
    tool: { name: 'etcd-autopsy', version: toolVersion() },
    options: { language: options.language, ...(options.assumeZone === null ? {} : { zone: options.assumeZone }) },
    language: options.language,
    title: title(parts),
    manifestSha256: bundle.manifestSha256,
    inputUnchanged: changed.length === 0,
    zone: draft.zone,
    hosts: draft.hosts,
    installation: draft.installation,
    members: draft.members,
    candidates: draft.candidates.map((one) => one.candidate),
    lastKnownState: last === null ? null : {
      revision: last.revision > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(last.revision),
      time: estimate(last.time),
      evidence: draft.candidates.filter((one) => last.from === one.candidate.path || last.from.startsWith(`${one.candidate.path}/`)).slice(0, 1).flatMap((one) => one.candidate.evidence),
    },
    revisions: revisionPoints(draft),
    events: timeline.events,
    outage: outageOf(parts),
    causes: diagnosis.causes,
    findings: [...new Map(findings.map((finding) => [`${finding.code}\n${finding.message}`, finding])).values()].sort((a, b) => rankOf[a.severity] - rankOf[b.severity]),
    backupAudit: parts.audit.audit,
    recommendation: withMissing(parts),
    plan: parts.plan.plan,
    rehearsal: null,
    notChecked: [...diagnosis.notChecked, ...unseen(parts, changed)],
    manifest: draft.manifest,
  };
  return { ...body, excerpts: excerptsOf(citedIn(body), draft.files, draft.manifest, timeReadings(draft)) };
}
