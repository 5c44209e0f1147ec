import type { Fact, UnitFact } from '../artifacts/fact.js';
import type { InstallationInfo } from '../case/model.js';

const isEtcdUnit = (name: string): boolean => /^etcd\d*(\.service)?$/.test(name);
const baseName = (image: string): string => (image.split('/').pop() ?? '').split(/[:@]/)[0] ?? '';

function isDockerWrapper(fact: Fact): boolean {
  if (fact.kind === 'unit') {
    const unit: UnitFact = fact;
    return isEtcdUnit(unit.unit) && (/docker wrapper/i.test(unit.value) || (unit.key === 'ExecStart' && /(docker|podman) (run|start)\b/.test(unit.value)));
  }
  return fact.kind === 'container' && fact.pod === null && fact.runtime === 'docker' && /^\/?etcd\d+$/.test(fact.name);
}

/** The settings of `docker inspect`: a container of that name that no pod owns. */
export function isPlainContainer(manifest: Fact & { readonly kind: 'manifest' }, facts: readonly Fact[]): boolean {
  return manifest.namespace === null && manifest.path === null && facts.some((fact) => fact.kind === 'container' && fact.pod === null && fact.name === manifest.podName && fact.host === manifest.host);
}

/**
 * How etcd runs, from what the hosts show; null when nothing shows it. A loaded unit outweighs a unit
 * file alone, and a manifest or pod outweighs a leftover unit that is disabled or inactive.
 */
export function runsAs(facts: readonly Fact[]): InstallationInfo['etcdRunsAs'] | null {
  if (facts.some(isDockerWrapper)) return 'docker';
  let unit = 0;
  let pod = 0;
  let container = 0;
  for (const fact of facts) {
    if (fact.kind === 'unit-status' && isEtcdUnit(fact.unit)) {
      unit += fact.enabled === 'disabled' && fact.active.startsWith('inactive') ? -2 : fact.loaded === 'not-found' ? -4 : 4;
    } else if (fact.kind === 'unit' && isEtcdUnit(fact.unit) && fact.key === 'ExecStart') unit += 2;
    else if (fact.kind === 'env' && /^ETCD_(DATA_DIR|NAME)$/.test(fact.key)) unit += 1;
    else if (fact.kind === 'manifest' && isPlainContainer(fact, facts)) container += 1;
    else if (fact.kind === 'manifest' && fact.containers.some((one) => one.command[0]?.split('/').pop() === 'etcd' || baseName(one.image) === 'etcd')) pod += 3;
    else if (fact.kind === 'container' && fact.pod?.container === 'etcd') pod += 3;
    else if (fact.kind === 'container' && fact.pod === null && baseName(fact.image) === 'etcd') container += 1;
    else if (fact.kind === 'log' && fact.source === 'etcd' && fact.unit !== null && isEtcdUnit(fact.unit)) unit += 1;
    else if (fact.kind === 'process' && /^(\S*\/)?etcd(\s|$)/.test(fact.command) && fact.ppid === 1) unit += 1;
  }
  if (pod > 0 && pod >= unit) return 'static-pod';
  if (unit > 0) return 'systemd';
  return container > 0 ? 'container' : null;
}

/** The runtime that keeps the pods of these hosts; null when no listing shows it. */
export function containerRuntime(facts: readonly Fact[]): InstallationInfo['containerRuntime'] {
  const runtimes = new Set(facts.flatMap((fact) => (fact.kind === 'container' ? [fact.runtime] : [])));
  if (runtimes.has('docker')) return 'docker';
  const said = facts.flatMap((fact) => {
    if (fact.kind === 'kube-object') return Object.values(fact.fields);
    if (fact.kind === 'unit-status') return [fact.unit];
    if (fact.kind === 'version') return [fact.program];
    if (fact.kind === 'process') return [fact.command];
    return [];
  });
  if (said.some((text) => /\bcri-?o(:\/\/|\.service|d?\b)/.test(text))) return 'cri-o';
  if (runtimes.has('crictl') || runtimes.has('nerdctl')) return 'containerd';
  if (runtimes.has('podman')) return 'podman';
  if (said.some((text) => /containerd/.test(text))) return 'containerd';
  return said.some((text) => /^docker|\/dockerd\b/.test(text)) ? 'docker' : null;
}
