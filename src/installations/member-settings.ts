import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { EvidenceRegister } from '../case/evidence.js';
import type { Basis, InstallationInfo, MemberSettings, Setting } from '../case/model.js';
import { clientCertificates } from './client-certificates.js';
import { factsOfHost } from './facts-of-host.js';
import type { SettingsFinding } from './settings-finding.js';
import { listedMember } from './listed-member.js';
import { unionOfMembers } from './initial-cluster.js';
import type { Installation } from './installation.js';
import { etcdOptions, type EtcdOptions, type OptionValue } from './options.js';
import { ownerOf } from './owner.js';
import { installationOf } from './recognise.js';
import { isPlainContainer } from './runs-as.js';
import { embeddedDirectory } from './embedded-directory.js';
import { toolPath } from './tools.js';

/** The settings of one member, and what its sources disagree about. */
export interface SettingsOfMember {
  readonly settings: MemberSettings;
  readonly findings: readonly SettingsFinding[];
}

/** An option after a check that it can be a value at all: absolute path, URL, plain name. */
const shapes: Readonly<Record<string, RegExp>> = {
  'data-dir': /^\//,
  'wal-dir': /^\//,
  'initial-advertise-peer-urls': /^https?:\/\//,
};

function shaped(options: EtcdOptions, name: string): OptionValue | null {
  const value = options.get(name);
  return value !== null && (shapes[name]?.test(value.value) ?? true) ? value : null;
}

/** The path on the host behind a path in the container: through the volume mounted at its longest prefix. */
function hostPath(facts: readonly Fact[], inside: string): string | null {
  for (const fact of facts) {
    if (fact.kind !== 'manifest') continue;
    const container = fact.containers.find((one) => one.name === 'etcd' || one.command[0]?.split('/').pop() === 'etcd');
    const mounts = [...(container?.mounts ?? [])].sort((a, b) => b.path.length - a.path.length);
    const mount = mounts.find((one) => inside === one.path || inside.startsWith(`${one.path.replace(/\/$/, '')}/`));
    const volume = fact.hostPaths.find((one) => one.name === mount?.name);
    if (mount !== undefined && volume !== undefined) return volume.path + inside.slice(mount.path.length);
  }
  return null;
}

function manifestPath(facts: readonly Fact[]): { readonly value: string; readonly at: Place; readonly basis: Basis } | null {
  for (const fact of facts) {
    if (fact.kind !== 'manifest' || !fact.containers.some((one) => one.name === 'etcd' || one.command[0] === 'etcd') || isPlainContainer(fact, facts)) continue;
    if (fact.path?.startsWith('/')) return { value: fact.path, at: fact.at, basis: 'observed' };
    const name = fact.at.artifact.split('/').pop() ?? 'etcd.yaml';
    return { value: `/etc/kubernetes/manifests/${/\.ya?ml$/.test(name) ? name : 'etcd.yaml'}`, at: fact.at, basis: 'inferred' };
  }
  return null;
}

/**
 * The facts that a restore of the member on `host` needs, each with basis and evidence. `hosts` are
 * all hosts that carry etcd, so that the initial cluster is the union of all members and never one
 * manifest's view (kubeadm's first node lists only itself). `assumed` marks an installer's default.
 */
