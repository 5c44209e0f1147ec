import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Plan, Said } from '../case/model.js';
import { placeholders, type Installation } from '../installations/index.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { missing, type MissingFact } from './plan-host.js';
import { hasControlCharacter, shellWord } from '../artifacts/shell/shell-word.js';
import { saidIn } from './steps.js';

type Manual = Plan['manual'];

/** Steps that stand for commands which may not be given yet: each names its fact and how to get it. */
export function withheldSteps(lacks: readonly { readonly fact: string; readonly said: Said; readonly collect: string | null }[], language: Language): Manual {
  return lacks.map((one) => ({
    host: null,
    title: saidIn(language, { key: 'recovery.withheld.title', params: { why: one.said.text } }),
    commands: one.collect === null ? [] : [one.collect],
    expect: null,
  }));
}

/** How to get what the bundle does not give. */
const collects: Readonly<Record<string, string>> = {
  SNAPSHOT: 'etcd-autopsy collect', SNAPSHOT_NAME: 'ls -l /opt/rke/etcd-snapshots', BACKUP_FOLDER: 'ls -lR /home/core/assets/backup', RESOURCES_ARCHIVE: 'ls -l /home/core/assets/backup',
  BACKUP_STORE: 'ps -ef | grep -o -e "--backup-store=[^ ]*" | sort -u', MAIN_BACKUP: 'etcd-manager-ctl --backup-store=STORE/etcd/main list-backups',
  EVENTS_BACKUP: 'etcd-manager-ctl --backup-store=STORE/etcd/events list-backups', BACKUP_ARCHIVE: 'find / -name "k0s_backup_*.tar.gz" -exec ls -l {} +',
  PEER_IP: 'kubectl get nodes -o wide; cat talosconfig', FIRST_IP: 'cat talosconfig',
};

const fitPath = (path: string | null | undefined): string | null => (path !== null && path !== undefined && path.startsWith('/') && !hasControlCharacter(path) ? path : null);
const folderOf = (path: string | null): string | null => (path === null ? null : path.replace(/\/[^/]*$/, '') || '/');
const nameOf = (path: string | null): string | null => path?.split('/').pop() ?? null;

/** Every path that the bundle knows, on the host or of its own files. */
function* knownPaths(draft: Draft): Iterable<string> {
  for (const fact of draft.facts) if (fact.kind === 'file' || fact.kind === 'digest') yield fact.path;
  for (const file of draft.files) yield file.path;
}

