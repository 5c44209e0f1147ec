import { fileURLToPath } from 'node:url';
import { analyze } from '../../src/analyze.js';
import type { Case } from '../../src/case/model.js';

const made = new Map<string, Promise<Case>>();

/** A case that the program really made from a sample, once per test file. */
export function sampleCase(sample: 'kubekey-powercut/bundle' | 'kubekey-three-members/bundle.tar.gz' | 'kubeadm-disk-full/bundle.zip' | 'kubespray-transcript/bundle', language: Case['language'] = 'en'): Promise<Case> {
  const key = `${sample} ${language}`;
  const known = made.get(key) ?? analyze([fileURLToPath(new URL(`../../samples/${sample}`, import.meta.url))], { language, assumeZone: null });
  made.set(key, known);
  return known;
}
