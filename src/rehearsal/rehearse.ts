import type { Case } from '../case/model.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';
import { ask, type Asked } from './ask.js';
import { scratchCluster, type ScratchCluster } from './scratch-cluster.js';
import type { PlannedRestore } from './planned-restore.js';
import { restoreToolOf } from '../recovery/plan-restore-tool.js';
import type { EtcdServer } from './servers.js';

/** The result as the case keeps it. */
export type Rehearsal = NonNullable<Case['rehearsal']>;
type Check = Rehearsal['checks'][number];

/** What the analysis says the cluster will serve; null where it does not know. */
export interface Predicted {
  readonly revision: number | null;
  readonly keys: number | null;
  readonly keysHash: string | null;
  /** A file that carries an alarm keeps refusing writes until the alarm is cleared. */
  readonly alarms: number;
}

/** A plan, the etcd to run it with, and what the analysis predicts. */
export interface RehearsalInput {
  readonly server: EtcdServer;
  readonly plan: PlannedRestore;
  /** Path of the chosen snapshot. */
  readonly snapshot: string;
  readonly predicted: Predicted;
  readonly language: Language;
  readonly onProgress?: (line: string) => void;
}

const patience = 30_000;
const largest = 300_000;
const sleep = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until every member answers and names one leader; a member that has ended ends the wait. */
async function untilServing(cluster: ScratchCluster, clients: readonly Asked[]): Promise<string | null> {
  const began = Date.now();
  let last = '';
  while (Date.now() - began < patience) {
    const dead = cluster.ended();
    if (dead !== null) return `${dead.member.name}: ${dead.tail}`;
    const answers = await Promise.all(clients.map(async (client) => client.status().catch((error: unknown) => String(error instanceof Error ? error.message : error))));
    const told = answers.filter((answer) => typeof answer !== 'string');
    if (told.length === answers.length && told.every((answer) => answer.leader !== '0' && answer.leader === told[0]?.leader)) return null;
    last = answers.find((answer) => typeof answer === 'string') ?? 'no leader';
    await sleep(100);
  }
  return last;
}

/**
 * Runs the plan with a real etcd: all members on loopback in a private scratch folder, restored,
 * started together, asked through `etcd3`, compared with the prediction, rolled back and removed.
 * Whatever happens, no process and no file stays, not even when this process exits in the middle.
 */
export async function rehearse(input: RehearsalInput): Promise<Rehearsal> {
  const { plan, predicted, language } = input;
  const checks: Check[] = [];
  const check = (key: string, expected: string | number | null, actual: string | number, passed: boolean, params: Readonly<Record<string, string | number>> = {}): boolean => {
    const what = say(language, `rehearse.check.${key}`, params);
    checks.push({ what, expected: String(expected ?? '?'), actual: String(actual), passed });
    input.onProgress?.(`${passed ? '✓' : '✗'} ${what}: ${String(actual)}`);
    return passed;
  };
  const cluster = await scratchCluster(input.server, plan, input.snapshot);
  process.once('exit', cluster.remove);
  const clients: Asked[] = [];
  const done = (): Rehearsal => ({ etcdVersion: input.server.version, at: new Date().toISOString(), passed: checks.every((one) => one.passed), checks });
  try {
    const failures = await Promise.all(cluster.members.map(async (member) => cluster.restore(member)));
    cluster.members.forEach((member, i) => check('restore', say(language, 'rehearse.done'), failures[i] ?? say(language, 'rehearse.done'), failures[i] === null, { member: member.name }));
    if (failures.some((failure) => failure !== null)) return done();
    cluster.start();
    clients.push(...cluster.members.map((member) => ask(member.clientUrl)));
    const silent = await untilServing(cluster, clients);
    if (!check('start', say(language, 'rehearse.done'), silent ?? say(language, 'rehearse.done'), silent === null)) return done();
    await compare(clients, cluster, input, check, predicted);
    for (const client of clients.splice(0)) client.close();
    await cluster.stop();
    const back = cluster.members.map((member) => cluster.rollBack(member));
    check('rollback', say(language, 'rehearse.done'), say(language, back.every(Boolean) ? 'rehearse.done' : 'rehearse.differs'), back.every(Boolean));
    return done();
  } finally {
    for (const client of clients) client.close();
    await cluster.stop().catch(() => undefined);
    cluster.remove();
    process.off('exit', cluster.remove);
  }
}

async function compare(
  clients: readonly Asked[], cluster: ScratchCluster, input: RehearsalInput,
  check: (key: string, expected: string | number | null, actual: string | number, passed: boolean) => boolean, predicted: Predicted,
): Promise<void> {
  const [first] = clients;
  if (first === undefined) return;
  const wanted = cluster.members.map((member) => `${member.name}=${member.peerUrl}`).sort().join(',');
  const listed = (await first.members()).map((member) => `${member.name}=${member.peerUrls.join('+')}`).sort().join(',');
  check('members', wanted, listed, listed === wanted);
  const bump = restoreToolOf(input.server.version)?.bumps === true ? (input.plan.bump ?? 0) : 0;
  const states = await Promise.all(clients.map(async (client) => client.status()));
  const revision = states[0]?.revision ?? '';
  const expected = predicted.revision === null ? null : predicted.revision + bump;
  check('revision', expected, revision, expected === null || revision === String(expected));
  const content = await first.content(largest);
  check('keys', predicted.keys, content.keys, predicted.keys === null || predicted.keys === content.keys);
  if (content.keysHash !== null && predicted.keysHash !== null) check('content', predicted.keysHash, content.keysHash, content.keysHash === predicted.keysHash);
  else check('sample', content.read, content.read, content.keys === 0 || content.read > 0);
  if (clients.length > 1) {
    const hashes = await sameHashes(clients);
    check('hash', clients.length === 1 ? hashes[0] ?? '' : say(input.language, 'rehearse.equal'), hashes.join(', '), new Set(hashes).size === 1);
  }
  const alarms = await first.alarms();
  check('alarms', predicted.alarms, alarms.length, alarms.length === predicted.alarms);
  if (alarms.length > 0) return;
  const refused = await first.write().then(() => null, (error: unknown) => (error instanceof Error ? error.message : String(error)));
  check('write', say(input.language, 'rehearse.done'), refused ?? say(input.language, 'rehearse.done'), refused === null);
}

/** Members that start may compact at slightly different moments: asked until equal, for a while. */
async function sameHashes(clients: readonly Asked[]): Promise<readonly string[]> {
  for (let i = 0; ; i++) {
    const hashes = (await Promise.all(clients.map(async (client) => client.hashKv()))).map((answer) => `${answer.hash}@${answer.revision}`);
    if (new Set(hashes).size === 1 || i === 40) return hashes;
    await sleep(150);
  }
}
