import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Basis, InstallationId } from '../case/model.js';

/** Where a product that carries etcd inside keeps it below its own data directory. */
const below: Partial<Record<InstallationId, string>> = { k3s: '/server/db/etcd', rke2: '/server/db/etcd', k0s: '/etcd' };

const flag = /\s(?:--data-dir|-d)(?:=|\s+)["']?(\/[^\s"']+)/;

/**
 * The directory of an embedded etcd as the product was told it: `data-dir` of config.yaml, `--data-dir` of the
 * service, else the folder that its snapshots were listed in. Null when only the product's default is left.
 */
export function embeddedDirectory(facts: readonly Fact[], id: InstallationId): { readonly value: string; readonly at: Place; readonly basis: Basis } | null {
  const tail = below[id];
  if (tail === undefined) return null;
  const made = (base: string, at: Place, basis: Basis): ReturnType<typeof embeddedDirectory> => ({ value: `${base.replace(/\/+$/, '')}${tail}`, at, basis });
  for (const fact of facts) {
    if (fact.kind === 'env' && fact.key === 'data-dir' && fact.value.startsWith('/') && /rancher/.test(`${fact.path ?? ''} ${fact.at.artifact}`)) return made(fact.value, fact.at, 'observed');
  }
  for (const fact of facts) {
    const line = fact.kind === 'process' ? fact.command : fact.kind === 'unit' && fact.key === 'ExecStart' ? fact.value : '';
    const base = /\b(?:k3s|rke2|k0s)\s+(?:server|controller)\b/.test(line) ? flag.exec(line)?.[1] : undefined;
    if (base !== undefined) return made(base, fact.at, 'observed');
  }
  if (tail !== '/server/db/etcd') return null;
  for (const fact of facts) {
    const base = fact.kind === 'file' ? /^(\/.+)\/server\/db\/(?:snapshots|etcd)(?:\/|$)/.exec(fact.path)?.[1] : undefined;
    if (base !== undefined) return made(base, fact.at, 'inferred');
  }
  return null;
}
