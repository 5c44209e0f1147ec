import type { Finding, Message, Severity } from '../case/model.js';
import type { DraftCandidate } from '../case/draft.js';
import { rfc3339 } from '../case/time-words.js';
import { suspiciousChanges } from '../kubernetes/index.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';
import { contentTime } from './content-time.js';
import type { Situation } from './situation.js';
import { otherDigestStated } from './stated-digest.js';

/** A name may be this far from the content: the job starts, connects, and saves. */
const nameSlackMs = 15 * 60_000;

interface Raw {
  readonly code: string;
  readonly severity: Severity;
  readonly params: Message['params'];
  readonly of: readonly DraftCandidate[];
}

function* identity(s: Situation): Generator<Raw> {
  const byId = new Map(s.draft.candidates.map((one) => [one.candidate.id, one]));
  if (s.lineage.undecided) yield { code: 'candidate.mixed-clusters', severity: 'critical', params: {}, of: s.draft.candidates.slice(0, 4) };
  for (const [id, { theirs, expected }] of s.lineage.foreign) {
    const one = byId.get(id);
    if (one !== undefined && s.lineage.events.has(id)) yield { code: 'candidate.events-only', severity: 'info', params: { path: one.candidate.path }, of: [one] };
    else if (one !== undefined) yield { code: 'candidate.other-cluster', severity: 'error', params: { path: one.candidate.path, theirs, expected }, of: [one] };
  }
  for (const id of s.lineage.reborn) {
    const one = byId.get(id);
    if (one !== undefined) yield { code: 'candidate.reborn', severity: 'critical', params: { path: one.candidate.path }, of: [one] };
  }
}

/** Hosts of another cluster. */
function* strangers({ draft }: Situation): Generator<Raw> {
  for (const host of draft.otherHosts ?? []) yield { code: 'host.other-cluster', severity: 'warning', params: { host }, of: [] };
}

