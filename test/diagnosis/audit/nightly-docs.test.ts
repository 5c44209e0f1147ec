import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { define } from '../../../src/cli/commands/audit.js';

const doc = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const flags = define(new Command('audit')).options.map((option) => option.long);

describe('the examples for nightly use', () => {
  it.each(['nightly-audit.md', 'nightly/etcd-autopsy-audit.service', 'nightly/cronjob.yaml'])('%s uses only options that exist', (name) => {
    const used = [...new Set(doc(name).match(/(?<![\w-])--[a-z][a-z-]+/g) ?? [])].filter((flag) => !['--now'].includes(flag));
    expect(used.length).toBeGreaterThan(2);
    for (const flag of used) expect(flags, flag).toContain(flag);
  });

  it('the CronJob is neither root nor able to write or to talk', () => {
    const [, policy, job] = parseAllDocuments(doc('nightly/cronjob.yaml')).map((d) => d.toJS() as Record<string, never>);
    expect(policy).toMatchObject({ kind: 'NetworkPolicy', spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } });
    expect(job).toMatchObject({ spec: { jobTemplate: { spec: { template: { spec: {
      automountServiceAccountToken: false, securityContext: { runAsNonRoot: true },
      containers: [{ securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } }],
    } } } } } });
  });
});
