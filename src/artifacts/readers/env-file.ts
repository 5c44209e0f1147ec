import { cite } from '../cite.js';
import type { Fact } from '../fact.js';
import type { ArtifactReader } from '../reader.js';
import { maskValue } from '../secrets.js';

const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;
const commented = /^\s*#\s*([A-Z][A-Z0-9_]*=.*)$/;

/** Environment files of services (`/etc/etcd.env`, `/etc/default/etcd`, `/etc/etcd/etcd.conf`) and `env`. */
export const envFile: ArtifactReader = {
  kind: 'env-file',
  recognise(section) {
    if (section.head[0]?.startsWith('#!') === true) return { score: 0, by: '' };
    const lines = section.head.filter((line) => !/^\s*(?:#|$)/.test(line));
    const assigned = lines.filter((line) => assignment.test(line) && !/^\s*\w+=\$?\(/.test(line));
    const etcd = lines.filter((line) => /^\s*(?:export\s+)?ETCD(?:CTL)?_[A-Z0-9_]+=/.test(line)).length;
    if (lines.length === 0) {
      return section.head.some((line) => /^#.*etcd/i.test(line)) && section.head.some((line) => commented.test(line)) ? { score: 50, by: 'commented ETCD_ settings' } : { score: 0, by: '' };
    }
    if (assigned.length < lines.length * 0.7) return etcd >= 3 && assigned.length >= lines.length * 0.4 ? { score: 55, by: 'ETCD_ assignments' } : { score: 0, by: '' };
    if (etcd >= 1) return { score: 94, by: 'ETCD_ assignments' };
    return assigned.length >= 2 && lines.every((line) => !/[;|&]|\bthen\b|\bdo\b/.test(line)) ? { score: 45, by: 'assignments' } : { score: 0, by: '' };
  },
  *read(section) {
    const path = section.hostPath ?? pathFromName(section.artifact);
    for (const line of section.lines()) {
      const version = /^#.*\betcd\s+v?(\d+\.\d+\.\d+\S*)/i.exec(line.text)?.[1];
      if (version !== undefined) {
        const fact: Fact = { kind: 'version', at: cite(section, line), host: section.host, program: 'etcd', version, by: 'env-header' };
        yield fact;
      }
      const match = assignment.exec(line.text);
      if (match === null || /^\s*#/.test(line.text)) continue;
      yield { kind: 'env', at: cite(section, line), host: section.host, path, key: match[1]!, value: maskValue(match[1]!, unquote(match[2]!)) };
    }
  },
};

/** The path on the host that a file of this name has by convention; only the tail of the bundle path is evidence. */
function pathFromName(artifact: string): string | null {
  return /(?:^|[/!])(etc\/(?:etcd\.env|default\/[\w-]+|sysconfig\/[\w-]+|etcd\/[\w.-]+))$/.exec(artifact)?.[1]?.replace(/^/, '/') ?? null;
}

/** systemd's EnvironmentFile quoting: outer quotes go, a blank and `#` do not start a comment inside a value. */
function unquote(text: string): string {
  const value = text.trim();
  const quoted = /^(["'])((?:[^\\]|\\.)*?)\1\s*(?:#.*)?$/.exec(value);
  return quoted === null ? value : quoted[2]!.replace(/\\(["'\\$`])/g, '$1');
}
