import type { EnvFact, Fact, UnitFact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Basis } from '../case/model.js';
import { commandWords, flagsOf, isEtcdCommand } from './words-of-command.js';

/** Who says an option: the stronger source comes first. */
export type OptionSource = 'process' | 'manifest' | 'unit' | 'env' | 'log' | 'script';

/** One value of one option of etcd, with who says it and where. */
export interface OptionValue {
  readonly value: string;
  readonly source: OptionSource;
  readonly at: Place;
  readonly basis: Basis;
}

/** All that one host says about the options of its etcd, strongest source first. */
export interface EtcdOptions {
  readonly get: (name: string) => OptionValue | null;
  /** Every distinct value that any source gives, strongest first. */
  readonly all: (name: string) => readonly OptionValue[];
  /** True when the whole command line is known, so that a missing flag means etcd's default. */
  readonly complete: boolean;
  readonly unit: { readonly name: string; readonly at: Place } | null;
  readonly unitUser: { readonly value: string; readonly group: string | null; readonly at: Place } | null;
  readonly etcdPath: OptionValue | null;
}

/** An env file of the main etcd: not of `etcd-events`, not of the client alone. */
const isMainEnv = (fact: EnvFact): boolean => !/events|etcdctl\.env/.test(`${fact.path ?? ''} ${fact.at.artifact}`);
const isMainUnit = (unit: string): boolean => /^etcd\d*(\.service)?$/.test(unit);
const optionOfEnv = (key: string): string => key.replace(/^ETCD_/, '').toLowerCase().replaceAll('_', '-');

/** Drop-ins come after the unit file; an empty `ExecStart=` resets. */
function execStart(units: readonly UnitFact[]): UnitFact | null {
  const ordered = [...units.filter((fact) => fact.dropIn === null), ...units.filter((fact) => fact.dropIn !== null)];
  let found: UnitFact | null = null;
  for (const fact of ordered) if (fact.section === 'Service' && fact.key === 'ExecStart') found = fact.value.trim() === '' ? null : fact;
  return found;
}

function last(units: readonly UnitFact[], key: string): UnitFact | null {
  return [...units.filter((fact) => fact.dropIn === null), ...units.filter((fact) => fact.dropIn !== null)]
    .filter((fact) => fact.section === 'Service' && fact.key === key && fact.value.trim() !== '')
    .pop() ?? null;
}

/** Words of etcd's own start in its log: `name = etcd1`, `data dir = /var/lib/etcd` (3.4), or the zap fields (3.5). */
function* logOptions(fact: Extract<Fact, { kind: 'log' }>): Iterable<readonly [string, string]> {
  const said = /^(?:\w+: )?(name|data dir|initial advertise peer URLs|advertise client URLs|initial cluster) = (.+)$/i.exec(fact.message);
  if (said?.[1] !== undefined && said[2] !== undefined) yield [said[1].toLowerCase().replaceAll(' ', '-'), said[2].trim()];
  if (fact.fields['data-dir'] === undefined || fact.fields['name'] === undefined) return;
  for (const key of ['name', 'data-dir', 'initial-cluster', 'initial-cluster-token', 'initial-advertise-peer-urls', 'listen-client-urls', 'advertise-client-urls']) {
    const value = fact.fields[key]?.replace(/^\[|\]$/g, '').replaceAll('"', '');
    if (value !== undefined && value !== '') yield [key, value];
  }
  const wal = fact.fields['wal-dir-dedicated'] ?? fact.fields['wal-dir'];
  if (wal !== undefined && wal !== '') yield ['wal-dir', wal];
}

const identity = ['data-dir', 'name', 'initial-advertise-peer-urls', 'listen-peer-urls'];

/**
 * A process beside the one that the unit starts: a test, `etcd-events`, a rehearsal. It names at least two of
 * directory, name and peer URLs, and all of them otherwise than the unit and its env file.
 */
function isAnotherEtcd(flags: ReadonlyMap<string, string>, configured: ReadonlyMap<string, string>): boolean {
  const both = identity.filter((option) => flags.has(option) && configured.has(option));
  return both.length > 1 && both.every((option) => flags.get(option) !== configured.get(option));
}

/**
 * Collects the options of the etcd of one host from its facts. A unit's env file, its `Environment=`
 * lines and flags, a manifest and the process list are read as etcd would; nothing is run.
 */
