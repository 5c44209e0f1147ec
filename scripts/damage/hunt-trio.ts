// Lets real clusters of three members live, damages what is left of one or two of them, asks the program about each
// directory, about all together and about a bundle that holds them, and real etcd about the same. Prints every case in
// which they disagree, or in which the recommendation loses more than another choice.
// Usage: npx tsx scripts/damage/hunt-trio.ts FIRST_SEED LIVES [DAMAGES_PER_LIFE [VERSION]]   (KEEP=FOLDER keeps the files of such cases)
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze } from '../../src/analyze.js';
import type { Case } from '../../src/case/model.js';
import { predictCluster } from '../../src/etcd/boot/cluster.js';
import { predictBoot, type BootPrediction } from '../../src/etcd/boot/index.js';
import type { DataDir } from '../../src/etcd/data-dir.js';
import { etcdLine, type EtcdLine } from '../../src/etcd/version.js';
import { bytesSource } from '../../src/formats/source.js';
import { hostsToStart } from '../../src/recovery/start-only.js';
import { settingsOf, statusOf } from '../../test/analyze/scenario.js';
import type { BootOutcome } from '../../test/damage/cases.js';
import type { Files } from '../../test/damage/edits.js';
import { kill, start, type Member } from '../broken-servers/server.js';
import { bootDifferences, lastWords, linesOf, servedWords, wordsFound } from './differences.js';
import { dice, type Dice } from './dice.js';
import { damageFolder } from './random-edits.js';
import { bootReal, isThere, removeFolder, runTool, scratchFolder, served, writeFiles, type RealBoot } from './real-etcd.js';
import { bestFit, text } from './trio.js';
import { clusterOf, live, quick, stateAt, type Life } from './trio-life.js';

const [first = '1', count = '20', perLife = '3', only] = process.argv.slice(2);
const versions = (only === undefined ? ['3.4.23', '3.5.16', '3.5.30', '3.6.16', '3.7.3'] : [only]).filter(isThere);
const positions = [0, 1, 2] as const;

const isOwn = (path: string): boolean => path.startsWith('member/');
const isEarlier = (path: string): boolean => path.startsWith('earlier/member/');
const ownOf = (files: Files): Files => new Map([...files].filter(([path]) => isOwn(path)));
const earlierOf = (files: Files): Files => new Map([...files].filter(([path]) => isEarlier(path)).map(([path, bytes]) => [path.slice('earlier/'.length), bytes]));
const pick = (files: Files, keep: (path: string) => boolean): Files => new Map([...files].filter(([path]) => keep(path)));

/** What only a cluster can suffer: files of an earlier moment, or of another member. */
const clusterDamages: Readonly<Record<string, (own: Files, other: Files) => Files>> = {
  'rolled back': (own) => earlierOf(own),
  'log rolled back': (own) => new Map([...pick(own, (path) => !path.startsWith('member/wal/')), ...pick(earlierOf(own), (path) => path.startsWith('member/wal/'))]),
  'db and snapshots rolled back': (own) => new Map([...pick(own, (path) => !path.startsWith('member/snap/')), ...pick(earlierOf(own), (path) => path.startsWith('member/snap/'))]),
  'db of another member': (own, other) => new Map([...own, ...pick(other, (path) => path === 'member/snap/db')]),
  'log of another member': (own, other) => new Map([...pick(own, (path) => !path.startsWith('member/wal/')), ...pick(other, (path) => path.startsWith('member/wal/'))]),
  'copy of another member': (_, other) => other,
  removed: () => new Map(),
};

function damageMember(files: Files, other: Files, random: Dice): { readonly files: Files; readonly words: string } {
  if (random.below(2) === 0) {
    const words = random.of(Object.keys(clusterDamages));
    return { files: clusterDamages[words]!(files, other), words };
  }
  return damageFolder(files, random);
}

interface Damaged {
  readonly files: readonly Files[];
  readonly words: string;
}

function damageSome(life: Life, random: Dice): Damaged {
  const hit = [...positions].sort(() => random.below(3) - 1).slice(0, random.of([0, 1, 1, 1, 2, 2, 2]));
  const said: string[] = [];
  const files = life.files.map((own, at) => {
    if (!hit.includes(at as 0)) return ownOf(own);
    const damaged = damageMember(own, life.files[(at + 1 + random.below(2)) % 3]!, random);
    said.push(`m${at + 1}: ${damaged.words}`);
    return ownOf(damaged.files);
  });
  return { files, words: said.join(', ') || 'nothing damaged' };
}

