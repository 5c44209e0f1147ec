import type { LogSource, VersionFact } from '../fact.js';
import { matchedText } from './inner.js';
import type { LogLine } from './timestamp.js';

type Version = Pick<VersionFact, 'program' | 'version' | 'by'>;

interface Rule {
  readonly sources: readonly LogSource[];
  readonly pattern: RegExp;
  readonly program: string;
  readonly by: string;
}

const etcdLike: readonly LogSource[] = ['etcd', 'k3s', 'rke2'];

const rules: readonly Rule[] = [
  { sources: etcdLike, pattern: /\betcd-version=v?(\d+\.\d+\.\d+[\w.+-]*)/, program: 'etcd', by: 'log' },
  { sources: etcdLike, pattern: /\betcd Version: (\d+\.\d+\.\d+[\w.+-]*)/, program: 'etcd', by: 'log' },
  { sources: etcdLike, pattern: /\blocal-(?:member|server)-version=v?(\d+\.\d+\.\d+[\w.+-]*)/, program: 'etcd', by: 'log' },
  { sources: etcdLike, pattern: /starting (?:server\.\.\. \[version: |member .* version )v?(\d+\.\d+\.\d+[\w.+-]*)/, program: 'etcd', by: 'log' },
  { sources: etcdLike, pattern: /(?:set|updated) (?:the )?(?:initial )?cluster version.*?(?:\bcluster-version=|\bto |from \S+ to )v?(\d+\.\d+(?:\.\d+)?)/, program: 'etcd-cluster', by: 'cluster-version' },
  { sources: ['kernel'], pattern: /^Linux version (\S+)/, program: 'kernel', by: 'log' },
  { sources: ['kubelet'], pattern: /Kubelet version.*?kubeletVersion=v?(\d+\.\d+\.\d+[\w.+-]*)/, program: 'kubernetes', by: 'log' },
  { sources: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'], pattern: /\bVersion: &version\.Info\{.*?GitVersion:"v?([^"]+)"|^Version.* version=v?(\d+\.\d+\.\d+\S*)|\bVersion: v(\d+\.\d+\.\d+[\w.+-]*)/, program: 'kubernetes', by: 'log' },
  { sources: ['k3s'], pattern: /Starting k3s v?(\d+\.\d+\.\d+[\w.+-]*)/, program: 'k3s', by: 'log' },
  { sources: ['rke2'], pattern: /Starting rke2 v?(\d+\.\d+\.\d+[\w.+-]*)/, program: 'rke2', by: 'log' },
  { sources: ['systemd'], pattern: /^systemd (\d{3})(?:\.\d+\S*)? (?:running|\()/, program: 'systemd', by: 'log' },
];

/** Versions that programs print about themselves when they start. */
export const versionsIn = {
  /** All versions that a line states; only the program itself is believed. */
  read(line: LogLine, source: LogSource): readonly Version[] {
    const text = matchedText(line.inner);
    const found: Version[] = [];
    for (const rule of rules) {
      if (!rule.sources.includes(source)) continue;
      const match = rule.pattern.exec(text);
      const version = match?.slice(1).find((group) => group !== undefined);
      if (version !== undefined) found.push({ program: rule.program, version, by: rule.by });
    }
    return found;
  },
};
