import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { bytesSource } from '../../src/formats/source.js';
import { findObjects } from '../../src/kubernetes/find-objects.js';
import { extractObjects } from '../../src/kubernetes/extract.js';
import { lossBetween, suspiciousChanges, surveyWrites } from '../../src/kubernetes/index.js';
import { readObject } from '../../src/kubernetes/object.js';
import { plainJsonText } from '../../src/kubernetes/plain-json.js';
import { writesOfFile } from '../../src/kubernetes/writes.js';
import { kubernetesYaml } from '../../src/kubernetes/yaml.js';
import { clockOf, timeOfRevision } from '../../src/time/revision-clock.js';
import type { FuzzTarget } from './fuzz-target.js';

const snapshotsFolder = fileURLToPath(new URL('../../test/fixtures/snapshots/', import.meta.url));
const snapshot = (name: string): Uint8Array => gunzipSync(readFileSync(`${snapshotsFolder}${name}.db.gz`));

/** Stored values of every kind and form. */
function values(): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const name of ['v3.6.16/real-k8s-1.36.3', 'v3.7.3/shop-single-late']) {
    for (const write of writesOfFile(bytesSource(snapshot(name)))) if (write.value !== null) found.push(Uint8Array.from(write.value));
  }
  return found;
}

export const kubernetesTargets: readonly FuzzTarget[] = [
  {
    name: 'kubernetes-value',
    seeds: () => Promise.resolve(values()),
    run: (bytes) => {
      const read = readObject(bytes, 5n);
      if (read.form === 'object') {
        kubernetesYaml(read.object);
        plainJsonText(read.object);
      }
      surveyWrites([{ revision: 5n, key: Buffer.from('/registry/pods/a/b'), value: bytes, createRevision: 5n }]);
    },
  },
  {
    name: 'kubernetes-file',
    seeds: () => Promise.resolve(['v3.6.16/real-k8s-1.36.3', 'v3.3.25/shop-single-early'].map(snapshot)),
    run: (bytes) => {
      const writes = (): ReturnType<typeof writesOfFile> => writesOfFile(bytesSource(bytes));
      const survey = surveyWrites(writes());
      const { time } = timeOfRevision(clockOf(survey), BigInt(survey.newestRevision ?? 0));
      if (time.notBefore !== null && time.notAfter !== null && time.notBefore > time.notAfter) throw new Error('a time ends before it begins');
      lossBetween(survey, survey);
      suspiciousChanges(survey, survey);
      findObjects(writes(), { by: 'name', kind: 'pod', namespace: null, name: 'web' });
      extractObjects(writes, { namespace: 'shop', kinds: [], selector: null, revision: null, reveal: false }, null);
    },
  },
];
