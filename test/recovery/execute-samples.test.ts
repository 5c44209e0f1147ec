import { describe, expect, test } from 'vitest';
import { executeSample, sampleExecutions } from './execute-sample.js';
import { noScratchHosts } from './scratch-hosts.js';

const reason = noScratchHosts('3.4.23', '3.5.16');
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

describe.skipIf(reason !== null)(`the plan of a whole analysis, executed on its own hosts${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  test.each(sampleExecutions)('$path', { timeout: 240_000 }, async (one) => {
    await expect(executeSample(one)).resolves.toBeUndefined();
  });
});