const dirOf = (files: Files): DataDir => ({ files: new Map([...files].map(([path, bytes]) => [path, bytesSource(bytes)])), complete: true });

/** One member alone, as a survivor is started. */
async function bootAlone(life: Life, at: number, files: Files): Promise<RealBoot> {
  const scratch = scratchFolder();
  try {
    writeFiles(scratch, files, () => true);
    const { name, peer } = life.members[at]!;
    return await bootReal(life.version, scratch, false, ['--name', name, '--initial-advertise-peer-urls', peer, '--initial-cluster', `${name}=${peer}`, '--force-new-cluster']);
  } finally {
    removeFolder(scratch);
  }
}

/** Some members at once, each in its place. */
async function bootTogether(life: Life, files: readonly Files[], among: readonly number[] = positions): Promise<RealBoot[]> {
  const scratch = scratchFolder();
  try {
    const members = life.members.map((member, at): Member => ({ ...member, dir: join(scratch, `m${at + 1}`) }));
    for (const [at, own] of files.entries()) {
      mkdirSync(members[at]!.dir);
      writeFiles(members[at]!.dir, own, () => true);
    }
    const said = /ready to serve client requests/;
    const started = among.map((at) => members[at]!);
    const servers = await Promise.all(started.map((member) => start(life.version, member, { cluster: clusterOf(members), flags: quick(life.version), until: said, forMs: 12_000 })));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const boots = await Promise.all(servers.map(async (server, at): Promise<RealBoot> => {
      const ended = server.child.exitCode !== null || server.child.signalCode !== null;
      const isReady = said.test(server.log()) && !ended;
      const data = isReady ? await served({ version: life.version, port: Number(new URL(started[at]!.client).port) }) : null;
      return { result: ended ? 'dies' : isReady ? 'ready' : 'hangs', served: data, hashKv: null, writable: null, log: server.log().replaceAll(started[at]!.dir, '<D>') };
    }));
    await kill(...servers);
    return boots;
  } finally {
    removeFolder(scratch);
  }
}

/** The db alone, restored as a snapshot without a digest. */
async function restoreDb(life: Life, bytes: Buffer | undefined, skip: boolean): Promise<RealBoot | null> {
  if (bytes === undefined) return null;
  const scratch = scratchFolder();
  try {
    const path = join(scratch, 'file.db');
    writeFileSync(path, bytes);
    const restored = runTool(life.version, ['snapshot', 'restore', path, ...(skip ? ['--skip-hash-check'] : []), '--data-dir', join(scratch, 'new')]);
    return restored.ok ? await bootReal(life.version, join(scratch, 'new'), false) : null;
  } finally {
    removeFolder(scratch);
  }
}

/** The bundle that the hosts' administrator would send: settings, states, the directories, and the snapshot. */
async function analysed(life: Life, files: readonly Files[]): Promise<Case> {
  const folder = scratchFolder();
  try {
    for (const [at, own] of files.entries()) {
      const { name, peer, client } = life.members[at]!;
      const host = { ...settingsOf(name, name, '127.0.0.1', clusterOf(life.members)), ...statusOf(name, false) };
      for (const [path, content] of Object.entries(host)) {
        mkdirSync(join(folder, name), { recursive: true });
        writeFileSync(join(folder, path), content.replaceAll('https://127.0.0.1:2380', peer).replaceAll('https://127.0.0.1:2379', client).replaceAll('3.5.30', life.version));
      }
      writeFiles(join(folder, name, 'var/lib/etcd'), own, () => true);
    }
    if (life.snapshot !== null) {
      mkdirSync(join(folder, 'backups'));
      writeFileSync(join(folder, 'backups/snapshot.db'), life.snapshot.bytes);
    }
    return await analyze([folder], { language: 'en', assumeZone: null });
  } finally {
    removeFolder(folder);
  }
}

const revisionOf = (boot: RealBoot | null): number => (boot?.result === 'ready' && boot.served !== null ? Number(boot.served.revision) : -1);

