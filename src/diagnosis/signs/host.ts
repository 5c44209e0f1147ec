import type { BootFact, ContainerFact, DiskFact, FileFact, ProcessFact, UnitStatusFact } from '../../artifacts/fact.js';
import { middle } from '../../time/interval.js';
import type { Hit, Sign } from '../rule.js';
import type { View } from '../view.js';
import { hitOf } from './combine.js';

const stops = ['systemd.shutdown', 'kernel.power', 'journald.stopped'];
const stopsOfEtcd = ['etcd.terminated', 'etcd.closed', 'systemd.stopping', 'systemd.stopped'];

/** Rows of `reboot` and `shutdown` of each `last` listing, newest first as printed. */
function listings(view: View): readonly (readonly BootFact[])[] {
  const byListing = new Map<string, BootFact[]>();
  for (const fact of view.facts('boot')) {
    if (!/^(?:reboot|shutdown)\s/.test(fact.at.text) || (fact.what !== 'boot' && fact.what !== 'shutdown')) continue;
    const key = `${fact.at.artifact} ${fact.host ?? ''}`;
    byListing.set(key, [...(byListing.get(key) ?? []), fact]);
  }
  return [...byListing.values()];
}

/** How long `last` says that a boot lasted: `(53+23:22)`; null when it still runs or says nothing. */
function lasted(fact: BootFact): number | null {
  const match = /\((?:(\d+)\+)?(\d{2}):(\d{2})\)/.exec(fact.at.text);
  return match === null ? null : ((Number(match[1] ?? 0) * 24 + Number(match[2])) * 60 + Number(match[3])) * 60_000;
}

/**
 * `last` shows that the newest boot came without a shutdown: the boot before it "still runs", ends in
 * `crash`, or lasts longer than until the newest one (no shutdown record closed it); or, where
 * shutdown rows are listed at all, none stands between the two.
 */
export const bootWithoutShutdown: Sign = (view) => {
  const hits: Hit[] = view.facts('boot').filter((fact) => fact.what === 'crash').map((fact) => hitOf(view, fact, fact.time));
  for (const rows of listings(view)) {
    const [newest, before] = rows;
    if (newest?.what !== 'boot' || before?.what !== 'boot') continue;
    const start = middle(view.when(newest.time, newest));
    const startBefore = middle(view.when(before.time, before));
    const length = lasted(before);
    const overlaps = start !== null && startBefore !== null && length !== null && startBefore + length > start + 120_000;
    const listsStops = rows.some((row) => row.what === 'shutdown');
    if (overlaps || listsStops || /still running|- crash/.test(before.at.text)) hits.push(hitOf(view, newest, newest.time), hitOf(view, before, before.time));
  }
  return hits;
};

/** A boot marker in a journal, with nothing before it (in the same file) that says that something was being stopped. */
export const journalBreaksOff: Sign = (view) => {
  const hits: Hit[] = [];
  for (const boot of view.facts('boot')) {
    if (boot.what !== 'boot' || !/^-- (?:Reboot|Boot )/.test(boot.at.text)) continue;
    const line = boot.at.line ?? 0;
    const before = view.facts('log').filter((fact) => fact.at.artifact === boot.at.artifact && (fact.lastLine ?? fact.at.line ?? 0) < line && (fact.at.line ?? 0) >= line - 60);
    if (before.length === 0) continue;
    if (before.some((fact) => [...stops, ...stopsOfEtcd].includes(fact.messageId ?? ''))) continue;
    hits.push(hitOf(view, boot, boot.time));
  }
  return hits;
};

/** The host was told to stop: shutdown lines in a log, or a shutdown row right before the newest boot. */
export const orderlyShutdown: Sign = (view) => {
  const logs = view.logs(stops).map((fact) => hitOf(view, fact, fact.time));
  const rows = listings(view).flatMap(([newest, before]) => (newest?.what === 'boot' && before?.what === 'shutdown' ? [before] : []));
  return [...logs, ...rows.map((fact) => hitOf(view, fact, fact.time))];
};

/** Rows of df. */
export function disk(test: (fact: DiskFact) => boolean): Sign {
  return (view) => view.facts('disk').filter(test).map((fact) => hitOf(view, fact, null));
}

const pseudo = /^(?:devtmpfs|tmpfs|overlay|shm|squashfs|udev|none|\/dev\/(?:loop|sr|cdrom)\d*)/;

/** A real file system with nothing left: 100 % used, or no inode free. */
export const diskIsFull: Sign = disk((fact) => !pseudo.test(fact.device) && !/^\/(?:snap|run|dev|boot|sys)\b/.test(fact.mount) && ((fact.usedPercent ?? 0) >= 99 || (fact.availableBytes !== null && fact.availableBytes <= 1024 * 1024 && (fact.sizeBytes ?? 0) > 0)));

/** Mount point that holds a path, by the listings of df of one host; null when none is known. */
export function mountOf(view: View, host: string | null, path: string): string | null {
  let best: string | null = null;
  for (const fact of view.facts('disk')) {
    if (fact.inodes || (fact.host !== host && host !== null && fact.host !== null)) continue;
    const inside = fact.mount === '/' || path === fact.mount || path.startsWith(`${fact.mount}/`);
    if (inside && (best === null || fact.mount.length > best.length)) best = fact.mount;
  }
  return best;
}

/** Where etcd keeps its data unless something says otherwise. */
const usualDataDir = '/var/lib/etcd';

/** The file system of etcd's data is full; where no row of df can be it, any full one counts. */
export const dataDiskIsFull: Sign = (view) => {
  const full = diskIsFull(view);
  if (full.length === 0) return full;
  const rows = view.facts('disk');
  return full.filter((hit) => {
    const row = rows.find((fact) => fact.at === hit.at);
    const member = view.draft.members.find((one) => one.host === hit.host) ?? (view.draft.members.length === 1 ? view.draft.members[0] : undefined);
    const mount = mountOf(view, hit.host, member?.settings.dataDir?.value ?? usualDataDir);
    return mount === null || row === undefined || row.mount === mount || row.inodes;
  });
};

/** Rows of `ls`, `find`, `stat`. */
export function listed(test: (fact: FileFact) => boolean): Sign {
  return (view) => view.facts('file').filter(test).map((fact) => hitOf(view, fact, fact.mtime));
}

/** Rows of ps. */
export function process(test: (fact: ProcessFact) => boolean): Sign {
  return (view) => view.facts('process').filter(test).map((fact) => hitOf(view, fact, fact.started));
}

/** `systemctl status|show` of a unit. */
export function unit(test: (fact: UnitStatusFact) => boolean): Sign {
  return (view) => view.facts('unit-status').filter(test).map((fact) => hitOf(view, fact, fact.since));
}

/** True for units that run etcd. */
export function runsEtcd(name: string): boolean {
  return /^(?:etcd(?:[-\d@.]\S*)?|k3s|rke2-server|k0scontroller|snap\.microk8s\.daemon-(?:etcd|k8s-dqlite))(?:\.service)?$/.test(name) && !/backup|snapshot/.test(name);
}

/** Containers whose listing says something. */
export function container(test: (fact: ContainerFact) => boolean): Sign {
  return (view) => view.facts('container').filter(test).map((fact) => hitOf(view, fact, fact.since));
}

/** True for the container of etcd itself, not for its pod sandbox. */
export function isEtcdContainer(fact: ContainerFact): boolean {
  return fact.pod === null ? /(?:^|\/)etcd(?:\d*|-[\w.-]+)?$/.test(fact.name) && !/backup|snapshot/.test(fact.name) : fact.pod.container === 'etcd' && !fact.pod.sandbox;
}
