import { createHash } from 'node:crypto';
import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Plan, Recommendation, Said } from '../case/model.js';
import { installationOf } from '../installations/index.js';
import type { Language } from '../words/catalogue.js';
import { planHosts, type PlanHosts } from './plan-cluster.js';
import { isSafeDirectory, missing as lack, type MissingFact } from './plan-host.js';
import { manualSteps, withheldSteps } from './plan-manual.js';
import { handPlan } from './plan-repair.js';
import { configuredDirectory, placeOfDirectory } from './place-of-directory.js';
import { bumpAmount, restoreToolOf } from './plan-restore-tool.js';
import { shellWord } from '../artifacts/shell/shell-word.js';
import { restoreScript, type ScriptPlan } from './script.js';
import { planSteps, saidIn } from './steps.js';

/** A plan, or the facts without which no command may be given. */
export interface PlanOrMissing {
  readonly plan: Plan;
  readonly missing: readonly { readonly fact: string; readonly said: Said; readonly collect: string | null }[];
}

/** The candidate that a recommendation names: by path, else by its SHA-256. */
function chosenCandidate(draft: Draft, recommendation: Recommendation): DraftCandidate | null {
  const wanted = recommendation.candidate;
  if (wanted === null) return null;
  return draft.candidates.find((one) => one.candidate.path === wanted.path && (wanted.sha256 === null || one.candidate.sha256 === wanted.sha256))
    ?? draft.candidates.find((one) => wanted.sha256 !== null && one.candidate.sha256 === wanted.sha256) ?? null;
}

/** A data directory is started as it is when etcd boots from it; otherwise its db is restored from a copy. */
function startsAsItIs(recommendation: Recommendation, chosen: DraftCandidate | null): boolean {
  return recommendation.kind === 'use-data-dir' && chosen?.candidate.kind === 'data-dir' && chosen.candidate.boot?.result === 'ready' && chosen.candidate.boot.hazard === null;
}

function emptyPlan(recommendation: Recommendation, manual: Plan['manual'], revision: number | null = null): Plan {
  return {
    schemaVersion: 1, kind: recommendation.kind,
    candidate: recommendation.candidate === null ? null : { ...recommendation.candidate, revision },
    steps: [], scripts: {}, manual, minutes: null,
  };
}

/** With its digest as written; without one only when its pages were proven good. */
function restorable(chosen: DraftCandidate): boolean {
  const { verdict, kind, skipHashCheck } = chosen.candidate;
  return kind === 'snapshot' ? verdict === 'intact' || (verdict === 'digest-absent' && skipHashCheck) : verdict === 'intact' || verdict === 'digest-absent';
}

function contentFacts(draft: Draft, chosen: DraftCandidate | null, asItIs: boolean): MissingFact[] {
  const lacks: MissingFact[] = [];
  const add = (fact: string, key: string, collect: string | null): void => void lacks.push({ fact, said: { key, params: {} }, collect });
  const version = draft.installation.etcdVersion?.value ?? null;
  if (version === null || restoreToolOf(version) === null) add('etcd version', 'recovery.missing.version', 'etcd --version; grep image: /etc/kubernetes/manifests/etcd.yaml');
  if (chosen === null) add('snapshot', 'recovery.missing.candidate', 'etcd-autopsy collect');
  else if (!chosen.candidate.usable) add('usable snapshot', 'recovery.missing.unusable', 'etcd-autopsy collect');
  else if (!asItIs && !/^[0-9a-f]{64}$/.test(chosen.candidate.sha256 ?? '')) add('snapshot digest', 'recovery.missing.digest', 'sha256sum SNAPSHOT');
  else if (!asItIs && !restorable(chosen)) add('snapshot content', 'recovery.missing.unproven', 'etcd-autopsy snapshot check SNAPSHOT');
  return lacks;
}

/**
 * Makes the plan of a recommendation: the state decides its kind, the bundle's own facts every word.
 * A fact that is missing or contradictory withholds the commands and is named instead.
 */
export function planOrMissing(draft: Draft, recommendation: Recommendation, language: Language = 'en'): PlanOrMissing {
  const kind = recommendation.kind;
  const installation = installationOf(draft.installation.id);
  // What is no etcd at all gets its own advice, whatever the files say.
  if (kind === 'none') return { plan: emptyPlan(recommendation, installation?.id === 'microk8s' ? manualSteps(draft, installation, null, language).steps : []), missing: [] };
  const chosen = chosenCandidate(draft, recommendation);
  const revision = chosen?.candidate.revision ?? null;
  const named = (lacks: readonly MissingFact[]): PlanOrMissing['missing'] => lacks.map((one) => ({ fact: one.fact, said: saidIn(language, one.said), collect: one.collect }));
  if (kind === 'repair-without-restore' || kind === 'replace-member' || kind === 'reapply-objects' || kind === 'force-new-cluster') {
    const made = handPlan(draft, recommendation, chosen, language);
    const [missing, open] = [named(made.missing), named(made.open ?? [])];
    // Without the place of the data there is no copy, and nothing is started before there is one; the rest is asked afterwards.
    const [before, after] = [true, false].map((ofCopy) => withheldSteps(open.filter((one) => one.fact.startsWith('data-dir') === ofCopy), language));
    const steps = missing.length > 0 ? withheldSteps(missing, language) : [...(before ?? []), ...made.steps, ...(after ?? [])];
    return { plan: { ...emptyPlan(recommendation, steps, revision), minutes: made.minutes }, missing: [...missing, ...open] };
  }
  if (installation !== null && installation.manual !== null) {
    const made = manualSteps(draft, installation, chosen, language);
    const missing = named(made.missing);
    return { plan: { ...emptyPlan(recommendation, missing.length > 0 ? withheldSteps(missing, language) : made.steps, revision), minutes: { least: 15, most: 90 } }, missing };
  }
  const asItIs = startsAsItIs(recommendation, chosen);
  const hosts = planHosts(draft);
  const lacks = [...hosts.missing, ...contentFacts(draft, chosen, asItIs)];
  if (asItIs && hosts.hosts.filter((host) => host.runsAs !== 'none').length > 1) lacks.push({ fact: 'other members', said: { key: 'recovery.missing.lone-data-dir', params: {} }, collect: null });
  if (asItIs && chosen !== null) lacks.push(...placeLacks(draft, chosen, hosts));
  const missing = named(lacks);
  if (missing.length > 0 || chosen === null) return { plan: emptyPlan(recommendation, withheldSteps(missing, language), revision), missing };
  try {
    return { plan: scriptedPlan(draft, recommendation, chosen, hosts, asItIs, language), missing: [] };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const unfit = [{ fact: 'values', said: saidIn(language, { key: 'recovery.missing.control', params: { host: '*' } }), collect: null }];
    return { plan: emptyPlan(recommendation, withheldSteps(unfit, language), revision), missing: unfit };
  }
}

