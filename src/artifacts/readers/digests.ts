import { cite } from '../cite.js';
import type { ArtifactReader } from '../reader.js';

const plain = /^\\?([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\s[ *](\S.*)$/i;
const tagged = /^(SHA256|SHA1|MD5)\s?\((.+)\)\s?=\s?([0-9a-f]{32,64})$/i;
const algorithms = { 32: 'md5', 40: 'sha1', 64: 'sha256' } as const;

/** `sha256sum`, `md5sum`, `sha1sum`, also in BSD form: ties a file of the bundle to a path on the host. */
export const digests: ArtifactReader = {
  kind: 'digests',
  selective: true,
  recognise: (section) => {
    const rows = section.head.filter((line) => plain.test(line) || tagged.test(line)).length;
    return rows === 0 ? { score: 0, by: '' } : { score: rows >= section.head.length * 0.5 ? 93 : 60, by: 'digest rows' };
  },
  *read(section) {
    for (const line of section.lines()) {
      const a = plain.exec(line.text);
      const b = a === null ? tagged.exec(line.text) : null;
      const digest = (a?.[1] ?? b?.[3])?.toLowerCase();
      const path = a?.[2] ?? b?.[2];
      if (digest === undefined || path === undefined) continue;
      const algorithm = algorithms[digest.length as 32 | 40 | 64];
      const full = path.startsWith('/') || section.cwd === null || !section.cwd.startsWith('/') ? path : `${section.cwd}/${path.replace(/^\.\//, '')}`;
      yield { kind: 'digest', at: cite(section, line), host: section.host, algorithm, digest, path: full.trim() };
    }
  },
};