/** Files that hold the very same state under different names and dates. */
function* frozen(s: Situation): Generator<Raw> {
  const groups = new Map<string, DraftCandidate[]>();
  for (const one of s.draft.candidates) {
    const { kind, revision } = one.candidate;
    if (kind !== 'snapshot' || revision === null || one.snapshot?.hash == null || !s.lineage.ours.has(one.candidate.id)) continue;
    const named = one.candidate.takenAtBasis.find((basis) => basis.what === 'name' || basis.what === 'listing');
    if (named?.time.best == null) continue;
    const key = `${one.candidate.host ?? ''}\n${revision}\n${one.snapshot.hash}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const group of groups.values()) {
    const times = group.map((one) => Date.parse(one.candidate.takenAtBasis.find((basis) => basis.what === 'name' || basis.what === 'listing')!.time.best!)).sort((a, b) => a - b);
    if (group.length < 2 || times[times.length - 1]! - times[0]! < nameSlackMs) continue;
    yield { code: 'candidate.frozen', severity: 'error', params: { count: group.length, revision: group[0]!.candidate.revision ?? 0, path: group[0]!.candidate.path, last: group[group.length - 1]!.candidate.path }, of: group.slice(0, 4) };
  }
}

/** Names that promise another time than the content has. */
function* misnamed(s: Situation): Generator<Raw> {
  for (const one of s.draft.candidates) {
    if (one.candidate.kind !== 'snapshot' || contentTime(one, s.draft) === null) continue;
    const name = one.candidate.takenAtBasis.find((basis) => basis.what === 'name')?.time;
    const { notBefore, notAfter } = one.taken;
    if (name?.notBefore == null || name.notAfter === null || notBefore === null || notAfter === null) continue;
    const late = Date.parse(name.notBefore) - notAfter;
    const early = notBefore - Date.parse(name.notAfter);
    if (Math.max(late, early) <= nameSlackMs) continue;
    yield { code: 'candidate.name-not-content', severity: 'warning', params: { path: one.candidate.path, named: name.best ?? name.notBefore, content: one.candidate.takenAt.best ?? one.candidate.takenAt.notBefore ?? '?', hours: Math.round(Math.max(late, early) / 360_000) / 10 }, of: [one] };
  }
}

/** Checksum files that speak of other bytes. */
function* stated(s: Situation): Generator<Raw> {
  for (const one of s.draft.candidates) {
    const other = otherDigestStated(one, s.draft);
    if (other !== null) yield { code: 'candidate.checksum-differs', severity: 'warning', params: { path: one.candidate.path, artifact: other.artifact }, of: [one] };
  }
}

/** What changed between neighbouring states beyond daily work. */
function* changes(s: Situation): Generator<Raw> {
  const { draft } = s;
  if (s.lineage.undecided) return;
  const states = draft.candidates.filter((one) => s.lineage.ours.has(one.candidate.id) && (one.candidate.verdict === 'intact' || one.candidate.verdict === 'digest-absent') && (draft.surveys?.get(one.candidate.id)?.live.size ?? 0) > 0);
  states.sort((a, b) => (contentTime(a, draft) ?? 0) - (contentTime(b, draft) ?? 0) || (a.candidate.revision ?? 0) - (b.candidate.revision ?? 0));
  for (let i = 1; i < states.length; i++) {
    const [a, b] = [states[i - 1]!, states[i]!];
    if (a.candidate.revision === b.candidate.revision) continue;
    const params = { before: a.candidate.path, after: b.candidate.path };
    for (const suspicion of suspiciousChanges(draft.surveys!.get(a.candidate.id)!, draft.surveys!.get(b.candidate.id)!)) {
      if (suspicion.what === 'encryption-changed') yield { code: 'candidate.encryption-changed', severity: 'warning', params: { ...params, from: suspicion.before, to: suspicion.after }, of: [a, b] };
      else if (suspicion.what === 'revision-went-back') yield { code: 'candidate.revision-went-back', severity: 'warning', params: { ...params, from: suspicion.before, to: suspicion.after }, of: [a, b] };
      else if (suspicion.what === 'revision-jumped') yield { code: 'candidate.revision-jumped', severity: 'info', params: { ...params, from: suspicion.before, to: suspicion.after }, of: [a, b] };
      else if (suspicion.what === 'namespace-deleted') yield { code: 'candidate.namespace-deleted', severity: 'warning', params: { ...params, namespace: suspicion.namespace, count: suspicion.objects }, of: [a, b] };
      else if (suspicion.what === 'crd-deleted') yield { code: 'candidate.crd-deleted', severity: 'warning', params: { ...params, name: suspicion.name, count: suspicion.instances }, of: [a, b] };
      else if (suspicion.what === 'mass-deletion') yield { code: 'candidate.mass-deletion', severity: 'warning', params: { ...params, count: suspicion.deleted, total: suspicion.before }, of: [a, b] };
      else if (suspicion.what === 'keys-dropped') yield { code: 'candidate.keys-dropped', severity: 'warning', params: { ...params, from: suspicion.before, to: suspicion.after }, of: [a, b] };
    }
  }
}

/** A deletion in bulk that only the newest state's own history shows. */
function* inHistory({ inHistory }: Situation): Generator<Raw> {
  if (inHistory === null) return;
  const { file, deleted, revision, time } = inHistory;
  yield { code: 'candidate.deleted-in-history', severity: 'warning', params: { path: file.candidate.path, count: deleted, revision, time: rfc3339(time.best ?? time.notBefore) ?? '?' }, of: [file] };
}

/** Hosts that show an earlier time than their own data holds. */
function* clocks(s: Situation): Generator<Raw> {
  for (const [host, era] of s.draft.clockResets ?? []) {
    yield { code: 'host.clock-behind', severity: 'error', params: { host, shown: rfc3339(era.to) ?? '?', content: rfc3339(era.after) ?? '?' }, of: s.draft.candidates.filter((one) => one.candidate.host === host).slice(0, 2) };
  }
}

/** Findings about the candidates as a set: whose they are, what their dates hide, what went missing between them. */
export function candidateFindings(s: Situation, language: Language): Finding[] {
  return [...identity(s), ...strangers(s), ...clocks(s), ...frozen(s), ...misnamed(s), ...stated(s), ...changes(s), ...inHistory(s)].slice(0, 60).map(({ code, severity, params, of }) => {
    const said = { key: `finding.${code}.message`, params };
    return { code, severity, message: say(language, said.key, params), said, evidence: of.flatMap((one) => one.candidate.evidence.slice(0, 1)) };
  });
}

