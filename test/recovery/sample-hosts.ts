import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyzeBundle, type Analysis } from '../../src/analyze.js';
import type { Fact } from '../../src/artifacts/fact.js';
import type { BundleFile } from '../../src/intake/index.js';
import { openBundle } from '../../src/intake/index.js';
import { makeCertificates, type ScratchHost, type ScratchNetwork } from './scratch-hosts.js';

/** One of the sample bundles, analysed, with its files still open. */
export interface Sample extends Analysis {
  readonly files: readonly BundleFile[];
  /** A path of the file with the planned SHA-256, extracted into `folder`. */
  chosenFile(folder: string): string;
  close(): void;
}

export async function sample(path: string): Promise<Sample> {
  const bundle = await openBundle([fileURLToPath(new URL(`../../samples/${path}`, import.meta.url))]);
  const analysis = await analyzeBundle(bundle, { language: 'en', assumeZone: null });
  return {
    ...analysis, files: bundle.files, close: () => bundle.close(),
    chosenFile(folder) {
      const wanted = analysis.value.plan?.candidate?.sha256;
      const file = bundle.files.find((one) => one.sha256 === wanted);
      if (file === undefined) throw new Error(`no file of the bundle has the planned SHA-256 ${String(wanted)}`);
      const source = file.open();
      const target = `${folder}/chosen.db`;
      writeFileSync(target, source.read(0, source.byteLength));
      return target;
    },
  };
}

export function contentOfFile(files: readonly BundleFile[], ending: string): Buffer {
  const file = files.find((one) => one.path.endsWith(ending));
  if (file === undefined) throw new Error(`the bundle has no ${ending}`);
  const source = file.open();
  return Buffer.from(source.read(0, source.byteLength));
}

/** The env and unit files of one host, written again from the facts that the readers made of them. */
function files(facts: readonly Fact[], host: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const sections = new Map<string, string>();
  const add = (path: string, line: string): void => void texts.set(path, `${texts.get(path) ?? ''}${line}\n`);
  for (const fact of facts) {
    if (fact.host !== host) continue;
    if (fact.kind === 'env' && fact.key.startsWith('ETCD')) add(fact.path?.startsWith('/') === true ? fact.path : '/etc/etcd.env', `${fact.key}=${fact.value}`);
    if (fact.kind === 'unit' && fact.unit === 'etcd.service') {
      const path = fact.path?.startsWith('/') === true ? fact.path : '/etc/systemd/system/etcd.service';
      if (sections.get(path) !== fact.section) add(path, `[${fact.section}]`);
      sections.set(path, fact.section);
      add(path, `${fact.key}=${fact.value}`);
    }
  }
  return texts;
}

/** Makes one scratch host of the bundle: its files, certificates at the paths that they name, its own address. */
export function sampleHost(network: ScratchNetwork, one: Sample, name: string, etcd: string, authority: string): ScratchHost {
  const info = one.value.hosts.find((host) => host.name === name);
  const address = info?.addresses[0];
  if (address === undefined) throw new Error(`${name} has no address`);
  const host = network.host(name, address, etcd);
  for (const [path, text] of files(one.draft.facts, name)) host.write(path, text);
  const script = Object.values(one.value.plan?.scripts ?? {}).find((text) => text.includes(`\nHOST=${name}\n`)) ?? '';
  const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(script)?.[1] ?? '';
  const words = one.draft.facts.flatMap((fact) => (fact.kind === 'manifest' && fact.host === name ? fact.containers.flatMap((container) => container.command) : []));
  const flag = (key: string): string => words.find((word) => word.startsWith(`--${key}=`))?.slice(key.length + 3) ?? '';
  const pairs = [[value('CERT_FILE'), value('KEY_FILE')], [value('SERVER_CERT'), value('SERVER_KEY')], [flag('peer-cert-file'), flag('peer-key-file')]] as const;
  makeCertificates(host, authority, { ca: value('CA_FILE'), pairs: pairs.filter(([certificate]) => certificate.startsWith('/')) });
  for (const part of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) host.write(`/etc/kubernetes/manifests/${part}.yaml`, `${part}\n`);
  return host;
}

export function put(host: ScratchHost, path: string, bytes: Buffer): void {
  mkdirSync(dirname(host.at(path)), { recursive: true });
  writeFileSync(host.at(path), bytes);
}

export function unpack(host: ScratchHost, archive: Buffer): void {
  execFileSync('tar', ['xzf', '-', '-C', host.at('/')], { input: archive });
}
