import type { Artifacts } from '../artifacts/index.js';
import type { Bundle } from '../intake/bundle.js';
import { recogniseInstallation } from '../installations/index.js';
import type { Interval } from '../time/interval.js';
import type { Stamp } from '../time/stamp.js';
import { describeCandidate } from './candidates.js';
import { datesOfCollection } from './collection.js';
import { containerClocks } from './container-clocks.js';
import { databaseFile, readDatabase, surveyAhead, type ReadDatabase } from './database-report.js';
import type { Draft } from './draft.js';
import { evidenceRegister } from './evidence.js';
import { historiesOf } from './histories.js';
import { bootOf, describeHost, hostNames } from './hosts.js';
import { lastKnownState } from './last-known.js';
import { lineageOf } from './lineage.js';
import { evidenceManifest } from './manifest.js';
import { differingMembers, startTogether } from './members-together.js';
import { describeMembers, type StoredMembership } from './members.js';
import { withinBudget } from './survey-budget.js';
import { afterReset, inEra, resetClocks } from './reset-clock.js';
import { takenOf } from './taken.js';
import { verdictsAhead } from './verdicts-ahead.js';
import { resolveStamp, type StampContext } from './when.js';
import { offsetsOfCopies, offsetsWritten } from './zone-proofs.js';
import { decideZones } from './zones.js';

export interface DraftOptions {
  readonly assumeZone: string | null;
  /** The databases, when they were read before (`readDatabases`). */
  readonly reads?: readonly ReadDatabase[];
}

export interface DatabaseProgress {
  /** Called before each database is read. */
  readonly onDatabase: (done: number, total: number, path: string) => void;
  /** Called with each database that was read. */
  readonly onRead: (read: ReadDatabase) => void;
  /** Awaited between two databases, so that timers and signals get their turn. */
  readonly rest: () => Promise<void>;
}

/** Reads the databases of a bundle one after the other, telling what each one is as soon as it is known. */
export async function readDatabases(bundle: Pick<Bundle, 'files'>, { facts, databases }: Artifacts, progress: DatabaseProgress): Promise<readonly ReadDatabase[]> {
  const { etcdVersion } = recogniseInstallation(facts, bundle.files.map((file) => file.path), evidenceRegister());
  const verdicts = verdictsAhead(databases.map(databaseFile).filter((file) => file !== null));
  try {
    let reads: readonly ReadDatabase[] = [];
    for (const [index, group] of databases.entries()) {
      progress.onDatabase(index, databases.length, group.kind === 'file' ? group.file.path : group.directory);
      await progress.rest();
      const file = databaseFile(group);
      const verdict = file === null ? null : verdicts.of(file);
      const survey = file === null || verdict === null || group.kind !== 'file' ? null : surveyAhead(file);
      const read = readDatabase(group, index, etcdVersion?.value ?? null, { verdict: await verdict, survey });
      progress.onRead(read);
      reads = withinBudget([...reads, read]);
    }
    return reads;
  } finally {
    verdicts.end();
  }
}

/** Memberships that the databases hold, the newest first: what the cluster last agreed on. */
function storedMemberships(reads: readonly ReadDatabase[]): StoredMembership[] {
  const revision = (read: ReadDatabase): number => Number(read.snapshot?.revision ?? 0n);
  return [...reads].sort((a, b) => revision(b) - revision(a)).flatMap((read) => {
    const members = read.snapshot !== null && read.snapshot.members.length > 0 ? read.snapshot.members : (read.boot?.members ?? []);
    const clusterId = read.boot?.clusterId ?? read.snapshot?.clusterId ?? null;
    // A learner has no vote: it neither counts for a majority nor survives a restore.
    const voters = members.filter((one) => !('learner' in one && one.learner));
    return voters.length === 0 ? [] : [{ clusterId, members: voters.map((one) => ({ memberId: one.memberId, clusterId, name: one.name, peerUrls: one.peerUrls })) }];
  });
}

/**
 * Builds the working model from the artifacts of a bundle: hosts, zones, collection, installation,
 * members, candidates with their dates, and the newest state that anything proves. Reads the bytes of
 * every database once; judges nothing. Never throws for content.
 */
export function buildDraft(bundle: Pick<Bundle, 'files' | 'findings'>, artifacts: Artifacts, options: DraftOptions): Draft {
  const { facts, databases } = artifacts;
  const version = options.reads === undefined ? (recogniseInstallation(facts, bundle.files.map((file) => file.path), evidenceRegister()).etcdVersion?.value ?? null) : null;
  const reads = options.reads ?? databases.reduce<readonly ReadDatabase[]>((known, group, index) => withinBudget([...known, readDatabase(group, index, version)]), []);
  // Whose a file is shows in its content; a stranger must neither date the cluster that broke nor the clocks of its hosts.
  const all = draftOf(bundle, artifacts, options, reads, new Set());
  const { foreign } = lineageOf(all);
  return foreign.size === 0 ? all : draftOf(bundle, artifacts, options, reads, new Set(foreign.keys()));
}