function optionSeen(draft: Draft, pattern: RegExp): string | null {
  for (const fact of draft.facts) {
    const words = fact.kind === 'manifest' ? fact.containers.flatMap((one) => one.command) : fact.kind === 'process' || fact.kind === 'command' ? [fact.command] : fact.kind === 'unit' ? [fact.value] : [];
    for (const word of words) {
      const found = pattern.exec(word)?.[1];
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** The product's own directory above that of its etcd. */
const baseOf = (data: string | null): string | null => (data?.endsWith('/server/db/etcd') === true ? data.slice(0, -'/server/db/etcd'.length) : folderOf(data));

/** Where the archive lies on its host that holds the chosen file: k3s and RKE2 zip snapshots, RKE1 as well. */
function archiveOnHost(draft: Draft, chosen: DraftCandidate | null): string | null {
  const archive = /^(.*\.zip)!/.exec(chosen?.candidate.path ?? '')?.[1];
  if (archive === undefined) return null;
  const paths = new Set(draft.facts.flatMap((fact) => (fact.kind === 'file' && nameOf(fact.path) === nameOf(archive) && fact.path.startsWith('/') ? [fact.path] : [])));
  return paths.size === 1 ? fitPath([...paths][0]) : null;
}

/** The value of each placeholder, as a word for the shell; null where the bundle does not give it. */
function valuesOf(draft: Draft, installation: Installation, chosen: DraftCandidate | null, addresses: readonly string[]): Readonly<Record<string, string | null>> {
  const path = fitPath(chosen?.candidate.hostPath) ?? archiveOnHost(draft, chosen);
  const word = (text: string | null | undefined): string | null => (text === null || text === undefined || hasControlCharacter(text) ? null : shellWord(text));
  const stampIn = (text: string | null): string | null => /\d{4}-\d\d-\d\d_\d{6}/.exec(text ?? '')?.[0] ?? null;
  const stamp = stampIn(nameOf(path)) ?? stampIn(nameOf(chosen?.candidate.path ?? null));
  const archive = [...knownPaths(draft)].map(nameOf).find((name) => name !== null && stamp !== null && name.startsWith('static_kuberesources_') && name.includes(stamp)) ?? null;
  const data = draft.members.map((member) => fitPath(member.settings.dataDir?.value)).find((one) => one !== null) ?? installation.defaults.dataDir;
  const usual = installation.defaults.dataDir;
  const store = optionSeen(draft, /--backup-store=([^\s"']+?)(?:\/etcd\/(?:main|events))?\/?(?=["'\s]|$)/);
  const backup = /(?:^|\/)backups?\/etcd\/main\/([^/!]+)/.exec(chosen?.candidate.path ?? '')?.[1] ?? /(?:^|\/)main\/(\d{4}-\d\d-\d\dT[^/!]+)/.exec(chosen?.candidate.path ?? '')?.[1] ?? null;
  const day = backup?.slice(0, 16) ?? null;
  const events = [...knownPaths(draft)].map((one) => /(?:^|\/)events\/(\d{4}-\d\d-\d\dT[^/!]+)/.exec(one)?.[1]).find((one) => one !== undefined && day !== null && one.startsWith(day)) ?? null;
  const inArchive = /([^/]*k0s_backup_[^/]*?\.tar\.gz)(?:!|\/|$)/.exec(chosen?.candidate.path ?? '')?.[1] ?? null;
  const archivePath = path !== null && /k0s_backup_/.test(path) ? path : ([...knownPaths(draft)].find((one) => one.startsWith('/') && inArchive !== null && nameOf(one) === inArchive) ?? null);
  return {
    STAMP: (chosen?.candidate.sha256 ?? 'restore').slice(0, 8),
    SNAPSHOT: word(path), SNAPSHOT_NAME: word(nameOf(path)?.replace(/\.zip$/, '')), BACKUP_FOLDER: word(folderOf(path)),
    RESOURCES_ARCHIVE: archive === null || path === null ? null : word(`${folderOf(path) ?? ''}/${archive}`),
    BASE: word(baseOf(data)), OTHER_BASE: data === null || data === usual ? '' : ` --data-dir=${word(baseOf(data)) ?? ''}`,
    FIRST_IP: addresses[0] ?? null, PEER_IP: addresses.length === 1 ? (addresses[0] ?? null) : null,
    BACKUP_STORE: word(store), MAIN_BACKUP: word(backup), EVENTS_BACKUP: word(events), BACKUP_ARCHIVE: word(archivePath),
    SKIP_HASH: chosen?.candidate.kind === 'snapshot' && chosen.candidate.verdict === 'intact' ? '' : ' --recover-skip-hash-check',
    S3_OFF: optionSeen(draft, /(etcd-s3)\b/) === null && !draft.facts.some((fact) => fact.kind === 'env' && fact.key === 'etcd-s3' && fact.value === 'true') ? '' : ' --etcd-s3=false',
  };
}

/** Longest names first, so that `SNAPSHOT_NAME` is not read as `SNAPSHOT`. */
const ordered = [...placeholders].sort((a, b) => b.length - a.length);
const places = new RegExp(ordered.join('|'), 'g');

/**
 * The installer's own steps with this bundle's values. What the bundle does not give is named, and
 * then no command is printed at all: half a procedure is worse than none.
 */
export function manualSteps(draft: Draft, installation: Installation, chosen: DraftCandidate | null, language: Language): { readonly steps: Manual; readonly missing: readonly MissingFact[] } {
  const servers = draft.hosts.filter((host) => host.roles.includes('etcd') || host.roles.includes('control-plane'));
  const hosts = servers.length === 0 ? draft.hosts : servers;
  const first = hosts.find((host) => host.name === chosen?.candidate.host) ?? hosts[0] ?? null;
  const addressOf = (host: (typeof hosts)[number]): string | null => [...host.addresses, host.name].find((address) => /^(\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:]+)$/.test(address)) ?? null;
  const inOrder = first === null ? [] : [first, ...hosts.filter((host) => host !== first)];
  const addresses = inOrder.flatMap((host) => addressOf(host) ?? []);
  const values = valuesOf(draft, installation, chosen, addresses);
  const zipped = chosen?.candidate.hostPath == null && archiveOnHost(draft, chosen) !== null;
  const open = new Set<string>();
  const fill = (command: string, own: Readonly<Record<string, string | null>>): string =>
    command.replace(places, (name) => {
      const value = name in own ? own[name] : values[name];
      if (value === null || value === undefined) open.add(name);
      return value ?? name;
    });
  const params = { sha256: chosen?.candidate.sha256 ?? '?' };
  const steps: Manual[number][] = [];
  for (const step of installation.manual ?? []) {
    const where = step.on === 'first' ? [first] : step.on === 'others' ? inOrder.slice(1) : step.on === 'each' && inOrder.length > 0 ? inOrder : [null];
    for (const host of where) {
      const own = step.on === 'each' ? { PEER_IP: host === null ? null : addressOf(host) } : {};
      steps.push({
        host: host?.name ?? (step.on === 'operator' ? say(language, 'runbook.operator') : null),
        title: saidIn(language, { key: step.title, params }), commands: step.commands.map((command) => fill(zipped && command === 'sha256sum SNAPSHOT' ? 'unzip -p SNAPSHOT | sha256sum' : command, own)),
        expect: step.expect === null ? null : saidIn(language, { key: step.expect, params }),
      });
    }
  }
  const lacks = [...open].map((name) => missing(name.toLowerCase().replaceAll('_', ' '), 'recovery.missing.placeholder', { what: say(language, `recovery.what.${name}`) }, collects[name] ?? 'etcd-autopsy collect'));
  return { steps: lacks.length > 0 ? [] : steps, missing: lacks };
}
