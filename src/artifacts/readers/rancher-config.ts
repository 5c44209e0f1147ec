import { cite } from '../cite.js';
import type { ArtifactReader } from '../reader.js';
import { maskValue } from '../secrets.js';

const option = /^([a-z][a-z0-9-]{1,60})\s*:\s*(.*)$/;
const telling = /^(?:etcd-(?:snapshot-[\w-]+|s3|disable-snapshots|expose-metrics)|cluster-init|cluster-reset)\s*:/;
/** What a diagnosis can use; tokens, endpoints with passwords and keys are never taken. */
const wanted = /^(?:etcd-snapshot-[\w-]+|etcd-disable-snapshots|etcd-s3|etcd-s3-(?:bucket|folder|region)|cluster-init|data-dir|node-name)$/;

/** `/etc/rancher/k3s/config.yaml` and RKE2's: the snapshot schedule of the server and what belongs to it. */
export const rancherConfig: ArtifactReader = {
  kind: 'rancher-config',
  recognise(section) {
    if (section.head.some((line) => /^\s*"?apiVersion"?\s*:|^#!/.test(line))) return { score: 0, by: '' };
    if (pathOf(section.hostPath, section.artifact) !== null && section.head.some((line) => option.test(line))) return { score: 95, by: 'file name' };
    const lines = section.head.filter((line) => !/^\s*(?:#|$|- |---)/.test(line));
    const options = lines.filter((line) => option.test(line)).length;
    return options >= lines.length * 0.7 && lines.some((line) => telling.test(line)) ? { score: 93, by: 'etcd-snapshot options' } : { score: 0, by: '' };
  },
  *read(section) {
    const path = pathOf(section.hostPath, section.artifact);
    for (const line of section.lines()) {
      const match = option.exec(line.text);
      if (match?.[1] === 'datastore-endpoint') {
        // Only the kind of the database: the rest holds a password.
        const scheme = /^["']?([a-z0-9+]+):\/\//.exec(match[2]!)?.[1];
        if (scheme !== undefined) yield { kind: 'env', at: { artifact: section.artifact, line: line.number, text: `datastore-endpoint: ${scheme}` }, host: section.host, path, key: 'datastore-endpoint', value: /:2379\b/.test(match[2]!) ? `${scheme}://:2379` : `${scheme}://` };
        continue;
      }
      if (match === null || !wanted.test(match[1]!)) continue;
      const value = match[2]!.replace(/\s+#.*$/, '').trim().replace(/^(["'])(.*)\1$/, '$2');
      if (value !== '') yield { kind: 'env', at: cite(section, line), host: section.host, path, key: match[1]!, value: maskValue(match[1]!, value) };
    }
  },
};

/** The path on the host, also where the bundle keeps only its tail. */
function pathOf(hostPath: string | null, artifact: string): string | null {
  const tail = /(?:^|[/!])etc\/rancher\/(?:k3s|rke2)\/config\.yaml(?:\.d\/[\w.-]+\.ya?ml)?$/.exec(hostPath ?? artifact)?.[0];
  return tail === undefined ? null : tail.replace(/^[/!]?/, '/');
}
