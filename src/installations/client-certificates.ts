import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Basis, MemberSettings, Setting } from '../case/model.js';
import type { Defaults } from './installation.js';
import type { EtcdOptions } from './options.js';
import { flagsOf } from './words-of-command.js';

type Make = (value: string, at: Place, basis?: Basis) => Setting<string>;
type Three = Pick<MemberSettings, 'caFile' | 'certFile' | 'keyFile'>;

const none: Three = { caFile: null, certFile: null, keyFile: null };

/** `--cacert`, `--cert`, `--key` as somebody used them with etcdctl: backup job, history, process list. */
function used(facts: readonly Fact[], make: Make): Three | null {
  for (const fact of facts) {
    const lines: readonly (readonly string[])[] =
      fact.kind === 'backup-script' ? fact.saves.map((save) => save.words)
      : fact.kind === 'process' || fact.kind === 'command' ? [fact.command.split(/\s+/)]
      : [];
    for (const words of lines) {
      if (!words.some((word) => /(^|\/)etcdctl$/.test(word))) continue;
      const flags = flagsOf(words);
      const [ca, cert, key] = [flags.get('cacert'), flags.get('cert'), flags.get('key')];
      if ([ca, cert, key].every((path) => path !== undefined && /^\/[^$`{}*]*$/.test(path))) {
        return { caFile: make(ca ?? '', fact.at), certFile: make(cert ?? '', fact.at), keyFile: make(key ?? '', fact.at) };
      }
    }
  }
  return null;
}

/**
 * The client certificate for etcdctl on one host. Preferred: what a backup job or person used; then
 * the CLI settings of the env file; then kubeadm's health-check pair beside the server's; then the
 * server's own pair (works where it may also be used as a client). No TLS, no files.
 */
export function clientCertificates(
  facts: readonly Fact[],
  options: EtcdOptions,
  host: string | null,
  defaults: Defaults | null,
  make: Make,
  assumed: (value: string | null | undefined) => Setting<string> | null,
): Three {
  const found = used(facts, make);
  if (found !== null) return found;
  const ca = options.get('etcdctl-cacert') ?? options.get('etcdctl-ca-file');
  const cert = options.get('etcdctl-cert') ?? options.get('etcdctl-cert-file');
  const key = options.get('etcdctl-key') ?? options.get('etcdctl-key-file');
  if (ca !== null && cert !== null && key !== null) {
    return { caFile: make(ca.value, ca.at), certFile: make(cert.value, cert.at), keyFile: make(key.value, key.at) };
  }
  const server = { ca: options.get('trusted-ca-file'), cert: options.get('cert-file'), key: options.get('key-file') };
  if (server.cert === null || server.key === null) {
    const listen = options.get('listen-client-urls') ?? options.get('advertise-client-urls');
    if (options.complete || listen?.value.startsWith('http://') === true || defaults === null) return none;
    const own = (path: string | null): string | null => (path === null ? null : host === null && path.includes('HOST') ? null : path.replaceAll('HOST', host ?? ''));
    return { caFile: assumed(own(defaults.caFile)), certFile: assumed(own(defaults.certFile)), keyFile: assumed(own(defaults.keyFile)) };
  }
  const folder = server.cert.value.replace(/\/[^/]*$/, '');
  const pair = server.cert.value.endsWith('/server.crt') && folder.endsWith('/etcd') ? 'healthcheck-client' : null;
  if (pair !== null) {
    return {
      caFile: make(server.ca?.value ?? `${folder}/ca.crt`, server.ca?.at ?? server.cert.at),
      certFile: make(`${folder}/${pair}.crt`, server.cert.at, 'inferred'),
      keyFile: make(`${folder}/${pair}.key`, server.key.at, 'inferred'),
    };
  }
  const peerCa = options.get('peer-trusted-ca-file');
  const anyCa = server.ca ?? peerCa;
  return {
    caFile: anyCa === null ? null : make(anyCa.value, anyCa.at, server.ca === null ? 'inferred' : 'observed'),
    certFile: make(server.cert.value, server.cert.at, 'inferred'),
    keyFile: make(server.key.value, server.key.at, 'inferred'),
  };
}
