import type { Fact } from '../artifacts/fact.js';
import type { EvidenceRegister } from '../case/evidence.js';
import type { Basis, InstallationId, InstallationInfo } from '../case/model.js';
import type { Installation } from './installation.js';
import { k0s } from './k0s.js';
import { k3s } from './k3s.js';
import { kops } from './kops.js';
import { kubeadm } from './kubeadm.js';
import { kubeasz } from './kubeasz.js';
import { kubekey } from './kubekey.js';
import { kubespray } from './kubespray.js';
import { readMarks, type Mark } from './marks.js';
import { microk8s } from './microk8s.js';
import { openshift } from './openshift.js';
import { rke1 } from './rke1.js';
import { rke2 } from './rke2.js';
import { containerRuntime, runsAs } from './runs-as.js';
import { systemd } from './systemd.js';
import { talos } from './talos.js';
import { etcdVersion, kubernetesVersion } from './versions.js';

/** The order of decision: the more particular installation comes before the one that it builds on. */
export const installations: readonly Installation[] = [
  microk8s, k3s, rke2, rke1, openshift, talos, kops, k0s, kubeasz, kubekey, kubespray, kubeadm, systemd,
];

/** The description of one installation; `unknown` has none. */
export function installationOf(id: InstallationId): Installation | null {
  return installations.find((installation) => installation.id === id) ?? null;
}

interface Match {
  readonly installation: Installation;
  readonly decides: readonly Mark[];
  readonly supports: readonly Mark[];
}

const enough = 4;

function match(installation: Installation, marks: readonly Mark[]): Match {
  const hits = (strength: 'decides' | 'supports'): Mark[] =>
    installation.clues
      .filter((clue) => clue.strength === strength)
      .flatMap((clue) => marks.filter((mark) => clue.in.includes(mark.kind) && clue.pattern.test(mark.text)).slice(0, 2));
  const together = installation.together?.map((pattern) => marks.find((mark) => pattern.test(mark.text))) ?? [];
  const all = together.length > 0 && together.every((mark) => mark !== undefined) ? (together as Mark[]) : [];
  return { installation, decides: [...hits('decides'), ...all], supports: hits('supports') };
}

/** Signs that a general family shares with what is built on it contradict nothing. */
const builtOn: Partial<Record<InstallationId, readonly InstallationId[]>> = {
  kubekey: ['systemd', 'kubeadm', 'kubespray'],
  kubespray: ['systemd', 'kubeadm', 'kubekey'],
  kubeasz: ['systemd'],
  kubeadm: ['systemd'],
  rke1: ['kubeadm'],
  rke2: ['kubeadm'],
  openshift: ['kubeadm'],
  kops: ['kubeadm'],
};

/**
 * Says how etcd was installed, in the decision order of installers from the particular to the
 * general, with the evidence for the choice and the signs that point elsewhere. Never throws; without
 * any sign the answer is `unknown`.
 */
export function recogniseInstallation(facts: readonly Fact[], paths: readonly string[], register: EvidenceRegister): InstallationInfo {
  const marks = readMarks(facts, paths);
  const matches = installations.map((installation) => match(installation, marks));
  const chosen = matches.find((one) => one.decides.length > 0) ?? null;
  const versions = { etcdVersion: etcdVersion(facts, register), kubernetesVersion: kubernetesVersion(facts, register) };
  if (chosen === null) {
    return {
      id: 'unknown', etcdRunsAs: runsAs(facts) ?? 'unknown', containerRuntime: containerRuntime(facts), ...versions,
      basis: 'assumed', evidence: [], evidenceAgainst: [],
    };
  }
  const id = chosen.installation.id;
  const cite = (list: readonly Mark[], basis: Basis) => list.slice(0, enough).map((mark) => register.cite(mark.at, basis));
  const against = matches
    .filter((one) => one !== chosen && one.decides.length > 0 && !(builtOn[id] ?? []).includes(one.installation.id))
    .flatMap((one) => one.decides.slice(0, 2));
  const pinned = id === 'k3s' || id === 'k0s' || id === 'talos' || id === 'microk8s';
  return {
    id,
    etcdRunsAs: pinned ? chosen.installation.runsAs : (runsAs(facts) ?? chosen.installation.runsAs),
    containerRuntime: containerRuntime(facts),
    ...versions,
    basis: against.length > 0 ? 'inferred' : 'observed',
    evidence: cite([...chosen.decides, ...chosen.supports], 'observed'),
    evidenceAgainst: cite(against, 'observed'),
  };
}
