import type { Recognised } from '../artifacts/index.js';
import type { BundleFile } from '../intake/bundle.js';
import type { ManifestEntry } from './model.js';
import { rfc3339 } from './time-words.js';

/** The evidence manifest: every file of the bundle, with its digest and what recognised it. */
export function evidenceManifest(files: readonly BundleFile[], recognised: ReadonlyMap<string, Recognised>): ManifestEntry[] {
  return files.map((file) => {
    const known = recognised.get(file.path);
    return {
      path: file.path,
      size: file.size,
      sha256: file.sha256,
      mtime: rfc3339(file.mtime),
      kind: known?.kind ?? 'unrecognised',
      recognisedBy: known?.by ?? '',
      host: known?.host ?? null,
      firstLine: known?.firstLine ?? null,
    };
  });
}
