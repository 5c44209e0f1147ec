import type { BackupScriptFact, FileFact } from '../../artifacts/fact.js';
import { unknownTime } from '../../time/interval.js';
import type { Hit, Sign } from '../rule.js';
import type { View } from '../view.js';
import { hitOf } from './combine.js';
import { mountOf } from './host.js';

/** `.part` files of an interrupted or hanging save, in listings and in the bundle itself. */
export const partFiles: Sign = (view) => [
  ...view.facts('file').filter((fact) => /\.part$/.test(fact.path) && /\.db\.part$|snap|etcd|backup/i.test(fact.path)).map((fact) => hitOf(view, fact, fact.mtime)),
  ...view.draft.files.filter((file) => /\.part$/.test(file.path)).slice(0, 4).map((file) => ({ at: { artifact: file.path, text: `${file.path} (${file.size} bytes)` }, host: view.draft.manifest.find((entry) => entry.path === file.path)?.host ?? null, time: unknownTime })),
];

/** Several unfinished saves: each run hung, not just one. */
export const partOnlyFiles: Sign = (view) => {
  const hits = partFiles(view);
  return hits.length >= 2 ? hits : [];
};

const script = (test: (fact: BackupScriptFact) => boolean): Sign => (view) => view.facts('backup-script').filter((fact) => fact.saves.length > 0 && test(fact)).map((fact) => hitOf(view, fact, null));

/** A backup script that saves something. */
export const backupJob: Sign = script(() => true);

/** A save by `etcdctl snapshot save` without `--command-timeout`. */
export const scriptWithoutTimeout: Sign = script((fact) => fact.saves.some((save) => save.words.includes('save') && !save.timeout));

/** A script that goes on after a failed command. */
export const scriptUnchecked: Sign = script((fact) => !fact.errexit);

/** In one folder of a listing, the newest backups are empty or less than half as large as those before. */
export const shrunkenBackups: Sign = (view) => {
  const folders = new Map<string, FileFact[]>();
  for (const fact of view.facts('file')) {
    if (fact.type !== 'file' || fact.size === null || !/\.(?:db|gz|zip|snap|bak)(?:\.part)?$|snapshot/i.test(fact.path) || /\/member\//.test(fact.path) || !/back|snap|etcd/i.test(fact.path)) continue;
    const folder = `${fact.host ?? ''} ${fact.path.slice(0, fact.path.lastIndexOf('/'))}`;
    folders.set(folder, [...(folders.get(folder) ?? []), fact]);
  }
  const hits: Hit[] = [];
  for (const files of folders.values()) {
    const sizes = files.map((file) => file.size!).filter((size) => size > 0).sort((a, b) => a - b);
    const usual = sizes[Math.floor(sizes.length / 2)];
    if (files.length < 2 || usual === undefined) continue;
    hits.push(...files.filter((file) => file.size! < usual / 2).map((file) => hitOf(view, file, file.mtime)));
  }
  return hits;
};

/** Backups of a script, and the data directory, below one mount point of df. A df of one path shows only that mount. */
export const sameDisk: Sign = (view) => {
  const hits: Hit[] = [];
  for (const fact of view.facts('backup-script')) {
    const target = fact.targetPattern ?? fact.saves[0]?.target ?? null;
    const folder = /^(\/[^{}*$]*)\//.exec(finalTarget(view, fact) ?? target ?? '')?.[1];
    const dataDir = fact.dataDir ?? view.draft.members.find((member) => member.host === fact.host || member.host === null)?.settings.dataDir?.value ?? null;
    if (folder === undefined || dataDir === null) continue;
    const [a, b] = [mountOf(view, fact.host, folder), mountOf(view, fact.host, dataDir)];
    const row = view.facts('disk').find((d) => d.mount === a && !d.inodes);
    if (a !== null && a === b && row !== undefined) hits.push(hitOf(view, fact, null), hitOf(view, row, null));
  }
  return hits;
};

/** Where backup files are really listed, when the script only names a scratch file first (`/dev/shm`, `/tmp`). */
function finalTarget(view: View, fact: BackupScriptFact): string | null {
  const listed = view.facts('file').find((file) => (file.host === fact.host || file.host === null) && /back-?up/i.test(file.path) && /snap|etcd/i.test(file.path) && file.type === 'file');
  return listed?.path ?? null;
}

/** Backup folders were listed on the host, but no schedule of any kind was seen. */
export const noSchedule: Sign = (view) => {
  const backups = view.draft.candidates.filter((c) => c.candidate.kind === 'snapshot');
  const looked = view.facts('cron').length + view.facts('timer').length + view.facts('backup-script').length;
  const builtIn = ['k3s', 'rke2', 'rke1', 'openshift', 'kops'].includes(view.draft.installation.id);
  if (looked > 0 || builtIn || backups.length === 0 || backups.length > 3) return [];
  return view.facts('file').filter((fact) => /back-?up/i.test(fact.path)).slice(0, 2).map((fact) => hitOf(view, fact, fact.mtime));
};

/** What the backup audit found: one of these codes. */
export function auditFinds(...codes: readonly string[]): Sign {
  return (view) => view.audit.findings.filter((found) => codes.includes(found.code)).flatMap((found) => found.evidence.slice(0, 3).map((at) => ({ at, host: null, time: unknownTime })));
}
