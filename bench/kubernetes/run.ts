// Times what Kubernetes' values say of a file beside the verdict on its bytes, each in its own process.
// Needs a build (dist/). Usage: npx tsx bench/kubernetes/run.ts FILE [OTHER_FILE]
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as Artifacts from '../../src/artifacts/index.js';
import type * as BuildDraft from '../../src/case/build-draft.js';
import type * as VerdictOn from '../../src/case/verdict-on.js';
import type * as Snapshot from '../../src/etcd/snapshot/index.js';
import type * as Intake from '../../src/intake/index.js';
import type * as Difference from '../../src/kubernetes/difference.js';
import type * as Kubernetes from '../../src/kubernetes/index.js';
import type * as Writes from '../../src/kubernetes/writes.js';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
// The built program: what translates TypeScript on the fly slows down whatever makes functions.
const built = async <M>(path: string): Promise<M> => (await import(`${dist}${path}.js`)) as M;

type Pass = (file: string, other: string) => Promise<string>;

const passes: Readonly<Record<string, Pass>> = {
  async verdict(file) {
    const [{ readSnapshot }, { fileSource }] = await Promise.all([built<typeof Snapshot>('etcd/snapshot/index'), built<typeof Intake>('intake/index')]);
    return started(() => readSnapshot(fileSource(file)).verdict);
  },
  async kubernetes(file) {
    const [{ fileSource }, { clockOf, surveyWrites, timeOfRevision }, { writesOfFile }] = await Promise.all([built<typeof Intake>('intake/index'), built<typeof Kubernetes>('kubernetes/index'), built<typeof Writes>('kubernetes/writes')]);
    return started(() => {
      const survey = surveyWrites(writesOfFile(fileSource(file)));
      const clock = clockOf(survey);
      const { time } = timeOfRevision(clock, BigInt(survey.newestRevision ?? 0));
      return `${survey.live.size} live keys, ${survey.rows} rows, newest ${new Date(time.best ?? 0).toISOString()}`;
    });
  },
  async diff(file, other) {
    const [{ fileSource }, { diffRows }] = await Promise.all([built<typeof Intake>('intake/index'), built<typeof Difference>('kubernetes/difference')]);
    return started(() => `${diffRows(fileSource(file), fileSource(other)).rows.length} rows`);
  },
  /** As `analyze` reads a bundle, but for what the values say. */
  async 'bundle-verdict'(file) {
    const [{ openBundle }, { readArtifacts }, { verdictOn }] = await Promise.all([built<typeof Intake>('intake/index'), built<typeof Artifacts>('artifacts/index'), built<typeof VerdictOn>('case/verdict-on')]);
    return started(async () => {
      const bundle = await openBundle([file]);
      await readArtifacts(bundle.files);
      return bundle.files.map((one) => verdictOn(one).verdict).join();
    });
  },
  async 'bundle-both'(file) {
    const [{ openBundle }, { readArtifacts }, { readDatabases }] = await Promise.all([built<typeof Intake>('intake/index'), built<typeof Artifacts>('artifacts/index'), built<typeof BuildDraft>('case/build-draft')]);
    return started(async () => {
      const bundle = await openBundle([file]);
      const artifacts = await readArtifacts(bundle.files);
      const reads = await readDatabases(bundle, artifacts, { onDatabase: () => undefined, onRead: () => undefined, rest: () => Promise.resolve() });
      return reads.map(({ snapshot, survey }) => `${snapshot?.verdict}, ${survey?.live.size} live keys`).join();
    });
  },
};

/** What a pass says, and how long it took without the time to load the program. */
async function started(work: () => string | Promise<string>): Promise<string> {
  const [from, before] = [performance.now(), process.cpuUsage()];
  const what = await work();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(before);
  return `${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of CPU, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB, ${what}`;
}

const [file, other, only] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: run.ts FILE [OTHER_FILE]');
if (!existsSync(dist)) throw new Error('dist/ is missing; run npm run build first');
const pass = only === undefined ? undefined : passes[only];
if (pass === undefined) {
  const self = fileURLToPath(import.meta.url);
  for (const name of Object.keys(passes)) {
    for (let round = 0; round < 3; round++) process.stdout.write(execFileSync(process.execPath, ['--import', 'tsx', self, file, other ?? file, name], { encoding: 'utf8' }));
  }
} else {
  process.stdout.write(`${only ?? ''}: ${await pass(file, other ?? file)}\n`);
  process.exit();
}
