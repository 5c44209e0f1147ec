import type { Draft } from '../case/draft.js';
import type { Message } from '../case/model.js';
import type { CandidateLoss } from './candidate-loss.js';
import type { Decision } from './decide.js';

const few = (names: readonly string[]): string => (names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')}, … (${names.length})`);

/** What people must expect when they follow a decision. */
export function risksOf(decision: Decision, losses: ReadonlyMap<string, CandidateLoss | null>, draft: Draft): Message[] {
  const risks: Message[] = [];
  const add = (key: string, params: Message['params'] = {}): void => void risks.push({ key: `recommend.risk.${key}`, params });
  const { chosen, kind } = decision;
  if (chosen === null || (kind !== 'restore-snapshot' && kind !== 'use-data-dir' && kind !== 'force-new-cluster')) return risks;
  const { id } = chosen.one.candidate;
  const attention = losses.get(id)?.objects?.attention;
  if (chosen.use !== 'start') add('watchers');
  if (attention !== undefined) {
    if (attention.orphanedVolumes.length > 0) add('orphaned-volumes', { names: few(attention.orphanedVolumes) });
    if (attention.revivedVolumes.length > 0) add('revived-volumes', { names: few(attention.revivedVolumes) });
    if (attention.missingNodes.length > 0) add('missing-nodes', { names: few(attention.missingNodes) });
    if (attention.secrets.length > 0) add('secrets', { names: few(attention.secrets) });
    if (attention.revivedPods.length > 0) add('revived-pods', { count: attention.revivedPods.length });
  }
  for (const { provider, keyName } of draft.surveys?.get(id)?.encryption ?? []) add('encrypted', { provider, key: keyName });
  const { snapshot } = chosen.one;
  if (snapshot !== null && snapshot.alarms.length > 0 && chosen.use !== 'start') add('alarm-travels', { alarm: [...new Set(snapshot.alarms.map((one) => one.alarm))].join(', ') });
  if (snapshot?.authEnabled === true) add('auth');
  const contradicted = chosen.reasons.find((one) => one.key === 'recommend.reason.contradicts');
  if (contradicted !== undefined) add('contradicts', contradicted.params);
  if (chosen.use === 'restore-db') add('no-digest');
  if (chosen.use === 'restore-db' && chosen.one.candidate.kind === 'data-dir') add('log-left-out');
  const uncommitted = chosen.use === 'survivor' ? (chosen.one.boot?.uncommitted ?? 0) : 0;
  if (uncommitted > 0) add('uncommitted', { count: uncommitted });
  return risks;
}
