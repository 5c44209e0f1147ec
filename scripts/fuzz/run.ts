import { parseArgs } from 'node:util';
import { fuzz } from './session.js';
import { fuzzTargets } from './targets.js';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '300' }, target: { type: 'string' } } });
let failed = 0;
for (const target of fuzzTargets) {
  if (values.target !== undefined && values.target !== target.name) continue;
  const failures = await fuzz(target, Number(values.seed), Number(values.runs));
  failed += failures.length;
  console.log(`fuzz: ${target.name}: ${values.runs} files, ${failures.length} failures (seed ${values.seed})`);
  for (const failure of failures.slice(0, 20)) console.log(`  run ${failure.run}: ${failure.reason}`);
}
process.exit(failed === 0 ? 0 : 1);