/** What is not known about a directory that has to be put where etcd looks, or to be found there. */
function placeLacks(draft: Draft, chosen: DraftCandidate, hosts: PlanHosts): MissingFact[] {
  const place = placeOfDirectory(chosen, draft);
  const directory = configuredDirectory(chosen, draft) ?? '/var/lib/etcd';
  const collect = `ls -ld --full-time ${shellWord(directory)}*; sha256sum ${shellWord(directory)}*/member/snap/db`;
  if (place === 'unknown') return [lack('place of the data directory', 'recovery.missing.which-directory', { path: chosen.candidate.path }, collect)];
  if (place === 'configured') return [];
  const source = chosen.candidate.hostPath ?? '';
  if (!isSafeDirectory(source) || chosen.candidate.sha256 === null) return [lack('place of the data directory', 'recovery.missing.unfit', { fact: 'data-dir', host: chosen.candidate.host ?? '?', value: source }, collect)];
  return hosts.hosts.some((host) => host.walDir !== null) ? [lack('wal-dir of the chosen directory', 'recovery.missing.wal-of-copy', { path: source }, 'ls -l')] : [];
}

/** The plan alone; see `planOrMissing`. */
export function makePlan(draft: Draft, recommendation: Recommendation, language: Language = 'en'): Plan {
  return planOrMissing(draft, recommendation, language).plan;
}

function scriptedPlan(draft: Draft, recommendation: Recommendation, chosen: DraftCandidate, hosts: PlanHosts, asItIs: boolean, language: Language): Plan {
  const version = draft.installation.etcdVersion?.value ?? '';
  const tool = restoreToolOf(version);
  if (tool === null) throw new RangeError('unknown etcd version');
  const { candidate } = chosen;
  const revision = candidate.revision;
  const lastKnown = draft.lastKnown === null ? null : Number(draft.lastKnown.revision);
  const origin = candidate.kind === 'data-dir' ? null : candidate.hostPath;
  const plan: ScriptPlan = {
    id: createHash('sha256').update(`${candidate.sha256 ?? candidate.path}\n${hosts.initialCluster}`).digest('hex').slice(0, 8),
    version, tool, usesSnapshot: !asItIs,
    source: asItIs && placeOfDirectory(chosen, draft) === 'elsewhere' && candidate.hostPath !== null && candidate.sha256 !== null ? { directory: candidate.hostPath.replace(/\/+$/, ''), sha256: candidate.sha256 } : null,
    snapshot: asItIs ? null : {
      sha256: candidate.sha256 ?? '', size: candidate.size,
      origin: origin !== null && origin.startsWith('/') ? origin : null,
      skipHashCheck: candidate.skipHashCheck || candidate.kind !== 'snapshot',
    },
    initialCluster: hosts.initialCluster, token: hosts.token,
    members: hosts.hosts.filter((host) => host.runsAs !== 'none').map((host) => ({ name: host.name, url: host.peerUrl })),
    bump: tool.bumps && !asItIs ? bumpAmount(revision, lastKnown) : null,
    expectedRevision: asItIs ? (candidate.boot?.revision ?? revision) : revision,
    expectedKeys: asItIs ? (candidate.boot?.keys ?? null) : (chosen.snapshot?.liveKeys ?? null),
  };
  const minutes = 4 + Math.ceil(candidate.size / 2 ** 30);
  return {
    schemaVersion: 1, kind: recommendation.kind,
    candidate: { path: candidate.path, sha256: candidate.sha256, revision },
    steps: planSteps(plan, hosts.hosts, language),
    scripts: Object.fromEntries(hosts.hosts.map((host) => [host.script, restoreScript(plan, host)])),
    manual: plan.bump === null && !asItIs ? [{ host: null, title: saidIn(language, { key: 'recovery.watchers.title', params: {} }), commands: watcherCommands, expect: saidIn(language, { key: 'recovery.watchers.expect', params: {} }) }] : [],
    minutes: { least: minutes, most: minutes * 3 + 10 * hosts.hosts.length },
  };
}

/** Without a raised revision every watcher must start anew (etcd recovery guide). */
const watcherCommands: readonly string[] = [
  'systemctl restart kubelet',
  'kubectl -n kube-system rollout restart daemonset,deployment',
  'kubectl get pods -A -o wide',
];
