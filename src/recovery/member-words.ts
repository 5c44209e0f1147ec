import type { Draft } from '../case/draft.js';
import type { MemberInfo } from '../case/model.js';
import { addressOf, endpointOf, isSafeDirectory, missing, type MissingFact } from './plan-host.js';
import { serviceWords } from './service-words.js';
import { hasControlCharacter, shellWord } from '../artifacts/shell/shell-word.js';

/** The words of one member for printed commands. What is unknown is put into `lacks`. */
export interface MemberWords {
  readonly host: string | null;
  readonly ctl: (words: string) => string;
  /** The same, but asks another member. */
  readonly ctlOf: (url: string, words: string) => string;
  readonly dataDir: () => string;
  readonly walDir: string | null;
  readonly unit: string;
  readonly owner: () => string;
  readonly stop: readonly string[];
  readonly start: readonly string[];
  /** Another path beside the data directory. */
  readonly beside: (suffix: string) => string;
  /** Copies data and log under this suffix. */
  readonly copy: (suffix: string) => readonly string[];
  /** Puts data and log aside; of a mount point only what it holds. */
  readonly aside: (suffix: string) => readonly string[];
}

const fit = (text: string | null | undefined): string | null => (text === null || text === undefined || hasControlCharacter(text) ? null : text);

/** Commands for one member; without any member the facts that would give them are missing. */
export function memberWords(member: MemberInfo | undefined, draft: Draft, lacks: MissingFact[]): MemberWords {
  const settings = member?.settings;
  const where = member?.host ?? member?.name ?? '?';
  const need = (fact: string, value: string | null, collect: string): string => {
    if (value !== null) return shellWord(value);
    lacks.push(missing(`${fact} @ ${where}`, 'recovery.missing.fact', { fact, host: where }, collect));
    return '';
  };
  const source = draft.installation.etcdRunsAs === 'static-pod' ? 'cat /etc/kubernetes/manifests/etcd.yaml' : 'systemctl cat etcd; cat /etc/etcd.env';
  const peer = fit(settings?.peerUrl?.value) ?? fit(member?.peerUrls[0]) ?? '';
  const endpoint = fit(endpointOf(settings?.clientUrls?.value ?? [], peer)) ?? '';
  const [ca, cert, key] = [fit(settings?.caFile?.value), fit(settings?.certFile?.value), fit(settings?.keyFile?.value)];
  const secure = endpoint.startsWith('https') || peer.startsWith('https');
  const tls = secure && ca !== null && cert !== null && key !== null ? ` --cacert=${shellWord(ca)} --cert=${shellWord(cert)} --key=${shellWord(key)}` : '';
  const program = fit(settings?.etcdctl?.value) ?? 'etcdctl';
  const service = serviceWords(member, draft);
  const data = fit(settings?.dataDir?.value);
  const safe = data !== null && isSafeDirectory(data) ? data : null;
  const wal = fit(settings?.walDir?.value);
  const mounted = (path: string): boolean => draft.facts.some((fact) => fact.kind === 'disk' && fact.mount === path && (fact.host === member?.host || fact.host === null));
  const copied = (path: string, suffix: string): readonly string[] => (mounted(path) ? [`mkdir ${shellWord(`${path}/.${suffix}`)}`, `cp -a ${shellWord(path)}/* ${shellWord(`${path}/.${suffix}`)}/`] : [`cp -a ${shellWord(path)} ${shellWord(`${path}.${suffix}`)}`]);
  const moved = (path: string, suffix: string): readonly string[] => (mounted(path) ? [`mkdir ${shellWord(`${path}/.${suffix}`)}`, `mv ${shellWord(path)}/* ${shellWord(`${path}/.${suffix}`)}/`] : [`mv ${shellWord(path)} ${shellWord(`${path}.${suffix}`)}`]);
  const ofBoth = (make: typeof copied, suffix: string): readonly string[] => {
    if (safe === null) need('data-dir', null, source);
    return [safe, wal].flatMap((path) => (path === null ? [] : make(path, suffix)));
  };
  const asking = (url: string, words: string): string => `${service.inside === null ? `ETCDCTL_API=3 ${shellWord(program)}` : `${service.inside} etcdctl`}${service.knowsItself ? '' : ` --endpoints=${url === '' ? '' : shellWord(url)}${tls}`} ${words}`;
  return {
    host: member?.host ?? null, unit: service.unit, walDir: wal,
    ctlOf: asking,
    ctl: (words) => {
      if (service.knowsItself) return asking(endpoint, words);
      if (addressOf(endpoint) === '') need('listen-client-urls', null, source);
      else if (endpoint.startsWith('https') && tls === '') need('certificates of etcdctl', null, 'ls -l /etc/ssl/etcd/ssl /etc/kubernetes/pki/etcd');
      return asking(endpoint, words);
    },
    dataDir: () => need('data-dir', safe, source),
    owner: () => need('owner', fit(settings?.owner?.value), `stat -c %U:%G ${safe === null ? '/var/lib/etcd' : shellWord(safe)}`),
    beside: (suffix) => need('data-dir', safe === null ? null : `${safe}.${suffix}`, source),
    copy: (suffix) => ofBoth(copied, suffix),
    aside: (suffix) => ofBoth(moved, suffix),
    stop: service.stop, start: service.start,
  };
}