/** What following the recommendation came to: the boots of the members that it starts. */
async function followed(value: Case, life: Life, files: readonly Files[], alone: readonly RealBoot[], together: readonly RealBoot[]): Promise<readonly RealBoot[] | null> {
  const { kind, candidate } = value.recommendation;
  const at = life.members.findIndex(({ name }) => candidate?.path.startsWith(`${name}/`) === true);
  if (kind === 'none' || kind === 'replace-member') return null;
  if (kind === 'repair-without-restore') {
    const only = hostsToStart(value.recommendation.conditions);
    const among = positions.filter((position) => only?.includes(life.members[position]!.name) ?? true);
    return among.length === 3 ? together : bootTogether(life, files, among);
  }
  if (kind === 'force-new-cluster' && at >= 0) return [alone[at]!];
  const restored = at >= 0 ? await restoreDb(life, files[at]!.get('member/snap/db'), true) : await restoreDb(life, life.snapshot?.bytes, false);
  return restored === null ? [] : [restored];
}

/** Served data that no client ever wrote that way. Null where that cannot be told. */
function isOther(boot: RealBoot, life: Life): boolean {
  if (boot.served === null) return false;
  const right = stateAt(life, Number(boot.served.revision));
  return right !== null && right.keysHash !== boot.served.keysHash;
}

function* judgeAlone(mine: BootPrediction, real: RealBoot, at: number): Generator<string> {
  // The numbers in some words are other ones with the flag.
  for (const difference of bootDifferences(mine, real)) if (!difference.startsWith('message')) yield `m${at + 1} alone: ${difference}`;
  if (mine.result === 'ready' && real.result === 'ready' && real.writable !== null && mine.writable !== real.writable) yield `m${at + 1} alone: writable: predicted ${String(mine.writable)}, was ${String(real.writable)}`;
}

