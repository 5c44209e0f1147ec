import type { Case } from '../case/model.js';
import { redactor, type RedactionCount, type RedactionKind, type Pseudonym, type RedactionWords } from './pseudonyms.js';

export interface RedactedCase {
  readonly value: Case;
  /** Private: who is who. */
  readonly map: readonly Pseudonym[];
  readonly counts: readonly RedactionCount[];
}

/** Values that are digests, ids or words of the format: never changed. */
const keptKeys = new Set(['sha256', 'manifestSha256', 'memberId', 'clusterId', 'code', 'key', 'id', 'kind', 'verdict', 'basis', 'confidence', 'severity', 'schemaVersion']);

/** The words of this case that name machines, and those that name people's objects. */
export function wordsOf(value: Case): RedactionWords {
  const hosts = [...value.hosts.map((h) => h.name), ...value.members.flatMap((m) => [m.host, m.name])].filter((w) => w !== null);
  const names = value.candidates.flatMap((c) => (c.loss?.objects?.named ?? []).flatMap((o) => [o.namespace, o.name])).filter((w) => w !== null);
  return { hosts, names };
}

function redactDeep(value: unknown, artifact: string, redact: (text: string, artifact: string) => string): unknown {
  if (typeof value === 'string') return redact(value, artifact);
  if (Array.isArray(value)) return value.map((v) => redactDeep(v, artifact, redact));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const own = entries.find(([key]) => key === 'artifact')?.[1] ?? artifact;
  return Object.fromEntries(
    entries.map(([key, v]) => [key, keptKeys.has(key) && typeof v === 'string' ? v : redactDeep(v, typeof own === 'string' ? own : artifact, redact)]),
  );
}

/**
 * The case with stable pseudonyms for the chosen kinds. Scripts are left out: with other names they
 * would restore nothing. The map is for the owner only.
 */
export function redactCase(value: Case, kinds: readonly RedactionKind[]): RedactedCase {
  const words = redactor(kinds, wordsOf(value));
  const plan = value.plan === null ? null : { ...value.plan, scripts: {} };
  const redacted = redactDeep({ ...value, plan }, '', words.redact) as Case;
  return { value: redacted, map: words.map, counts: words.counts };
}
