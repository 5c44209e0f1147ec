import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/diagnosis/index.js';
import { openFolder } from './diagnosed.js';

interface Sample {
  readonly bundle: string;
  readonly trigger: string;
  readonly damage: readonly string[];
  readonly others: readonly string[];
}

const samples: readonly Sample[] = [
  { bundle: 'samples/kubekey-powercut/bundle', trigger: 'power-loss', damage: ['db-damaged'], others: ['single-member', 'storage-lost-writes', 'backup-job-hangs', 'detected-late'] },
  { bundle: 'samples/kubeadm-disk-full/bundle.zip', trigger: 'disk-full', damage: ['writes-not-stored'], others: ['wal-removed', 'backups-same-disk', 'backups-failing-silently', 'backup-script-unchecked', 'detected-late'] },
  { bundle: 'samples/kubekey-three-members/bundle.tar.gz', trigger: 'power-loss', damage: ['db-damaged', 'quorum-lost'], others: ['member-down-unnoticed', 'backup-damaged', 'backup-job-hangs', 'backups-missed', 'backup-unverified'] },
  { bundle: 'samples/kubespray-transcript/bundle', trigger: 'storage-failure', damage: ['db-missing', 'wal-damaged'], others: ['single-member', 'no-backup-schedule', 'detected-late'] },
];

const triggers = (diagnosis: Diagnosis): readonly string[] => diagnosis.causes.filter((cause) => cause.role === 'trigger' && (cause.confidence === 'proven' || cause.confidence === 'likely')).map((cause) => cause.id);

describe.each(samples)('$bundle', ({ bundle, trigger, damage, others }) => {
  let whole: Diagnosis;
  let opened: Awaited<ReturnType<typeof openFolder>>;
  beforeAll(async () => {
    opened = await openFolder(bundle);
    whole = opened.without(null);
  });
  afterAll(() => opened.close());

  it('has the right cause first, proven, and no other trigger', () => {
    expect(whole.causes[0]).toMatchObject({ id: trigger, role: 'trigger', confidence: 'proven' });
    expect(triggers(whole)).toEqual([trigger]);
  });

  it('finds the damage and what let it happen', () => {
    const ids = whole.causes.filter((cause) => cause.confidence !== 'rejected').map((cause) => cause.id);
    expect(ids).toEqual(expect.arrayContaining([...damage, ...others]));
  });

  it('cites evidence for every cause and says what would decide where it is not sure', () => {
    for (const cause of whole.causes) {
      expect(cause.evidence.length, cause.id).toBeGreaterThan(0);
      expect(cause.summary.text).not.toMatch(/^cause\.|\{\w+\}/);
    }
  });

  it('gets weaker, never wrong, when any artifact is left out', () => {
    const names = [...new Set(whole.causes.filter((cause) => cause.role === 'trigger' || cause.role === 'damage').flatMap((cause) => cause.evidence.map((evidence) => evidence.artifact)))].filter((path) => !/\.(?:db|part|snap|wal)$|member-snap-db$/.test(path));
    for (const left of names) {
      const diagnosis = opened.without(left);
      expect([trigger, 'unknown', ...damage], `without ${left}`).toContain(diagnosis.causes[0]?.id ?? 'unknown');
      expect(triggers(diagnosis).filter((id) => id !== trigger), `without ${left}`).toEqual([]);
    }
  }, 120_000);
});

it('has the data directory of a static pod copied once its container is gone', async () => {
  const opened = await openFolder('samples/kubeadm-disk-full/bundle.zip');
  try {
    const asked = opened.without(null).notChecked.map(({ text }) => text).find((text) => text.includes('etcd-data.tgz'));
    expect(asked).toContain("crictl ps --name '^etcd$'");
    expect(asked).not.toContain('systemctl stop etcd');
  } finally {
    opened.close();
  }
});
