import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeBundle } from '../../src/analyze.js';
import type { Case } from '../../src/case/model.js';
import { openBundle, type Bundle } from '../../src/intake/index.js';

interface Truth {
  readonly candidates: readonly { readonly id: string; readonly sha256?: string; readonly verdict: string }[];
  readonly pick: { readonly best: string; readonly acceptable: readonly string[]; readonly worse?: readonly { readonly id: string }[]; readonly unsafe: readonly { readonly id: string }[] };
  readonly outage: { readonly firstFailureTrue: string };
}

const samples = [
  { name: 'kubekey-powercut', bundle: 'bundle', installation: ['kubekey', 'kubespray', 'systemd', 'kubeadm', 'unknown'] },
  { name: 'kubekey-three-members', bundle: 'bundle.tar.gz', installation: ['kubekey', 'kubespray', 'systemd', 'unknown'] },
  { name: 'kubeadm-disk-full', bundle: 'bundle.zip', installation: ['kubeadm', 'unknown'] },
  { name: 'kubespray-transcript', bundle: 'bundle', installation: ['kubespray', 'systemd', 'unknown'] },
] as const;

const at = (name: string, file: string): string => fileURLToPath(new URL(`../../samples/${name}/${file}`, import.meta.url));

/** The bundle as if one file (and what an archive held) had never been collected. */
function without(bundle: Bundle, path: string): Bundle {
  return { ...bundle, files: bundle.files.filter((file) => file.path !== path && !file.path.startsWith(`${path}!/`)), verifyUnchanged: () => [], close: () => undefined };
}

/** What must hold whatever is missing: the answer may get weaker, never wrong. */
function complaints(value: Case, truth: Truth, installation: readonly string[]): string[] {
  const wrong: string[] = [];
  const { recommendation, outage } = value;
  const safe = new Set(truth.candidates.filter((one) => one.verdict === 'intact' || [truth.pick.best, ...truth.pick.acceptable].includes(one.id)).flatMap((one) => (one.sha256 === undefined ? [] : [one.sha256])));
  for (const { id } of truth.pick.unsafe) safe.delete(truth.candidates.find((one) => one.id === id)?.sha256 ?? '');
  if (recommendation.candidate !== null && !safe.has(recommendation.candidate.sha256 ?? '')) wrong.push(`picks ${recommendation.candidate.path}`);
  if (!['restore-snapshot', 'use-data-dir', 'none'].includes(recommendation.kind)) wrong.push(`recommends ${recommendation.kind}`);
  if (recommendation.why.some((one) => one.key === 'recommend.why.healthy')) wrong.push('calls etcd healthy');
  if (!installation.includes(value.installation.id)) wrong.push(`installation ${value.installation.id}`);
  const truly = Date.parse(truth.outage.firstFailureTrue);
  if (outage.start.notBefore !== null && Date.parse(outage.start.notBefore) > truly) wrong.push(`failed after ${outage.start.notBefore}`);
  if (outage.start.notAfter !== null && Date.parse(outage.start.notAfter) < truly) wrong.push(`failed before ${outage.start.notAfter}`);
  return wrong;
}

describe.each(samples)('the bundle $name without one artifact', ({ name, bundle, installation }) => {
  const truth = JSON.parse(readFileSync(at(name, 'truth.json'), 'utf8')) as Truth;
  let whole: Bundle;
  beforeAll(async () => {
    whole = await openBundle([at(name, bundle)]);
  });
  afterAll(() => whole.close());

  it('gets weaker, never wrong', { timeout: 180_000 }, async () => {
    const wrong: string[] = [];
    const top = whole.files.filter((file) => !file.path.includes('!/') && !(whole.files.length > 1 && file.path === bundle));
    // The hosts of one cluster send the same files: each text is left out on one of them, each database everywhere.
    const names = new Set<string>();
    const first = (path: string): boolean => !names.has(path.split('/').pop()!) && names.add(path.split('/').pop()!) !== undefined;
    for (const file of top.filter((one) => /\.(?:db|tgz|tar\.gz)$|snap-db$/.test(one.path) || first(one.path))) {
      const { value } = await analyzeBundle(without(whole, file.path), { language: 'en', assumeZone: null });
      wrong.push(...complaints(value, truth, installation).map((what) => `without ${file.path}: ${what}`));
    }
    expect(wrong).toEqual([]);
  });
});