async function tryCase(life: Life, { files, words }: Damaged): Promise<void> {
  const options = { line: etcdLine(life.version) as EtcdLine, version: life.version };
  const dirs = files.map(dirOf);
  const found: string[] = [];
  const cluster = predictCluster(dirs, options);
  const alone: RealBoot[] = [];
  for (const at of positions) {
    const mine = predictBoot(dirs[at]!, { ...options, forceNewCluster: true });
    const real = await bootAlone(life, at, files[at]!);
    alone.push(real);
    found.push(...judgeAlone(mine, real, at));
    if (mine.result === 'ready' && mine.hazard === null && cluster.agree !== false && isOther(real, life)) found.push(`m${at + 1} alone: serves ${servedWords(real.served)}, which was never so, and nothing was said`);
  }
  const together = await bootTogether(life, files);
  const boots = together.map((boot): BootOutcome => ({
    result: boot.result === 'dies' ? 'died' : boot.result === 'hangs' ? 'hung' : 'ready', why: linesOf(boot.log),
    ...(boot.served === null ? {} : { served: { revision: Number(boot.served.revision), keys: boot.served.keys, keysHash: boot.served.keysHash } }),
  }));
  // Two copies of one member's directory are not foreseen, but refused.
  const distinct = cluster.scenarios.length > 0;
  const score = distinct ? bestFit(cluster.scenarios, boots, (message, lines) => wordsFound(message ?? '', lines ?? [])).score : [];
  if (score.some((one) => !one.result || !one.words || !one.state)) found.push(`together: predicted ${cluster.scenarios.map(text).join(' | ')}`);
  const after = together.filter(({ result }) => result === 'ready').map(revisionOf);
  const lost = after.length >= 2 && Math.max(...after) < life.lastAcknowledged;
  const warned = cluster.scenarios.some(({ rewritesHistory }) => rewritesHistory);
  if (distinct && lost && !warned) found.push(`together: revision ${life.lastAcknowledged} was acknowledged, ${Math.max(...after)} is left, and nothing was said`);
  if (distinct && !lost && after.length >= 2 && cluster.scenarios.every(({ rewritesHistory }) => rewritesHistory)) found.push('together: warned of a loss that did not come');
  const best = Math.max(...alone.filter((boot) => !isOther(boot, life)).map(revisionOf));
  const newest = cluster.newest === null ? -1 : revisionOf(alone[cluster.newest]!);
  const furthest = cluster.newest === null ? null : cluster.members[cluster.newest]!;
  const isLonger = furthest !== null && cluster.members.every((one) => one === furthest || (one.walLastTerm ?? 0n) < (furthest.walLastTerm ?? 0n) || ((one.walLastTerm ?? 0n) === (furthest.walLastTerm ?? 0n) && (one.walLastIndex ?? 0n) < (furthest.walLastIndex ?? 0n)));
  // A member that does not start, or not to its end, may have got furthest all the same.
  if (newest < best && !isLonger) found.push(`newest: m${(cluster.newest ?? -1) + 1} with ${newest}, another has ${best}`);
  const value = await analysed(life, files);
  const { recommendation } = value;
  const chosen = await followed(value, life, files, alone, together);
  const reachable = Math.max(best, life.snapshot?.revision ?? -1, ...(after.length >= 2 && !together.some((boot) => isOther(boot, life)) ? after : []));
  if (chosen !== null) {
    const reached = Math.max(-1, ...chosen.map(revisionOf));
    const { loss } = recommendation;
    const said = (loss?.revisions ?? 0) + Number(recommendation.risks.find(({ key }) => key === 'recommend.risk.uncommitted')?.params['count'] ?? 0);
    if (reached + said < Math.min(reachable, life.lastAcknowledged)) found.push(`recommendation: leads to ${reached}, ${reachable} could be reached`);
    if (loss?.revisions != null && reached + said < Math.min(reachable, life.lastAcknowledged)) found.push(`recommendation: says that ${said} revisions may be lost, ${Math.min(reachable, life.lastAcknowledged) - reached} are`);
    if (chosen.some((boot) => isOther(boot, life))) found.push('recommendation: leads to data that nobody wrote');
  }
  const line = `${words} → ${recommendation.kind} ${recommendation.candidate?.path ?? ''}`;
  if (found.length === 0) {
    if (process.env['ALL'] !== undefined) console.log(`  ${line}`);
    return;
  }
  differing += 1;
  const { KEEP: keep } = process.env;
  if (keep !== undefined) for (const at of positions) writeFiles(join(keep, String(tried), `m${at + 1}`), files[at]!, () => true);
  console.log([
    `  ${tried}: ${line}`, ...found.map((one) => `    ${one}`),
    `    acknowledged ${life.lastAcknowledged}, snapshot ${life.snapshot?.revision ?? '-'}`,
    ...positions.map((at) => `    m${at + 1}: alone ${alone[at]!.result} ${servedWords(alone[at]!.served)}, together ${together[at]!.result} ${servedWords(together[at]!.served)}; index ${String(cluster.members[at]!.walLastIndex)} applied ${String(cluster.members[at]!.appliedIndex)} commit ${String(cluster.members[at]!.commitIndex)} term ${String(cluster.members[at]!.term)} last ${String(cluster.lastRevisions[at])} ${cluster.members[at]!.result} ${cluster.members[at]!.hazard ?? ''} ${cluster.members[at]!.message ?? ''}`),
    `    fork ${cluster.fork === null ? '-' : `${cluster.fork.kind} ${cluster.fork.revision}`} agree ${String(cluster.agree)} newest ${cluster.newest === null ? '-' : `m${cluster.newest + 1}`}`,
    `    why: ${recommendation.why.map((said) => said.text).join(' ')} loss ${JSON.stringify(recommendation.loss?.revisions ?? null)} conditions: ${recommendation.conditions.map((said) => said.key.split('.').pop()).join(' ')}`,
    ...value.candidates.map((one) => `    ${one.path}: ${one.verdict} ${one.usable ? 'usable' : '-'} ${one.revision ?? '?'} ${one.reasons.map((said) => said.text).join(' ')}`),
    ...positions.map((at) => `    m${at + 1} said alone: ${lastWords(alone[at]!.log).slice(0, 400)}\n      together: ${lastWords(together[at]!.log).slice(0, 400)}`),
  ].join('\n'));
}

let [tried, differing] = [0, 0];
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const random = dice(seed);
  const folder = scratchFolder();
  try {
    const life = await live(random.of(versions), folder, random);
    console.log(`seed ${seed}: ${life.words}, ${life.lastAcknowledged} acknowledged`);
    for (let i = 0; i < Number(perLife); i++) {
      tried += 1;
      await tryCase(life, damageSome(life, random));
    }
  } catch (error) {
    console.log(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    removeFolder(folder);
  }
}
console.log(`${tried} tried, ${differing} differ`);
