// All installers × one and three members × all versions: `npx tsx test/recovery/full-matrix.ts [FILTER]`.
// Not part of the test suite, which takes a selection of it; prints one line per execution.
import { execute, type Execution } from './execute.js';
import { layouts } from './layouts.js';
import { noScratchHosts } from './scratch-hosts.js';

const filter = process.argv[2] ?? '';
const versions = ['3.4.23', '3.5.16', '3.5.30', '3.6.16'];
const all = Object.keys(layouts).flatMap((id) => ([1, 3] as const).flatMap((members) => versions.map((version): Execution => [id as keyof typeof layouts, members, version])));
let failed = 0;
for (const one of all.filter((words) => words.join(' ').includes(filter))) {
  const began = Date.now();
  const reason = noScratchHosts(one[2]);
  const result = reason ?? (await execute(one).then(() => null, (error: unknown) => (error instanceof Error ? error.message : String(error))));
  if (result !== null) failed += 1;
  process.stdout.write(`${one.join(' ')}: ${result === null ? `ok in ${Date.now() - began} ms` : `FAILED: ${result}`}\n`);
}
process.stdout.write(failed === 0 ? 'all executions passed\n' : `${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