export function etcdOptions(facts: readonly Fact[]): EtcdOptions {
  const found = new Map<string, OptionValue[]>();
  const add = (name: string, value: string, source: OptionSource, at: Place, basis: Basis = 'observed'): void => {
    if (value === '' || value.includes('$')) return;
    found.set(name, [...(found.get(name) ?? []), { value, source, at, basis }]);
  };
  const units = facts.filter((fact): fact is UnitFact => fact.kind === 'unit' && isMainUnit(fact.unit));
  const envFacts = facts.filter((fact): fact is EnvFact => fact.kind === 'env' && fact.key.startsWith('ETCD') && isMainEnv(fact));
  const env = new Map(envFacts.map((fact) => [fact.key, fact.value]));
  const configured = new Map(envFacts.map((fact) => [optionOfEnv(fact.key), fact.value]));
  const unitStart = execStart(units);
  if (unitStart !== null) for (const [flag, value] of flagsOf(commandWords(unitStart.value.replace(/^[-@:+!]+/, ''), env))) configured.set(flag, value);
  for (const fact of facts) {
    const container = fact.kind === 'manifest' ? fact.containers.find((one) => isEtcdCommand(one.command)) : undefined;
    for (const [flag, value] of flagsOf(container?.command ?? [])) configured.set(flag, value);
  }
  let complete = false;
  let etcdPath: OptionValue | null = null;

  for (const fact of facts) {
    if (fact.kind !== 'process') continue;
    const words = commandWords(fact.command);
    if (!isEtcdCommand(words) || isAnotherEtcd(flagsOf(words), configured)) continue;
    for (const [flag, value] of flagsOf(words)) add(flag, value, 'process', fact.at);
    if (words[0]?.startsWith('/')) etcdPath = { value: words[0], source: 'process', at: fact.at, basis: 'observed' };
  }
  for (const fact of facts) {
    if (fact.kind !== 'manifest') continue;
    const container = fact.containers.find((one) => isEtcdCommand(one.command) || one.name === 'etcd');
    if (container === undefined) continue;
    complete = complete || isEtcdCommand(container.command);
    const words = commandWords(container.command.map((word) => `'${word.replaceAll("'", '')}'`).join(' '));
    for (const [flag, value] of flagsOf(words)) {
      const line = container.lines[container.command.findIndex((word) => word.startsWith(`--${flag}`))];
      add(flag, value, 'manifest', line === undefined ? fact.at : { artifact: fact.at.artifact, line, text: `--${flag}=${value}` });
    }
    for (const [key, value] of Object.entries(container.env)) if (key.startsWith('ETCD_')) add(optionOfEnv(key), value, 'manifest', fact.at);
  }
  const start = unitStart;
  if (start !== null) {
    const words = commandWords(start.value.replace(/^[-@:+!]+/, ''), env);
    if (isEtcdCommand(words)) {
      complete = complete || envFacts.length > 0 || !units.some((fact) => fact.key === 'EnvironmentFile');
      for (const [flag, value] of flagsOf(words)) add(flag, value, 'unit', start.at);
      const program = words.find((word) => word.startsWith('/') && word.endsWith('etcd'));
      if (program !== undefined && etcdPath === null) etcdPath = { value: program, source: 'unit', at: start.at, basis: 'observed' };
    }
  }
  for (const fact of units) {
    if (fact.section !== 'Service' || fact.key !== 'Environment') continue;
    for (const word of commandWords(fact.value)) {
      const assignment = /^(ETCD_\w+)=([\s\S]*)$/.exec(word);
      if (assignment?.[1] !== undefined) add(optionOfEnv(assignment[1]), assignment[2] ?? '', 'unit', fact.at);
    }
  }
  // The last assignment in an env file wins.
  for (const fact of [...envFacts].reverse()) if (fact.key.startsWith('ETCD_')) add(optionOfEnv(fact.key), fact.value, 'env', fact.at);
  for (const fact of facts) {
    if (fact.kind === 'log' && fact.source === 'etcd') for (const [name, value] of logOptions(fact)) add(name, value, 'log', fact.at);
    if (fact.kind === 'backup-script' && fact.dataDir !== null) add('data-dir', fact.dataDir, 'script', fact.at, 'inferred');
  }
  for (const fact of envFacts) {
    if (fact.key.startsWith('ETCDCTL_')) add(fact.key.toLowerCase().replaceAll('_', '-'), fact.value, 'env', fact.at);
  }

  const user = last(units, 'User');
  const status = facts.find((fact) => fact.kind === 'unit-status' && isMainUnit(fact.unit) && fact.loaded !== 'not-found');
  const named = units[0] ?? (status?.kind === 'unit-status' ? status : undefined);
  return {
    get: (name) => found.get(name)?.[0] ?? null,
    all: (name) => [...new Map((found.get(name) ?? []).map((one) => [one.value, one])).values()],
    complete,
    unit: named === undefined ? null : { name: named.unit.endsWith('.service') ? named.unit : `${named.unit}.service`, at: named.at },
    unitUser: user === null ? null : { value: user.value.trim(), group: last(units, 'Group')?.value.trim() ?? null, at: user.at },
    etcdPath,
  };
}
