import type { Message } from '../../case/model.js';
import type { Place } from '../../artifacts/place.js';
import type { Draft } from '../../case/draft.js';
import type { BackupJob } from './job.js';

/** A finding before it gets its sentence and evidence ids. */
export interface AuditNote {
  readonly code: string;
  readonly params: Message['params'];
  readonly places: readonly Place[];
}

const note = (code: string, params: Message['params'], places: readonly Place[]): AuditNote => ({ code: `audit.${code}`, params, places });

/** What the text of a job says about how it fails in silence. */
export function scriptNotes(draft: Draft, jobs: readonly BackupJob[]): readonly AuditNote[] {
  const seen = new Set<string>();
  const notes = jobs.flatMap((job) => notesOf(draft, job));
  return notes.filter((one) => {
    const key = `${one.code} ${JSON.stringify(one.params)}`;
    const first = !seen.has(key);
    seen.add(key);
    return first;
  });
}

function notesOf(draft: Draft, job: BackupJob): readonly AuditNote[] {
  const { script, places } = job;
  const host = job.host ?? '?';
  const found: AuditNote[] = [];
  if (job.disabled) found.push(note('job-disabled', { host, command: short(job.command) }, places));
  if (job.schedule !== null && /^\*\s+\*\/\d+\s/.test(job.schedule)) found.push(note('every-minute', { host, schedule: job.schedule }, places));
  const target = job.target;
  if (target !== null && target.startsWith('/')) found.push(...placeNotes(draft, job, target));
  if (script === null) return found;
  const name = script.path ?? script.at.artifact;
  const line = (at: number): readonly Place[] => [{ artifact: script.at.artifact, line: at, text: at === script.at.line ? script.at.text : `${name}, line ${at}` }];
  const v3 = script.saves.filter((save) => save.api !== '2' && save.words.includes('save'));
  const v2 = script.saves.filter((save) => save.api === '2');
  const copies = script.saves.filter((save) => save.api === null && !save.words.includes('save'));
  for (const save of v3.filter((one) => !one.timeout).slice(0, 1)) found.push(note('no-timeout', { script: name }, line(save.line)));
  if (v2.length > 0) found.push(note(v3.length === 0 ? 'api-v2-only' : 'api-v2-too', { script: name }, line(v2[0]!.line)));
  if (copies.length > 0) found.push(note('copies-live-files', { script: name }, line(copies[0]!.line)));
  if (!script.errexit && v3.length > 0) {
    if (script.rotation !== null) found.push(note('rotation-after-failure', { script: name, keep: script.rotation.keep === null ? '?' : script.rotation.unit === 'days' ? `${script.rotation.keep} d` : script.rotation.keep }, line(script.rotation.line)));
    const moved = v3.some((save) => save.target !== null && script.targetPattern !== null && save.target !== script.targetPattern);
    found.push(note(moved ? 'copy-unchecked' : 'no-errexit', { script: name }, line(v3[v3.length - 1]!.line)));
  }
  if (script.rotation !== null && script.rotation.by === 'count' && script.rotation.keep !== null && script.rotation.keep <= 5) found.push(note('keeps-few', { script: name, keep: script.rotation.keep }, line(script.rotation.line)));
  if (script.endpoints !== null && script.endpoints.includes(',') && v3.length > 0) found.push(note('many-endpoints', { script: name }, line(v3[0]!.line)));
  if (script.parseError !== null) found.push(note('script-broken', { script: name, detail: script.parseError }, [script.at]));
  return found;
}

const short = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text);

/** Same file system as etcd, or at least the same machine. */
function placeNotes(draft: Draft, job: BackupJob, target: string): readonly AuditNote[] {
  const disks = draft.facts.filter((fact) => fact.kind === 'disk' && !fact.inodes && (fact.host === job.host || fact.host === null || job.host === null));
  const mountOf = (path: string) => {
    let best: (typeof disks)[number] | null = null;
    for (const disk of disks) if (disk.kind === 'disk' && (path === disk.mount || path.startsWith(disk.mount === '/' ? '/' : `${disk.mount}/`)) && (best?.kind !== 'disk' || disk.mount.length > best.mount.length)) best = disk;
    return best?.kind === 'disk' ? best : null;
  };
  const data = draft.members.find((member) => member.host === job.host)?.dataDir ?? draft.members[0]?.dataDir ?? null;
  const [to, from] = [mountOf(target), data === null ? null : mountOf(data)];
  const folder = target.replace(/\/[^/]*[{%][^]*$/, '');
  if (to !== null && (/^[\w.-]+:\/|^\/\/|:\//.test(to.device) || /nfs|ceph|gluster|s3fs|rclone/i.test(to.device))) return [];
  if (to !== null && from !== null && to.mount === from.mount) return [note('same-disk', { folder, data: data ?? '?', mount: to.mount, host: job.host ?? '?' }, [to.at, ...job.places.slice(0, 1)])];
  return [note('same-machine', { folder, host: job.host ?? '?' }, job.places.slice(0, 1))];
}
