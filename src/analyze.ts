import { readArtifacts } from './artifacts/index.js';
import { buildDraft, readDatabases } from './case/build-draft.js';
import type { Draft } from './case/draft.js';
import type { Case } from './case/model.js';
import type { ReadDatabase } from './case/database-report.js';
import { makeCase, type AnalyzeOptions } from './make-case.js';
import { diagnose } from './diagnosis/index.js';
import { linksOf, openBundle, type Bundle, type BundleInput } from './intake/index.js';
import type { OnProgress, Progress } from './progress.js';
import { planOrMissing } from './recovery/plan.js';
import { recommend } from './recovery/recommend.js';
import { reconstruct } from './timeline/index.js';
import { say } from './words/say.js';
import type { Language } from './words/catalogue.js';

/** The case, with the working model that its scripts are written from. */
export interface Analysis {
  readonly value: Case;
  readonly draft: Draft;
}

const tones: Readonly<Record<string, 'ok' | 'warn' | 'bad'>> = { intact: 'ok', 'digest-absent': 'warn', 'digest-wrong': 'bad' };

function databaseFact(read: ReadDatabase, language: Language): Progress['fact'] {
  const verdict = read.failure !== null ? 'unreadable' : (read.snapshot?.verdict ?? 'unreadable');
  const params = { path: read.file?.path ?? '', verdict: say(language, `case.verdict.${verdict}`), revision: String(read.snapshot?.revision ?? '–') };
  return { tone: tones[verdict] ?? 'bad', text: say(language, 'case.progress.database', params) };
}

/** Lets timers, signals and messages of the host program run between two stages. */
const breathe = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/**
 * Analyses an opened bundle. Pure but for reading its bytes: the same bundle and options give the same
 * case. Content never makes it throw.
 */
export async function analyzeBundle(bundle: Bundle, options: AnalyzeOptions, onProgress: OnProgress = () => undefined): Promise<Analysis> {
  const { language } = options;
  const stage = (name: Progress['stage'], done: number, total: number | null, detail: string | null, fact?: Progress['fact']): void =>
    onProgress({ stage: name, done, total, detail, ...(fact === undefined ? {} : { fact }) });
  const artifacts = await readArtifacts(bundle.files, (done, total, path) => stage('artifacts', done, total, path === '' ? null : path), linksOf(bundle));
  await breathe();
  const reads = await readDatabases(bundle, artifacts, {
    onDatabase: (done, total, path) => stage('bytes', done, total, path),
    onRead: (read) => stage('bytes', 0, null, read.file?.path ?? null, databaseFact(read, language)),
    rest: breathe,
  });
  const draft = buildDraft(bundle, artifacts, { assumeZone: options.assumeZone, reads });
  const { installation } = draft;
  stage('case', 1, 1, null, { tone: 'plain', text: say(language, 'case.progress.installation', { installation: say(language, `case.installation.${installation.id}`), version: installation.etcdVersion?.value ?? '?', hosts: draft.hosts.map((host) => host.name).join(', ') || '?' }) });
  await breathe();
  const timeline = reconstruct(draft, language);
  stage('diagnosis', 0, 2, null);
  const diagnosis = diagnose(draft, timeline, language);
  const [cause] = diagnosis.causes;
  stage('diagnosis', 1, 2, null, cause === undefined || cause.confidence === 'rejected' ? undefined : { tone: 'bad', text: cause.summary.text });
  await breathe();
  const recommended = recommend(draft, timeline, diagnosis, language);
  const judged: Draft = { ...draft, candidates: recommended.candidates };
  const plan = planOrMissing(judged, recommended.recommendation, language);
  stage('recovery', 1, 1, null, recommended.recommendation.why.length === 0 ? undefined : { tone: recommended.recommendation.kind === 'none' ? 'warn' : 'ok', text: recommended.recommendation.why[recommended.recommendation.why.length - 1]!.text });
  return { value: makeCase({ bundle, draft: judged, timeline, diagnosis, audit: diagnosis.audit, recommended, plan, options }), draft: judged };
}

/**
 * Reads folders, archives and single files and says what happened, which snapshot to restore, and with
 * which commands. Throws InputError when an input does not exist or cannot be read.
 */
export async function analyze(inputs: readonly BundleInput[], options: AnalyzeOptions, onProgress: OnProgress = () => undefined): Promise<Case> {
  onProgress({ stage: 'intake', done: 0, total: null, detail: null });
  const bundle = await openBundle(inputs, undefined, (path) => onProgress({ stage: 'intake', done: 0, total: null, detail: path }));
  try {
    return (await analyzeBundle(bundle, options, onProgress)).value;
  } finally {
    bundle.close();
  }
}
