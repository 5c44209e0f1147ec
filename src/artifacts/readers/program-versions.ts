import { cite } from '../cite.js';
import type { VersionFact } from '../fact.js';
import type { ArtifactReader } from '../reader.js';

const rules: readonly { readonly pattern: RegExp; readonly program: string }[] = [
  { pattern: /^\s*etcd Version: v?(\d+\.\d+\.\d+\S*)/, program: 'etcd' },
  { pattern: /^\s*etcdctl version: v?(\d+\.\d+\.\d+\S*)/i, program: 'etcdctl' },
  { pattern: /^\s*etcdutl version: v?(\d+\.\d+\.\d+\S*)/i, program: 'etcdutl' },
  { pattern: /^\s*Server Version: (?:version\.Info\{.*GitVersion:"v|v)(\d+\.\d+\.\d+[^",\s]*)/, program: 'kubernetes' },
  { pattern: /^\s*(?:Client Version|kubeadm version): (?:&?version\.Info\{.*GitVersion:"v|v)(\d+\.\d+\.\d+[^",\s]*)/, program: 'kubectl' },
  { pattern: /^Kubernetes v(\d+\.\d+\.\d+\S*)$/, program: 'kubernetes' },
  { pattern: /^k3s version v(\d+\.\d+\.\d+\S*)/, program: 'k3s' },
  { pattern: /^rke2 version v(\d+\.\d+\.\d+\S*)/, program: 'rke2' },
  { pattern: /^(?:Docker version|Server: Docker Engine.*?) (\d+\.\d+\.\d+[^,\s]*)/, program: 'docker' },
  { pattern: /^containerd \S+ v?(\d+\.\d+\.\d+\S*)/, program: 'containerd' },
  { pattern: /^systemd (\d{3})(?:\s|$)/, program: 'systemd' },
  { pattern: /^(?:KubeKey|kk)\s*(?:version)?:?\s*(?:&?version\.\w+\{.*GitVersion:"v|v)(\d+\.\d+\.\d+[^",\s]*)/i, program: 'kubekey' },
  { pattern: /^PRETTY_NAME="?([^"]+)"?$/, program: 'os' },
  { pattern: /^((?:CentOS|Red Hat|Rocky|AlmaLinux|Kylin|openEuler|Ubuntu|Debian|SUSE|openSUSE|Oracle|Anolis|Fedora)[\w ./()-]*(?:release|Linux)? ?\d[\w .()-]*)$/, program: 'os' },
  { pattern: /^Linux \S+ (\d+\.\d+\S*) /, program: 'kernel' },
  { pattern: /^\s*Operating System: (.+)$/, program: 'os' },
  { pattern: /^\s*Kernel: Linux (\S+)/, program: 'kernel' },
];

/** What programs say about their own version: `etcd --version`, `etcdctl version`, `kubectl version`, os-release. */
export const programVersions: ArtifactReader = {
  kind: 'version',
  selective: true,
  recognise(section) {
    const hits = section.head.filter((line) => rules.some(({ pattern }) => pattern.test(line))).length;
    return hits === 0 ? { score: 0, by: '' } : { score: section.head.length <= 40 ? 80 : 45, by: 'version line' };
  },
  *read(section) {
    const seen = new Set<string>();
    for (const line of section.lines()) {
      for (const { pattern, program } of rules) {
        const version = pattern.exec(line.text)?.[1]?.trim();
        if (version === undefined || seen.has(`${program} ${version}`)) continue;
        seen.add(`${program} ${version}`);
        const fact: VersionFact = { kind: 'version', at: cite(section, line), host: section.host, program, version, by: '--version' };
        yield fact;
      }
    }
  },
};
