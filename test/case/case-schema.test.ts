import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { caseJsonSchema, checkCase, parseCase } from '../../src/case/case-schema.js';
import { sampleCase } from '../report/sample-case.js';

test('the published schema is the one that the check makes', () => {
  const published = JSON.parse(readFileSync(new URL('../../src/case/case.schema.json', import.meta.url), 'utf8')) as unknown;
  expect(published).toEqual(JSON.parse(JSON.stringify(caseJsonSchema())));
});

test.each(['kubekey-powercut/bundle', 'kubekey-three-members/bundle.tar.gz', 'kubeadm-disk-full/bundle.zip', 'kubespray-transcript/bundle'] as const)('the case of %s follows it, also after JSON', async (sample) => {
  const value = await sampleCase(sample);
  expect(checkCase(value)).toEqual(value);
  expect(parseCase(JSON.parse(JSON.stringify(value)))).toEqual(value);
});

test('what is no case is refused with the name of the field', async () => {
  const value = JSON.parse(JSON.stringify(await sampleCase('kubespray-transcript/bundle'))) as Record<string, unknown>;
  expect(() => parseCase({ ...value, manifestSha256: 'abc' })).toThrow(/manifestSha256/);
  expect(() => parseCase({ ...value, schemaVersion: '2.0.0' })).toThrow(/schemaVersion/);
  expect(() => parseCase({ ...value, events: [{}] })).toThrow(/events/);
  expect(() => parseCase([])).toThrow();
});