/** The model, where the files of `foreign` are those of other clusters. */
function draftOf(bundle: Pick<Bundle, 'files' | 'findings'>, artifacts: Artifacts, options: DraftOptions, reads: readonly ReadDatabase[], foreign: ReadonlySet<string>): Draft {
  const { facts, databases } = artifacts;
  const register = evidenceRegister();
  const installation = recogniseInstallation(facts, bundle.files.map((file) => file.path), register);
  const ours = reads.filter((read) => !foreign.has(read.id));

  const names = hostNames(facts, databases);
  const located = reads.flatMap((read) => (read.file === null ? [] : [{ file: read.file, host: read.group.host, hostPath: read.group.kind === 'file' ? read.group.hostPath : read.group.hostPath === null ? null : `${read.group.hostPath}/member/snap/db` }]));
  const zones = decideZones(facts, names, [...offsetsWritten(facts), ...offsetsOfCopies(facts, located)], options.assumeZone, register);

  const bare = (host: string | null): StampContext => ({ readings: zones.ofHost(host).readings, collected: { notBefore: null, best: null, notAfter: null }, newest: null, booted: null });
  const collection = datesOfCollection(facts, bundle.files, (stamp, host) => {
    if (stamp === null || stamp.kind === 'ago' || stamp.kind === 'since-boot' || (stamp.kind === 'civil' && stamp.year === null)) return null;
    return resolveStamp(stamp, bare(host));
  });
  const inContainer = installation.etcdRunsAs === 'docker' || installation.etcdRunsAs === 'static-pod' || installation.etcdRunsAs === 'container';
  const clocksOf = containerClocks(facts, inContainer, zones, collection);
  const boots = new Map<string | null, ReturnType<typeof bootOf>>();
  const eras = resetClocks(facts, names, ours, zones, collection);
  const collectedAt = (host: string | null, known: Interval): Interval => {
    const era = host === null ? [...eras.values()][0] : eras.get(host);
    return era === undefined ? known : afterReset(era);
  };
  const when = (stamp: Stamp, host: string | null, artifact: string): Interval => {
    const owner = host ?? (names.length === 1 ? names[0]! : null);
    const readings = clocksOf(artifact) ?? zones.ofHost(host).readings;
    const time = resolveStamp(stamp, {
      readings,
      collected: collectedAt(owner, collection.ofArtifact(artifact, host)),
      newest: collection.newest,
      booted: stamp.kind === 'since-boot' ? (boots.get(owner)?.time ?? null) : null,
    });
    const era = owner === null ? undefined : eras.get(owner);
    return era !== undefined && stamp.kind !== 'ago' && inEra(stamp, time, era, readings) ? afterReset(era) : time;
  };
  for (const host of names) {
    boots.set(host, bootOf(facts.filter((fact) => fact.host === host || (fact.host === null && names.length === 1)), (stamp, artifact) => when(stamp, host, artifact), collection.ofHost(host).notAfter));
  }

  const { members, clusters: { otherHosts, mixed }, findings } = describeMembers(facts, names, installation, storedMemberships(ours), register);
  const hosts = names.filter((name) => !otherHosts.has(name)).map((name) => describeHost(name, facts, databases, { zone: zones.ofHost(name).setting, collected: collectedAt(name, collection.ofHost(name)), booted: boots.get(name) ?? null }, register));
  const histories = historiesOf(ours);
  const [{ reads: latest, clock }] = histories;
  const clocks = new Map(histories.flatMap((one) => one.reads.map((read) => [read, one.clock] as const)));
  const candidates = reads.map((read) => describeCandidate(read, takenOf(read, clocks.get(read) ?? historiesOf([read])[0].clock, facts, when), register));
  return {
    files: bundle.files,
    manifest: evidenceManifest(bundle.files, artifacts.recognised),
    intakeFindings: bundle.findings,
    facts: otherHosts.size === 0 ? facts : facts.filter((fact) => fact.host === null || !otherHosts.has(fact.host)),
    evidence: register,
    when,
    collected: collectedAt(null, collection.all),
    zone: zones.site,
    hosts,
    installation,
    members,
    otherHosts,
    mixedHosts: mixed,
    surveys: new Map(reads.flatMap((read) => (read.survey === null ? [] : [[read.id, read.survey] as const]))),
    clockResets: eras,
    settingsFindings: findings,
    together: (of: ReadonlySet<string>, left: ReadonlySet<string>) => startTogether(reads, installation.etcdVersion?.value ?? null, of, left),
    differing: (of: ReadonlySet<string>) => differingMembers(reads, installation.etcdVersion?.value ?? null, of),
    candidates,
    clock,
    foreign,
    lastKnown: lastKnownState(latest, clock),
  };
}
