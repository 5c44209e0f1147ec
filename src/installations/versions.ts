import type { Fact, VersionFact } from '../artifacts/fact.js';
import type { EvidenceRegister } from '../case/evidence.js';
import type { Setting } from '../case/model.js';
import { etcdLine } from '../etcd/version.js';

/** Strongest first: the running server's own words, the image, the tool beside it, the header of the env file. */
const strength = ['log', 'endpoint-status', '--version', 'image', 'env-header', 'cluster-version'];

function rank(fact: VersionFact): number {
  const at = strength.indexOf(fact.by);
  return (fact.program === 'etcd' ? 0 : 10) + (at < 0 ? strength.length : at);
}

/** The numbers of an image tag: `registry.k8s.io/etcd:3.5.16-0` gives `3.5.16`. */
function versionOfImage(image: string): string | null {
  return /:v?(\d+\.\d+\.\d+)[^/]*$/.exec(image)?.[1] ?? null;
}

/** The version of the etcd server; null when nothing in the bundle names it. */
export function etcdVersion(facts: readonly Fact[], register: EvidenceRegister): Setting<string> | null {
  const named = facts
    .filter((fact): fact is VersionFact => fact.kind === 'version' && /^(etcd|etcdctl|etcdutl)$/.test(fact.program) && etcdLine(fact.version) !== null && /\d+\.\d+\.\d+/.test(fact.version))
    .sort((a, b) => rank(a) - rank(b));
  const best = named[0];
  if (best !== undefined) {
    const version = /\d+\.\d+\.\d+/.exec(best.version)?.[0] ?? best.version;
    return { value: version, basis: best.program === 'etcd' ? 'observed' : 'inferred', evidence: [register.cite(best.at)] };
  }
  for (const fact of facts) {
    if (fact.kind === 'endpoint' && fact.version !== null) return { value: fact.version, basis: 'observed', evidence: [register.cite(fact.at)] };
    if (fact.kind !== 'manifest') continue;
    const image = fact.containers.find((one) => one.name === 'etcd')?.image;
    const version = image === undefined ? null : versionOfImage(image);
    if (version !== null) return { value: version, basis: 'observed', evidence: [register.cite(fact.at)] };
  }
  for (const fact of facts) {
    const version = fact.kind === 'container' && /(^|\/)etcd:/.test(fact.image) ? versionOfImage(fact.image) : null;
    if (version !== null) return { value: version, basis: 'observed', evidence: [register.cite(fact.at)] };
    const said = fact.kind === 'log' && fact.source === 'etcd' ? (fact.fields['etcd-version'] ?? /etcd Version: (\d+\.\d+\.\d+)/.exec(fact.message)?.[1]) : undefined;
    if (said !== undefined) return { value: said, basis: 'observed', evidence: [register.cite(fact.at)] };
  }
  return null;
}

/** The Kubernetes version, from a version output, the apiserver's image, or the nodes. */
export function kubernetesVersion(facts: readonly Fact[], register: EvidenceRegister): Setting<string> | null {
  for (const fact of facts) {
    if (fact.kind === 'version' && fact.program === 'kubernetes') return { value: fact.version.replace(/^v/, ''), basis: 'observed', evidence: [register.cite(fact.at)] };
  }
  for (const fact of facts) {
    const image =
      fact.kind === 'manifest' ? fact.containers.find((one) => one.name === 'kube-apiserver')?.image
      : fact.kind === 'container' && /kube-apiserver/.test(fact.image) ? fact.image
      : undefined;
    const version = image === undefined ? null : versionOfImage(image);
    if (version !== null) return { value: version, basis: 'observed', evidence: [register.cite(fact.at)] };
    if (fact.kind === 'kube-object' && fact.resource.startsWith('node')) {
      const node = Object.values(fact.fields).find((value) => /^v1\.\d+\.\d+/.test(value));
      if (node !== undefined) return { value: node.replace(/^v/, ''), basis: 'observed', evidence: [register.cite(fact.at)] };
    }
  }
  return null;
}
