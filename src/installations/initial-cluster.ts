import type { Fact } from '../artifacts/fact.js';
import type { EvidenceRegister } from '../case/evidence.js';
import type { Evidence, Setting } from '../case/model.js';
import { factsOfHost } from './facts-of-host.js';
import { etcdOptions } from './options.js';
import type { SettingsFinding } from './settings-finding.js';

interface Entry {
  readonly name: string;
  readonly url: string;
  /** 0: the member's own name and URL. 1: member list. 2: somebody's initial cluster. */
  readonly rank: 0 | 1 | 2;
  readonly evidence: Evidence;
}

/** `a=https://1:2380,b=https://2:2380` to its pairs; null when a part is no pair. */
export function parseInitialCluster(text: string): readonly { readonly name: string; readonly url: string }[] | null {
  const pairs = text.split(',').map((part) => /^([^=\s]+)=(https?:\/\/\S+)$/.exec(part.trim()));
  return pairs.every((pair) => pair !== null) ? pairs.map((pair) => ({ name: pair?.[1] ?? '', url: pair?.[2] ?? '' })) : null;
}

function entries(facts: readonly Fact[], hosts: readonly (string | null)[], register: EvidenceRegister): Entry[] {
  const found: Entry[] = [];
  for (const host of hosts) {
    const options = etcdOptions(factsOfHost(facts, host, hosts.length <= 1));
    const name = options.get('name');
    const peer = options.get('initial-advertise-peer-urls');
    if (name !== null && peer !== null && /^https?:/.test(peer.value)) {
      found.push({ name: name.value, url: peer.value.split(',')[0] ?? peer.value, rank: 0, evidence: register.cite(peer.at) });
    }
    const cluster = options.get('initial-cluster');
    for (const pair of (cluster === null ? null : parseInitialCluster(cluster.value)) ?? []) {
      if (cluster !== null) found.push({ ...pair, rank: 2, evidence: register.cite(cluster.at) });
    }
  }
  for (const fact of facts) {
    if (fact.kind !== 'member' || fact.name === '' || fact.learner === true) continue;
    const url = fact.peerUrls[0];
    if (url !== undefined) found.push({ name: fact.name, url, rank: 1, evidence: register.cite(fact.at) });
  }
  return found;
}

/**
 * The initial cluster of the whole cluster: one entry per peer URL, from each host's own name and URL,
 * then the member list, then, without such a list, what any host's configuration lists. One name with two URLs, or one URL
 * with two names of equal weight, is a contradiction and is said.
 */
export function unionOfMembers(
  facts: readonly Fact[],
  hosts: readonly (string | null)[],
  register: EvidenceRegister,
): { readonly setting: Setting<string> | null; readonly findings: readonly SettingsFinding[] } {
  const every = entries(facts, hosts, register).sort((a, b) => a.rank - b.rank);
  // Configurations keep members that were removed long ago; a member list knows better.
  const listed = every.some((entry) => entry.rank === 1);
  const sorted = every.filter((entry) => entry.rank < 2 || !listed || every.some((other) => other.rank < 2 && other.url === entry.url));
  const byUrl = new Map<string, Entry>();
  const findings: SettingsFinding[] = [];
  for (const entry of sorted) {
    const known = byUrl.get(entry.url);
    const sameName = [...byUrl.values()].find((one) => one.name === entry.name && one.url !== entry.url);
    if (known === undefined && sameName === undefined) {
      byUrl.set(entry.url, entry);
      continue;
    }
    const other = known !== undefined && known.name !== entry.name ? known : sameName;
    if (other === undefined || findings.some((finding) => finding.said.params['second'] === `${entry.name}=${entry.url}`)) continue;
    findings.push({
      code: 'installation.members-differ', severity: 'warning',
      said: { key: 'finding.installation.members-differ.message', params: { first: `${other.name}=${other.url}`, second: `${entry.name}=${entry.url}` } },
      evidence: [other.evidence, entry.evidence],
    });
  }
  const all = [...byUrl.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (all.length === 0) return { setting: null, findings };
  const ownNames = all.filter((entry) => entry.rank === 0).length;
  return {
    setting: {
      value: all.map((entry) => `${entry.name}=${entry.url}`).join(','),
      basis: ownNames === all.length ? 'observed' : 'inferred',
      evidence: [...new Map(all.map((entry) => [entry.evidence.id, entry.evidence])).values()],
    },
    findings,
  };
}
