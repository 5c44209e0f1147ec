import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { InstallationId } from '../case/model.js';

/** A store of Kubernetes objects that is no etcd. */
export interface OtherStore {
  readonly kind: 'dqlite' | 'sqlite' | 'external-datastore';
  /** Null when the installation itself says it. */
  readonly at: Place | null;
}

const endpoint = /datastore-endpoint["']?(?:[=:]\s*|\s+)["']?([a-z0-9+]+)(?::\/\/|\b)(?:[^\s"']*)/;

/**
 * Says when the objects do not lie in an etcd: MicroK8s, k3s with its SQLite file and no etcd directory, or
 * `datastore-endpoint`, or its log naming the driver. An endpoint at port 2379 is an etcd after all, on hosts of its own.
 */
export function otherStore(id: InstallationId, facts: readonly Fact[]): OtherStore | null {
  if (id === 'microk8s') return { kind: 'dqlite', at: null };
  if (id !== 'k3s' && id !== 'rke2') return null;
  let found: OtherStore | null = null;
  for (const fact of facts) {
    if (fact.kind === 'log') {
      // Its own etcd speaks in the same log; a server that was moved to etcd reads the old store once.
      if (fact.source === 'etcd' || (fact.messageId !== null && fact.messageId.startsWith('etcd.'))) return null;
      const driver = fact.messageId === 'k3s.other-datastore' ? fact.fields['driver'] : undefined;
      if (driver !== undefined) found ??= { kind: driver.startsWith('sqlite') ? 'sqlite' : 'external-datastore', at: fact.at };
      continue;
    }
    const line = fact.kind === 'process' || fact.kind === 'command' ? fact.command : fact.kind === 'unit' ? fact.value : fact.kind === 'env' ? `${fact.key}=${fact.value}` : '';
    const named = endpoint.exec(line);
    if (named !== null) return /:2379\b|^datastore-endpoint[=:\s"']*https?\b/.test(named[0]) ? null : { kind: 'external-datastore', at: fact.at };
    if (fact.kind !== 'file') continue;
    if (/\/server\/db\/etcd(?:\/|$)/.test(fact.path)) return null;
    if (/\/server\/db\/state\.db$/.test(fact.path)) found ??= { kind: 'sqlite', at: fact.at };
  }
  return found;
}
