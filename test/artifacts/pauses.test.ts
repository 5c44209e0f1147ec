import { expect, it } from 'vitest';
import { readTextFile } from '../../src/artifacts/read-file.js';
import { textFile } from '../timeline/text-bundle.js';

const line = (n: number): string => `2021-03-02 08:11:${(n / 1000).toFixed(3).padStart(6, '0')}000 W | wal: sync duration of 1.463552183s, expected less than 1s\n`;

it('a long log is left alone now and then, so that Ctrl-C is heard before its end', () => {
  const reading = readTextFile(textFile('etcd.log', Array.from({ length: 50_000 }, (_, n) => line(n)).join('')));
  let pauses = 0;
  let step = reading.next();
  for (; step.done !== true; step = reading.next()) pauses += 1;
  expect(pauses).toBe(6);
  const counts = step.value.facts.flatMap((fact) => (fact.kind === 'log' && fact.messageId === 'etcd.slow-fsync' ? [fact.count] : []));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(50_000);
});
