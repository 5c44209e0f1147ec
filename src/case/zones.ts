import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import { everyOffset, instantsOf, isZoneName, offsetAt, wordFits, zonesOfWord, type ZoneReading } from '../time/civil-zone.js';
import type { Civil } from '../time/parse.js';
import type { Stamp } from '../time/stamp.js';
import type { EvidenceRegister } from './evidence.js';
import type { Basis, Setting } from './model.js';
import { wallNear, type OffsetProof } from './zone-proofs.js';

/** What is known about the wall clock of one host. */
export interface HostZone {
  /** All readings that nothing excludes; the widest offsets when nothing is known. */
  readonly readings: readonly ZoneReading[];
  /** Set when exactly one reading is left. */
  readonly setting: Setting<string> | null;
}

interface Word {
  readonly word: string;
  readonly stamp: Civil;
  readonly place: Place;
}

/** How a zone is written: its name, or `+08:00`. */
function zoneWords(zone: ZoneReading): string {
  if (zone.kind === 'place') return zone.name;
  const minutes = Math.abs(zone.minutes);
  if (minutes === 0) return 'UTC';
  return `${zone.minutes < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function* stampsOf(fact: Fact): Iterable<Stamp | null> {
  switch (fact.kind) {
    case 'clock': yield fact.now; break;
    case 'unit-status': yield fact.since; break;
    case 'boot': yield fact.time; yield fact.end; break;
    case 'log': yield fact.time; break;
    case 'timer': yield fact.last; yield fact.next; break;
    case 'file': yield fact.mtime; break;
    case 'process': yield fact.started; break;
    case 'command': yield fact.time; break;
    default: break;
  }
}

function wordsOf(facts: readonly Fact[]): Word[] {
  const words: Word[] = [];
  for (const fact of facts) {
    for (const stamp of stampsOf(fact)) {
      if (stamp?.kind === 'civil' && stamp.zone !== null && words.length < 2000) words.push({ word: stamp.zone, stamp, place: fact.at });
    }
  }
  return words;
}

const chinese = /[\u4e00-\u9fff]|aliyun|registry\.cn-|kubesphere|ustc\.edu|tuna\.tsinghua/;

/** Signs that people and mirrors of a bundle are Chinese: they decide between the readings of `CST`. */
function chineseSign(facts: readonly Fact[]): Place | null {
  let seen = 0;
  for (const fact of facts) {
    if (!chinese.test(fact.at.text)) continue;
    seen++;
    if (seen >= 2) return fact.at;
  }
  return null;
}

const sameOffsets = (zone: ZoneReading, proofs: readonly OffsetProof[]): boolean => proofs.every((proof) => offsetAt(zone, proof.ms) === proof.minutes);

/** Proofs that the bulk agrees with: one odd line is a line with a delayed stamp, not another zone. */
function agreed(proofs: readonly OffsetProof[]): OffsetProof[] {
  const strong = proofs.filter((proof) => proof.by === 'written' || proof.by === 'pair');
  const pool = strong.length > 0 ? strong : proofs;
  const votes = new Map<number, number>();
  for (const proof of pool) votes.set(proof.minutes, (votes.get(proof.minutes) ?? 0) + 1);
  const most = Math.max(0, ...votes.values());
  return pool.filter((proof) => (votes.get(proof.minutes) ?? 0) * 4 >= most);
}

function decide(facts: readonly Fact[], all: readonly Fact[], proofs: readonly OffsetProof[], register: EvidenceRegister): HostZone | null {
  const one = (zone: ZoneReading, basis: Basis, places: readonly Place[]): HostZone => ({
    readings: [zone], setting: { value: zoneWords(zone), basis, evidence: places.slice(0, 4).map((place) => register.cite(place, basis)) },
  });
  for (const fact of facts) {
    if (fact.kind === 'clock' && fact.zoneName !== null && isZoneName(fact.zoneName)) return one({ kind: 'place', name: fact.zoneName }, 'observed', [fact.at]);
  }
  const words = wordsOf(facts);
  const now = (word: Word): number => wallNear(word.stamp, proofs[0]?.ms ?? Date.UTC(word.stamp.year ?? 2024, word.stamp.month - 1, word.stamp.day));
  const named = words.length === 0 ? [] : zonesOfWord(words[0]!.word).filter((zone) => words.every((word) => zonesOfWord(word.word).some((other) => zoneWords(other) === zoneWords(zone) || sameAt(other, zone, now(word))) && wordFits(word.word, zone, now(word))));
  const sure = agreed(proofs);
  const places = [...words.slice(0, 2).map((word) => word.place), ...sure.slice(0, 2).map((proof) => proof.place)];
  if (sure.length > 0) {
    const fitting = named.filter((zone) => sameOffsets(zone, sure));
    const weak = sure.every((proof) => proof.by === 'copy' || proof.by === 'content');
    if (fitting[0] !== undefined) return one(fitting[0], weak ? 'inferred' : 'observed', places);
    const offsets = [...new Set(sure.map((proof) => proof.minutes))];
    if (named.length > 0 && weak) return ambiguous(named, all, words, one);
    if (offsets.length === 1) return one({ kind: 'offset', minutes: offsets[0]! }, weak ? 'inferred' : 'observed', sure.map((proof) => proof.place));
    return { readings: offsets.map((minutes): ZoneReading => ({ kind: 'offset', minutes })), setting: null };
  }
  return named.length === 0 ? null : ambiguous(named, all, words, one);
}

function sameAt(a: ZoneReading, b: ZoneReading, ms: number): boolean {
  return offsetAt(a, ms) === offsetAt(b, ms);
}

function ambiguous(named: readonly ZoneReading[], all: readonly Fact[], words: readonly Word[], one: (zone: ZoneReading, basis: Basis, places: readonly Place[]) => HostZone): HostZone {
  const [first] = named;
  const places = words.slice(0, 2).map((word) => word.place);
  if (named.length === 1 && first !== undefined) return one(first, 'inferred', places);
  const sign = chineseSign(all);
  const shanghai = named.find((zone) => zone.kind === 'place' && zone.name === 'Asia/Shanghai');
  if (shanghai !== undefined && sign !== null) return one(shanghai, 'inferred', [...places, sign]);
  return { readings: named, setting: null };
}

/** The wall clocks of all hosts. */
export interface Zones {
  ofHost(host: string | null): HostZone;
  readonly site: Setting<string> | null;
}

/**
 * Decides the zone of each host from what its artifacts prove: a named zone, offsets written beside
 * times, one event on two clocks, abbreviations. A host that proves nothing takes the zone that all
 * others agree on; `assumeZone` fills in only where nothing in the bundle speaks.
 */
export function decideZones(facts: readonly Fact[], hosts: readonly string[], proofs: readonly OffsetProof[], assumeZone: string | null, register: EvidenceRegister): Zones {
  const own = new Map<string, HostZone | null>();
  for (const host of hosts) own.set(host, decide(facts.filter((fact) => fact.host === host), facts, proofs.filter((proof) => proof.host === host), register));
  const everywhere = decide(facts, facts, proofs, register);
  const settled = [...own.values()].flatMap((zone) => (zone?.setting ? [zone] : []));
  const values = new Set(settled.map((zone) => zone.setting?.value));
  const common = values.size === 1 ? settled[0]! : values.size === 0 ? everywhere : null;
  const assumed = assumeZone === null ? [] : zonesOfWord(assumeZone);
  const fallback: HostZone = assumed.length > 0
    ? { readings: assumed, setting: assumed.length === 1 ? { value: zoneWords(assumed[0]!), basis: 'assumed', evidence: [] } : null }
    : { readings: everyOffset, setting: null };
  const inherited = common === null ? fallback : { ...common, setting: common.setting === null ? null : { ...common.setting, basis: common.setting.basis === 'observed' ? 'inferred' as const : common.setting.basis } };
  const ofHost = (host: string | null): HostZone => {
    const zone = host === null ? null : own.get(host) ?? null;
    if (zone !== null && (zone.setting !== null || assumed.length === 0)) return zone;
    if (zone !== null && common?.setting == null) return assumed.length > 0 ? fallback : zone;
    return inherited;
  };
  return { ofHost, site: common?.setting ?? (settled[0]?.setting ?? (values.size === 0 ? fallback.setting : null)) };
}

/** All instants that wall-clock fields can mean under the given readings. */
export function readingsOf(wallMs: number, readings: readonly ZoneReading[]): number[] {
  return readings.flatMap((zone) => instantsOf(wallMs, zone));
}