export function memberSettings(
  facts: readonly Fact[],
  host: string | null,
  hosts: readonly (string | null)[],
  info: Pick<InstallationInfo, 'id' | 'etcdRunsAs' | 'etcdVersion'>,
  register: EvidenceRegister,
): SettingsOfMember {
  const own = factsOfHost(facts, host, hosts.length <= 1);
  const options = etcdOptions(own);
  const installation: Installation | null = installationOf(info.id);
  const defaults = installation?.defaults ?? null;
  const setting = <T>(value: T, at: Place, basis: Basis = 'observed'): Setting<T> => ({ value, basis, evidence: [register.cite(at, basis)] });
  const assumed = <T>(value: T | null | undefined): Setting<T> | null => (value === null || value === undefined ? null : { value, basis: 'assumed', evidence: [] });
  const from = (name: string): Setting<string> | null => {
    const option = shaped(options, name);
    return option === null ? null : setting(option.value, option.at, option.basis);
  };
  const etcdDefault = (value: string): Setting<string> | null => (options.complete ? { value, basis: 'inferred', evidence: [] } : null);

  const inside = from('data-dir');
  const onHost = inside === null ? null : hostPath(own, inside.value);
  const known = inside === null ? null : installation?.containerPaths?.find((path) => inside.value.replace(/\/+$/, '') === path.inside);
  const embedded = embeddedDirectory(own, info.id);
  const dataDir = embedded !== null ? setting(embedded.value, embedded.at, embedded.basis)
    : inside === null ? assumed(defaults?.dataDir)
    : onHost !== null ? { ...inside, value: onHost }
    : known !== undefined && known !== null ? { ...inside, value: known.onHost, basis: 'assumed' as const } : inside;
  const walInside = from('wal-dir');
  const walOnHost = walInside === null ? null : hostPath(own, walInside.value);
  const walDir = walInside !== null && walOnHost !== null ? { ...walInside, value: walOnHost } : walInside;

  const row = options.get('initial-advertise-peer-urls') === null ? listedMember(facts, host, options.get('name')?.value ?? null) : null;
  const ofRow = (value: string | undefined): Setting<string> | null => (row === null || value === undefined || value === '' ? null : setting(value, row.at, 'inferred'));
  const name = from('name') ?? ofRow(row?.name);
  const peer = from('initial-advertise-peer-urls') ?? ownEntry(options, name?.value ?? null, setting) ?? ofRow(row?.peerUrls[0]);
  const union = unionOfMembers(facts, hosts, register);
  const listen = shaped(options, 'listen-client-urls') ?? shaped(options, 'advertise-client-urls');
  const certificates = clientCertificates(own, options, host, defaults, setting, assumed);
  const products = info.id === 'k3s' || info.id === 'rke2' ? dataDir?.value.replace(/\/db\/etcd$/, '/tls/etcd') ?? null : null;
  const productFiles = products === null || certificates.caFile !== null ? {} : { caFile: assumed(`${products}/server-ca.crt`), certFile: assumed(`${products}/client.crt`), keyFile: assumed(`${products}/client.key`) };
  const unit = options.unit;
  const manifest = manifestPath(own);
  const image = own.flatMap((fact) => (fact.kind === 'manifest' ? fact.containers.filter((one) => one.name === 'etcd').map((one) => ({ image: one.image, at: fact.at })) : fact.kind === 'container' && /(^|\/)etcd:/.test(fact.image) ? [{ image: fact.image, at: fact.at }] : []))[0];

  const settings: MemberSettings = {
    dataDir,
    walDir,
    name,
    peerUrl: peer === null ? null : { ...peer, value: peer.value.split(',')[0] ?? peer.value },
    clientUrls: listen === null ? (row === null || row.clientUrls.length === 0 ? null : setting(row.clientUrls, row.at, 'inferred')) : setting(listen.value.split(',').map((url) => url.trim()).filter((url) => url !== ''), listen.at),
    initialCluster: union.setting,
    initialClusterToken: from('initial-cluster-token') ?? etcdDefault('etcd-cluster') ?? assumed(defaults?.token),
    owner: ownerOf(own, options, dataDir?.value ?? null, info.etcdRunsAs, setting, defaults?.owner ?? null) ?? assumed(defaults?.owner),
    ...certificates, ...productFiles,
    etcdctl: toolPath('etcdctl', own, options, defaults?.toolFolder ?? null, setting, assumed),
    etcdutl: toolPath('etcdutl', own, options, defaults?.toolFolder ?? null, setting, assumed),
    image: image === undefined ? null : setting(image.image, image.at),
    unit: unit === null ? (info.etcdRunsAs === 'systemd' || info.etcdRunsAs === 'docker' ? assumed('etcd.service') : null) : setting(unit.name, unit.at),
    manifestPath: manifest === null ? (info.etcdRunsAs === 'static-pod' ? assumed('/etc/kubernetes/manifests/etcd.yaml') : null) : setting(manifest.value, manifest.at, manifest.basis),
  };
  return { settings, findings: [...contradictions(options, own, host, register), ...union.findings] };
}

/** The URL beside the member's own name in its initial cluster, when it names no advertise URL. */
function ownEntry(options: EtcdOptions, name: string | null, setting: (value: string, at: Place, basis?: Basis) => Setting<string>): Setting<string> | null {
  const cluster = options.get('initial-cluster');
  const entry = cluster?.value.split(',').find((one) => one.startsWith(`${name ?? ''}=`));
  return cluster === null || name === null || entry === undefined ? null : setting(entry.slice(name.length + 1), cluster.at, 'inferred');
}

/** Sources of one host that name different directories, names or URLs; leftovers beside the data dir. */
function contradictions(options: EtcdOptions, own: readonly Fact[], host: string | null, register: EvidenceRegister): SettingsFinding[] {
  const findings: SettingsFinding[] = [];
  for (const option of ['data-dir', 'wal-dir', 'name', 'initial-advertise-peer-urls', 'initial-cluster-token']) {
    const values = options.all(option).filter((one) => one.source !== 'script' && (shapes[option]?.test(one.value) ?? true));
    const [first, second] = values;
    if (first === undefined || second === undefined) continue;
    findings.push({
      code: 'installation.sources-differ',
      severity: 'warning',
      said: { key: 'finding.installation.sources-differ.message', params: { option, host: host ?? '?', first: first.value, second: second.value } },
      evidence: values.slice(0, 4).map((one) => register.cite(one.at)),
    });
  }
  const dataDir = options.get('data-dir')?.value;
  const leftovers = own.filter((fact) => fact.kind === 'file' && fact.type === 'directory' && dataDir !== undefined && fact.path !== dataDir && fact.path.startsWith(dataDir) && /^[.\-_](old|bak|broken|backup|bad|orig|restored)/i.test(fact.path.slice(dataDir.length)));
  const units = new Set(own.flatMap((fact) => (fact.kind === 'unit' && fact.key === 'ExecStart' && /(^|\/)etcd(\s|$)/.test(fact.value) ? [fact.unit] : [])));
  const [left] = leftovers;
  if (left !== undefined && left.kind === 'file') {
    findings.push({
      code: 'installation.leftover', severity: 'info',
      said: { key: 'finding.installation.leftover.message', params: { path: left.path, host: host ?? '?' } },
      evidence: leftovers.slice(0, 4).map((fact) => register.cite(fact.at)),
    });
  }
  if (units.size > 1) {
    findings.push({
      code: 'installation.second-unit', severity: 'warning',
      said: { key: 'finding.installation.second-unit.message', params: { units: [...units].join(', '), host: host ?? '?' } },
      evidence: own.filter((fact) => fact.kind === 'unit' && fact.key === 'ExecStart' && units.has(fact.unit)).slice(0, 4).map((fact) => register.cite(fact.at)),
    });
  }
  return findings;
}
