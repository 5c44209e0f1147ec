// Times the Kubernetes pass of a file beside the verdict on its bytes, each in its own process.
// Usage: npx tsx bench/kubernetes/run.ts FILE [OTHER_FILE]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readSnapshot } from '../../src/etcd/snapshot/index.js';
import { fileSource } from '../../src/intake/index.js';
import { diffRows } from '../../src/kubernetes/difference.js';
import { revisionClock, surveyWrites, timeOfRevision } from '../../src/kubernetes/index.js';
import { writesOfFile } from '../../src/kubernetes/writes.js';

const passes: Readonly<Record<string, (file: string, other: string) => string>> = {
  verdict: (file) => readSnapshot(fileSource(file)).verdict,
  kubernetes(file) {
    const survey = surveyWrites(writesOfFile(fileSource(file)));
    const clock = revisionClock(survey.points, survey.newestRevision, survey.wholeFrom);
    const { time } = timeOfRevision(clock, BigInt(survey.newestRevision ?? 0));
    return `${survey.live.size} live keys, ${survey.rows} rows, newest ${new Date(time.best ?? 0).toISOString()}`;
  },
  diff: (file, other) => `${diffRows(fileSource(file), fileSource(other)).rows.length} rows`,
};

const [file, other, only] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: run.ts FILE [OTHER_FILE]');
const pass = only === undefined ? undefined : passes[only];
if (pass === undefined) {
  const self = fileURLToPath(import.meta.url);
  for (const name of Object.keys(passes)) {
    for (let round = 0; round < 3; round++) process.stdout.write(execFileSync(process.execPath, ['--import', 'tsx', self, file, other ?? file, name], { encoding: 'utf8' }));
  }
} else {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const what = pass(file, other ?? file);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${only ?? ''}: ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of CPU, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB, ${what}\n`);
}
