import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Basis, Setting } from '../case/model.js';
import type { EtcdOptions } from './options.js';

type Make = (value: string, at: Place, basis?: Basis) => Setting<string>;

/**
 * Where etcdctl or etcdutl is on the host: an absolute path that somebody used or listed, the folder
 * of the etcd that the unit starts, or just the name when an output proves that it is on PATH.
 */
export function toolPath(
  tool: 'etcdctl' | 'etcdutl',
  facts: readonly Fact[],
  options: EtcdOptions,
  folder: string | null,
  make: Make,
  assumed: (value: string | null | undefined) => Setting<string> | null,
): Setting<string> | null {
  const absolute = new RegExp(`(?:^|[\\s='"])(/[\\w./-]*/${tool})(?=[\\s'"]|$)`);
  for (const fact of facts) {
    const text =
      fact.kind === 'file' && fact.type !== 'directory' ? fact.path
      : fact.kind === 'process' || fact.kind === 'command' || fact.kind === 'cron' ? fact.command
      : fact.kind === 'backup-script' ? [...fact.saves.map((save) => save.words.join(' ')), ...Object.values(fact.variables)].join(' ')
      : '';
    const path = absolute.exec(text)?.[1];
    if (path !== undefined) return make(path, fact.at);
  }
  for (const fact of facts) if (fact.kind === 'version' && fact.program === tool) return make(tool, fact.at, 'inferred');
  // etcdutl came with 3.5; etcdctl has always lain beside etcd.
  if (tool === 'etcdctl' && options.etcdPath !== null) return make(options.etcdPath.value.replace(/etcd$/, tool), options.etcdPath.at, 'inferred');
  if (folder !== null) return assumed(`${folder}/${tool}`);
  return null;
}
