import type { Message } from '../case/model.js';

const key = 'recommend.condition.start-only';

/** The condition that some hosts are started and others stay stopped. Hosts' names hold no comma. */
export const startOnly = (hosts: readonly string[], others: readonly string[]): Message => ({ key, params: { members: hosts.join(', '), others: others.join(', ') } });

/** The hosts that such a condition of a recommendation names; null where it has none. */
export function hostsToStart(conditions: readonly Message[]): readonly string[] | null {
  const hosts = conditions.find((condition) => condition.key === key)?.params['members'];
  return hosts === undefined ? null : String(hosts).split(', ');
}
